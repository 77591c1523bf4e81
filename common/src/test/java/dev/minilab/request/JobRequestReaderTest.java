package dev.minilab.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Color;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.job.UploadId;
import dev.minilab.json.Json.UnreadableJsonException;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Job requests")
class JobRequestReaderTest {
    @Test
    @DisplayName("are read with every field")
    void everyField() throws InvalidRequestException {
        JobRequest request = read("""
            {"outputs": {
               "thumb": {"width": 320, "height": 240, "fit": "cover", "position": "right top",
                         "without_enlargement": false, "format": "webp", "quality": 80, "background": "#11223344"},
               "a_b-9": {"height": 4096}},
             "webhook": {"url": "https://example.com/hook", "events": ["job.succeeded", "job.failed"]},
             "external_id": "sku-1", "metadata": {"any": "strings", "empty": ""},
             "lane": "bulk", "deadline_seconds": 3600, "source": {"key": "in/cat 1.jpg"}}\
            """);

        OutputSpec thumb = new OutputSpec(
                320, 240, Fit.COVER, new Position(1, 0), false, ImageFormat.WEBP, 80, new Color(0x44112233));
        OutputSpec other = new OutputSpec(null, 4096, Fit.INSIDE, Position.CENTRE, true, null, null, null);
        assertThat(request)
                .isEqualTo(new JobRequest(
                        Map.of("thumb", thumb, "a_b-9", other),
                        null,
                        "https://example.com/hook",
                        Set.of(JobStatus.SUCCEEDED, JobStatus.FAILED),
                        "sku-1",
                        Map.of("any", "strings", "empty", ""),
                        Duration.ofHours(1),
                        Lane.BULK,
                        new SourceRef.Stored("in/cat 1.jpg")));
        assertThat(request.outputs().keySet()).containsExactly("thumb", "a_b-9");
    }

    @Test
    @DisplayName("may be empty: the default preset applies")
    void empty() throws InvalidRequestException {
        assertThat(read("{}")).isEqualTo(JobRequest.EMPTY);
    }

    @Test
    @DisplayName("may name where the original comes from")
    void sources() throws InvalidRequestException {
        UploadId upload = UploadId.create(Instant.EPOCH);

        assertThat(read("{'source': {'upload_id': '" + upload + "'}}").source())
                .isEqualTo(new SourceRef.Uploaded(upload));
        assertThat(read("{'source': {'url': 'https://example.com/a.jpg'}}").source())
                .isEqualTo(new SourceRef.Remote("https://example.com/a.jpg"));
    }

    @Test
    @DisplayName("may name a preset")
    void preset() throws InvalidRequestException {
        JobRequest request = read("{'preset': 'product'}");

        assertThat(request.preset()).isEqualTo("product");
        assertThat(request.outputs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"cover, COVER", "contain, CONTAIN", "fill, FILL", "inside, INSIDE", "outside, OUTSIDE"})
    @DisplayName("know every fit")
    void fits(String name, Fit fit) throws InvalidRequestException {
        assertThat(output("{'width': 1, 'fit': '" + name + "'}").fit()).isEqualTo(fit);
    }

    @ParameterizedTest
    @CsvSource({"jpeg, JPEG", "png, PNG", "webp, WEBP", "auto, "})
    @DisplayName("know every format of this release")
    void formats(String name, ImageFormat format) throws InvalidRequestException {
        assertThat(output("{'width': 1, 'format': '" + name + "'}").format()).isEqualTo(format);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"centre\"',         0.5, 0.5",
        "'\"center\"',         0.5, 0.5",
        "'\"top\"',            0.5, 0",
        "'\"right top\"',      1,   0",
        "'\"right\"',          1,   0.5",
        "'\"right bottom\"',   1,   1",
        "'\"bottom\"',         0.5, 1",
        "'\"left bottom\"',    0,   1",
        "'\"left\"',           0,   0.5",
        "'\"left top\"',       0,   0",
        "'{\"x\":0.3,\"y\":0.6}', 0.3, 0.6",
        "'{\"x\":0,\"y\":1}',  0,   1",
    })
    @DisplayName("know every position and the focal point")
    void positions(String position, double x, double y) throws InvalidRequestException {
        assertThat(output("{'width': 1, 'position': " + position + "}").position())
                .isEqualTo(new Position(x, y));
    }

    @ParameterizedTest
    @CsvSource({"'#000000', 0xff000000", "'#FFaa01', 0xffffaa01", "'#ffaa0180', 0x80ffaa01", "'#00000000', 0"})
    @DisplayName("know colours with and without alpha")
    void colours(String text, String argb) throws InvalidRequestException {
        assertThat(output("{'width': 1, 'background': '" + text + "'}").background())
                .isEqualTo(new Color(Long.decode(argb).intValue()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 320, 4095, 4096})
    @DisplayName("may ask for sides from 1 to 4096")
    void sides(int side) throws InvalidRequestException {
        assertThat(output("{'width': " + side + "}").width()).isEqualTo(side);
        assertThat(output("{'height': " + side + "}").height()).isEqualTo(side);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-1",
                "-0",
                "1.5",
                "1.0",
                "4097",
                "5000",
                "2147483647",
                "2147483648",
                "4294967616",
                "18446744073709551936",
                "1e2",
                "1e-400",
                "'320'",
                "null",
                "true",
                "[320]",
                "{}",
                "''"
            })
    @DisplayName("C52 with other sides or quality are refused with the pointer")
    void otherSides(String side) {
        String sides = "is not a whole number from 1 to 4096";
        assertThat(mistakes("{'outputs': {'a': {'width': " + side + "}}}"))
                .containsExactly(new Mistake("/outputs/a/width", sides));
        assertThat(mistakes("{'outputs': {'a': {'width': 1, 'height': " + side + "}}}"))
                .containsExactly(new Mistake("/outputs/a/height", sides));
        assertThat(mistakes("{'outputs': {'a': {'width': 1, 'quality': " + side + "}}}"))
                .containsExactly(new Mistake("/outputs/a/quality", "is not a whole number from 1 to 100"));
    }

    static Stream<Arguments> wrongOutputs() {
        return Stream.of(
                Arguments.of("{}", "", "needs width or height"),
                Arguments.of("{'fit': 'cover'}", "", "needs width or height"),
                Arguments.of("null", "", "is not a JSON object"),
                Arguments.of("[]", "", "is not a JSON object"),
                Arguments.of("320", "", "is not a JSON object"),
                Arguments.of("{'width': 1, 'quality': 101}", "/quality", "is not a whole number from 1 to 100"),
                Arguments.of(
                        "{'width': 1, 'fit': 'crop'}", "/fit", "is not one of cover, contain, fill, inside, outside"),
                Arguments.of(
                        "{'width': 1, 'fit': 'COVER'}", "/fit", "is not one of cover, contain, fill, inside, outside"),
                Arguments.of("{'width': 1, 'fit': 7}", "/fit", "is not a string of 1 to 40 characters"),
                Arguments.of("{'width': 1, 'fit': ''}", "/fit", "is not a string of 1 to 40 characters"),
                Arguments.of(
                        "{'width': 1, 'format': 'tiff'}", "/format", "is not one of jpeg, png, webp, avif, gif, auto"),
                Arguments.of(
                        "{'width': 1, 'format': 'JPEG'}", "/format", "is not one of jpeg, png, webp, avif, gif, auto"),
                Arguments.of("{'width': 1, 'format': null}", "/format", "is not a string of 1 to 40 characters"),
                Arguments.of(
                        "{'width': 1, 'position': 'middle'}",
                        "/position",
                        "is a name such as centre, left bottom or attention, or a focal point {x, y}"),
                Arguments.of(
                        "{'width': 1, 'position': 5}",
                        "/position",
                        "is a name such as centre, left bottom or attention, or a focal point {x, y}"),
                Arguments.of("{'width': 1, 'position': {'x': 0.5}}", "/position/y", "is a number from 0 to 1"),
                Arguments.of("{'width': 1, 'position': {'x': 1.01, 'y': 0}}", "/position/x", "is a number from 0 to 1"),
                Arguments.of(
                        "{'width': 1, 'position': {'x': -0.01, 'y': 0}}", "/position/x", "is a number from 0 to 1"),
                Arguments.of(
                        "{'width': 1, 'position': {'x': 1e300, 'y': 0}}", "/position/x", "is a number from 0 to 1"),
                Arguments.of("{'width': 1, 'position': {'x': '0', 'y': 0}}", "/position/x", "is a number from 0 to 1"),
                Arguments.of(
                        "{'width': 1, 'position': {'x': 0, 'y': 0, 'z': 0}}", "/position/z", "is not a field we know"),
                Arguments.of(
                        "{'width': 1, 'without_enlargement': 'true'}", "/without_enlargement", "is not true or false"),
                Arguments.of("{'width': 1, 'background': 'red'}", "/background", "is a colour: #rrggbb or #rrggbbaa"),
                Arguments.of("{'width': 1, 'background': '#fff'}", "/background", "is a colour: #rrggbb or #rrggbbaa"),
                Arguments.of(
                        "{'width': 1, 'withoutEnlargement': true}", "/withoutEnlargement", "is not a field we know"),
                Arguments.of("{'width': 1, 'a/b~c': 1}", "/a~1b~0c", "is not a field we know"),
                Arguments.of("{'width': 1, '': 1}", "/", "is not a field we know"));
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("C52 with a wrong output are refused, what this release does not have by its name")
    void wrongOutputs(String output, String pointer, String detail) {
        InvalidRequestException refused = refused("{'outputs': {'a': " + output + "}}");

        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_SPEC);
        assertThat(refused.mistakes()).containsExactly(new Mistake("/outputs/a" + pointer, detail));
        assertThat(refused).hasMessage("/outputs/a" + pointer + " " + detail);
    }

    static Stream<Arguments> wrongRequests() {
        return Stream.of(
                Arguments.of("[]", "", "is not a JSON object"),
                Arguments.of("null", "", "is not a JSON object"),
                Arguments.of("'x'", "", "is not a JSON object"),
                Arguments.of("{'output': {}}", "/output", "is not a field we know"),
                Arguments.of("{'source': 'x'}", "/source", "is not a JSON object"),
                Arguments.of("{'source': {}}", "/source", "has either upload_id, key or url"),
                Arguments.of("{'source': {'key': 'a', 'url': 'b'}}", "/source", "has either upload_id, key or url"),
                Arguments.of("{'source': {'file': 'a'}}", "/source/file", "is not a field we know"),
                Arguments.of("{'source': {'upload_id': 'upl_1'}}", "/source/upload_id", "is not the id of an upload"),
                Arguments.of(
                        "{'source': {'upload_id': 7}}", "/source/upload_id", "is not a string of 1 to 40 characters"),
                Arguments.of("{'source': {'key': ''}}", "/source/key", "is not a string of 1 to 1024 characters"),
                Arguments.of(
                        "{'source': {'key': 'a\\nb'}}",
                        "/source/key",
                        "is not a key: 1 to 1024 bytes without control characters"),
                Arguments.of(
                        "{'source': {'key': '" + "ä".repeat(513) + "'}}",
                        "/source/key",
                        "is not a key: 1 to 1024 bytes without control characters"),
                Arguments.of("{'source': {'url': null}}", "/source/url", "is not a string of 1 to 2048 characters"),
                Arguments.of("{'outputs': {}}", "/outputs", "names no output"),
                Arguments.of("{'outputs': []}", "/outputs", "is not a JSON object"),
                Arguments.of("{'outputs': null}", "/outputs", "is not a JSON object"),
                Arguments.of("{'preset': ''}", "/preset", "is not a string of 1 to 40 characters"),
                Arguments.of("{'preset': 1}", "/preset", "is not a string of 1 to 40 characters"),
                Arguments.of(
                        "{'preset': 'p', 'outputs': {'a': {'width': 1}}}",
                        "/preset",
                        "cannot stand beside outputs: give one of them"),
                Arguments.of("{'lane': 'fast'}", "/lane", "is not one of interactive, bulk"),
                Arguments.of("{'lane': 1}", "/lane", "is not a string of 1 to 40 characters"),
                Arguments.of("{'webhook': 'https://example.com'}", "/webhook", "is not a JSON object"),
                Arguments.of("{'webhook': {}}", "/webhook/url", "is missing"),
                Arguments.of("{'webhook': {'url': 5}}", "/webhook/url", "is not a string of 1 to 2048 characters"),
                Arguments.of(
                        "{'webhook': {'url': 'https://example.com/" + "a".repeat(2048) + "'}}",
                        "/webhook/url",
                        "is not a string of 1 to 2048 characters"),
                Arguments.of(
                        "{'webhook': {'url': 'https://a', 'secret': 'x'}}",
                        "/webhook/secret",
                        "is not a field we know"),
                Arguments.of(
                        "{'webhook': {'url': 'https://a', 'events': []}}",
                        "/webhook/events",
                        "is a list of events that is not empty"),
                Arguments.of(
                        "{'webhook': {'url': 'https://a', 'events': 'job.failed'}}",
                        "/webhook/events",
                        "is a list of events that is not empty"),
                Arguments.of(
                        "{'external_id': '" + "a".repeat(201) + "'}",
                        "/external_id",
                        "is not a string of 1 to 200 characters"),
                Arguments.of("{'external_id': 5}", "/external_id", "is not a string of 1 to 200 characters"),
                Arguments.of("{'metadata': []}", "/metadata", "is not a JSON object"),
                Arguments.of("{'metadata': {'a': 1}}", "/metadata/a", "is not a string of at most 500 characters"),
                Arguments.of(
                        "{'metadata': {'a/~': null}}", "/metadata/a~1~0", "is not a string of at most 500 characters"),
                Arguments.of(
                        "{'metadata': {'a': '" + "x".repeat(501) + "'}}",
                        "/metadata/a",
                        "is not a string of at most 500 characters"),
                Arguments.of("{'metadata': {'': 'x'}}", "/metadata", "has a name that is not 1 to 40 characters long"),
                Arguments.of(
                        "{'metadata': {'" + "x".repeat(41) + "': 'x'}}",
                        "/metadata",
                        "has a name that is not 1 to 40 characters long"),
                Arguments.of("{'metadata': " + numbered(51, "'x'") + "}", "/metadata", "holds more than 50 entries"),
                Arguments.of("{'deadline_seconds': 0}", "/deadline_seconds", "is not a whole number from 1 to 604800"),
                Arguments.of(
                        "{'deadline_seconds': 604801}", "/deadline_seconds", "is not a whole number from 1 to 604800"),
                Arguments.of(
                        "{'deadline_seconds': '60'}", "/deadline_seconds", "is not a whole number from 1 to 604800"));
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("C52 with anything else wrong are refused with the pointer")
    void wrongRequests(String request, String pointer, String detail) {
        InvalidRequestException refused = refused(request);

        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_SPEC);
        assertThat(refused.mistakes()).containsExactly(new Mistake(pointer, detail));
    }

    @ParameterizedTest
    @ValueSource(strings = {"job.queued", "job.processing", "succeeded", "JOB.FAILED", "output.succeeded", ""})
    @DisplayName("can be announced by terminal events only")
    void otherEvents(String event) {
        assertThat(mistakes("{'webhook': {'url': 'https://a', 'events': ['job.failed', '" + event + "', 3]}}"))
                .extracting(Mistake::pointer)
                .containsExactly("/webhook/events/1", "/webhook/events/2");
    }

    @Test
    @DisplayName("may ask for every terminal event, and for all when they name none")
    void events() throws InvalidRequestException {
        assertThat(read("{'webhook': {'url': 'https://a'}}").webhookEvents()).isEmpty();
        assertThat(read("""
            {"webhook": {"url": "https://a", "events": ["job.succeeded", "job.partially_succeeded", "job.failed",
             "job.canceled", "job.expired", "job.failed"]}}\
            """).webhookEvents())
                .containsExactlyInAnyOrder(
                        JobStatus.SUCCEEDED,
                        JobStatus.PARTIALLY_SUCCEEDED,
                        JobStatus.FAILED,
                        JobStatus.CANCELED,
                        JobStatus.EXPIRED);
    }

    @Test
    @DisplayName("may go to the very limits")
    void limits() throws InvalidRequestException {
        String forty = "x".repeat(40);
        assertThat(read("{'outputs': " + numbered(20, "{'width': 1}") + "}").outputs())
                .hasSize(20);
        assertThat(read("{'outputs': {'" + forty + "': {'width': 1}}}").outputs())
                .containsKey(forty);
        assertThat(read("{'metadata': " + numbered(50, "'" + "x".repeat(500) + "'") + "}")
                        .metadata())
                .hasSize(50);
        assertThat(read("{'metadata': {'" + forty + "': ''}}").metadata()).containsKey(forty);
        assertThat(read("{'external_id': '" + "x".repeat(200) + "'}").externalId())
                .hasSize(200);
        assertThat(read("{'deadline_seconds': 604800}").deadline()).isEqualTo(Duration.ofDays(7));
        assertThat(read("{'deadline_seconds': 1}").deadline()).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 1000})
    @DisplayName("C53 with too many outputs are refused with a code of their own")
    void tooManyOutputs(int count) {
        InvalidRequestException refused = refused("{'outputs': " + numbered(count, "{'width': 1}") + "}");

        assertThat(refused.code()).isEqualTo(ErrorCode.TOO_MANY_OUTPUTS);
        assertThat(refused.mistakes()).containsExactly(new Mistake("/outputs", "has more than 20 outputs"));
    }

    static Stream<String> wrongNames() {
        return Stream.of(
                "../x",
                "a/b",
                "",
                ".",
                "..",
                "A",
                "Thumb",
                "a b",
                "a.b",
                "a\\u0000",
                "a\\n",
                "ä",
                "😀",
                "x".repeat(41),
                "x".repeat(300));
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("C54 with other output names are refused, and the name is not repeated")
    void wrongNames(String name) {
        InvalidRequestException refused = refused("{'outputs': {'" + name + "': {'width': 1}}}");

        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_SPEC);
        assertThat(refused.mistakes())
                .containsExactly(new Mistake("/outputs", "has an output whose name is not [a-z0-9_-]{1,40}"));
    }

    @Test
    @DisplayName("C52 are refused with all mistakes at once")
    void allMistakes() {
        InvalidRequestException refused = refused("""
            {"outputs": {"ok": {"width": 1}, "Bad": {"width": 1}, "a": {"width": 0, "height": "1", "colour": "red"},
                         "b": {"fit": "crop", "format": "bmp"}},
             "preset": "p", "colour": 1, "lane": "fast", "webhook": {"events": ["job.queued"], "x": 1},
             "external_id": 5, "metadata": {"a": 1}, "deadline_seconds": -1}\
            """);

        assertThat(refused.mistakes())
                .extracting(Mistake::pointer)
                .containsExactlyInAnyOrder(
                        "/outputs",
                        "/outputs/a/width",
                        "/outputs/a/height",
                        "/outputs/a/colour",
                        "/outputs/b",
                        "/outputs/b/fit",
                        "/outputs/b/format",
                        "/preset",
                        "/colour",
                        "/lane",
                        "/webhook/url",
                        "/webhook/x",
                        "/webhook/events/0",
                        "/external_id",
                        "/metadata/a",
                        "/deadline_seconds");
        assertThat(refused).hasMessage("16 fields are wrong");
    }

    @Test
    @DisplayName("with a long unknown field are refused by the beginning of its name")
    void longField() {
        assertThat(mistakes("{'" + "x".repeat(10_000) + "': 1}"))
                .extracting(Mistake::pointer)
                .containsExactly("/" + "x".repeat(60) + "…");
    }

    @Test
    @DisplayName("C54 with an output that is named twice are refused; with another name twice they are no JSON")
    void namedTwice() {
        assertThat(refused("{'outputs': {'a': {'width': 1}, 'a': {'width': 2}}}")
                        .mistakes())
                .containsExactly(new Mistake("/outputs", "has two outputs of the same name"));
        for (String json : List.of(
                "{'outputs': {'a': {'width': 1, 'width': 2}}}",
                "{'outputs': {}, 'outputs': {}}",
                "{'metadata': {'outputs': {'a': 1, 'a': 2}}}")) {
            assertThatExceptionOfType(UnreadableJsonException.class).isThrownBy(() -> read(json));
        }
    }

    @Test
    @DisplayName("C51 with a focal point too large for a double are refused like any other number")
    void hugeFocalPoint() {
        assertThat(mistakes("{'outputs': {'a': {'width': 1, 'position': {'x': 0, 'y': 1" + "0".repeat(400) + "}}}}"))
                .containsExactly(new Mistake("/outputs/a/position/y", "is a number from 0 to 1"));
    }

    private static String numbered(int count, String value) {
        return IntStream.range(0, count)
                .mapToObj(i -> "'n" + i + "': " + value)
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static OutputSpec output(String json) throws InvalidRequestException {
        return read("{'outputs': {'a': " + json + "}}")
                .outputs()
                .values()
                .iterator()
                .next();
    }

    private static List<Mistake> mistakes(String json) {
        return refused(json).mistakes();
    }

    private static InvalidRequestException refused(String json) {
        InvalidRequestException refused = catchThrowableOfType(InvalidRequestException.class, () -> read(json));
        assertThat(refused).as(json).isNotNull();
        return refused;
    }

    private static JobRequest read(String json) throws InvalidRequestException {
        return JobRequestReader.read(
                new ByteArrayInputStream(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }
}
