package dev.minilab.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Color;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Interest;
import dev.minilab.job.OutputSpec.Keep;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.json.Json;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Effects, watermarks, animation and metadata of outputs")
class OutputReaderTest {

    private static final String BLUR = "is a number from 0.3 to 100, or true";
    private static final String SHARPEN = "is a number from 0.3 to 10, or true";
    private static final String OPACITY = "is a number above 0 and up to 1";
    private static final String BOTH = "has either text or image_key";
    private static final String PLACE = "is a name such as centre or left bottom, or a point {x, y}";
    private static final String IMAGE_KEY = "is not a name of letters, digits, ., - and _, in folders or not";

    @Test
    @DisplayName("are read with every field")
    void everyField() throws InvalidRequestException {
        assertThat(output("""
                {"width": 320, "height": 240, "fit": "cover", "position": "attention", "without_enlargement": false,
                 "format": "webp", "quality": 80, "lossless": true, "background": "#11223344", "blur": 0.3,
                 "sharpen": 10, "watermark": {"text": "© Ångström 😀", "position": "left top", "opacity": 1},
                 "animated": true, "keep": ["copyright", "icc", "icc"]}"""))
                .isEqualTo(new OutputSpec(
                        320,
                        240,
                        Fit.COVER,
                        new Position(0.5, 0.5, Interest.ATTENTION),
                        false,
                        ImageFormat.WEBP,
                        80,
                        true,
                        new Color(0x44112233),
                        0.3,
                        10.0,
                        new Watermark("© Ångström 😀", null, new Position(0, 0), 1),
                        true,
                        Set.of(Keep.ICC, Keep.COPYRIGHT)));
    }

    @Test
    @DisplayName("are off when left out, and when said to be off")
    void off() throws InvalidRequestException {
        OutputSpec plain = output("{'width': 1}");

        assertThat(plain).isEqualTo(new OutputSpec(1, null, Fit.INSIDE, Position.CENTRE, true, null, null, null));
        assertThat(
                        output(
                                "{'width': 1, 'lossless': false, 'blur': false, 'sharpen': false, 'animated': false, 'keep': []}"))
                .isEqualTo(plain);
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "0.3, 0.3", "1, 1", "2.5, 2.5", "1e1, 10", "100, 100", "99.999, 99.999"})
    @DisplayName("blur by a sigma, or mildly")
    void blur(String blur, double sigma) throws InvalidRequestException {
        assertThat(output("{'width': 1, 'blur': " + blur + "}").blur()).isEqualTo(sigma);
    }

    @ParameterizedTest
    @CsvSource({"true, 1", "0.3, 0.3", "1, 1", "2.5, 2.5", "1e1, 10", "10, 10"})
    @DisplayName("sharpen by a sigma, or mildly")
    void sharpen(String sharpen, double sigma) throws InvalidRequestException {
        assertThat(output("{'width': 1, 'sharpen': " + sharpen + "}").sharpen()).isEqualTo(sigma);
    }

    @ParameterizedTest
    @CsvSource({"entropy, ENTROPY", "attention, ATTENTION"})
    @DisplayName("crop where something is to be seen")
    void interest(String name, Interest interest) throws InvalidRequestException {
        assertThat(output("{'width': 1, 'position': '" + name + "'}").position())
                .isEqualTo(new Position(0.5, 0.5, interest));
    }

    @ParameterizedTest
    @CsvSource({"avif, AVIF", "gif, GIF"})
    @DisplayName("may have the formats that only some installations write")
    void formats(String name, ImageFormat format) throws InvalidRequestException {
        assertThat(output("{'width': 1, 'format': '" + name + "'}").format()).isEqualTo(format);
    }

    @Test
    @DisplayName("bear a text or an image, half opaque at the right bottom unless said otherwise")
    void watermarks() throws InvalidRequestException {
        assertThat(watermark("{'text': 'x'}")).isEqualTo(new Watermark("x", null, new Position(1, 1), 0.5));
        assertThat(watermark("{'image_key': 'logo.png'}"))
                .isEqualTo(new Watermark(null, "logo.png", new Position(1, 1), 0.5));
        assertThat(watermark("{'image_key': 'a', 'opacity': 1e-9, 'position': {'x': 0.25, 'y': 1}}"))
                .isEqualTo(new Watermark(null, "a", new Position(0.25, 1), 1e-9));
        assertThat(watermark("{'text': '" + "x".repeat(200) + "'}").text()).hasSize(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "logo.png", "A-b_c.9", "brand/2026/logo.v2.png", "_", "-", "a..b", "a."})
    @DisplayName("bear images by keys of names between slashes")
    void imageKeys(String key) throws InvalidRequestException {
        assertThat(watermark("{'image_key': '" + key + "'}").imageKey()).isEqualTo(key);
    }

    static Stream<String> foreignKeys() {
        return Stream.of(
                "../x",
                "..",
                ".",
                ".hidden",
                "a/../b",
                "a/.",
                "a/..",
                "/a",
                "a/",
                "a//b",
                "a b",
                "a%2fb",
                "a\\\\b",
                "ä",
                "😀",
                "a\\n",
                "a\\u0000",
                "a?b",
                "a#b",
                "x/".repeat(99) + "..");
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("C54 bear no image of any other key")
    void foreignKeys(String key) {
        assertRefused("{'width': 1, 'watermark': {'image_key': '" + key + "'}}", "/watermark/image_key", IMAGE_KEY);
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("'lossless': 'true'", "/lossless", "is not true or false"),
                Arguments.of("'lossless': 1", "/lossless", "is not true or false"),
                Arguments.of("'lossless': null", "/lossless", "is not true or false"),
                Arguments.of("'animated': 0", "/animated", "is not true or false"),
                Arguments.of("'keep': 'icc'", "/keep", "is a list of icc and copyright"),
                Arguments.of("'keep': null", "/keep", "is a list of icc and copyright"),
                Arguments.of("'keep': {'icc': true}", "/keep", "is a list of icc and copyright"),
                Arguments.of("'keep': ['icc', 'exif']", "/keep/1", "is not one of icc, copyright"),
                Arguments.of("'keep': ['ICC']", "/keep/0", "is not one of icc, copyright"),
                Arguments.of("'keep': [null]", "/keep/0", "is not one of icc, copyright"),
                Arguments.of("'format': 'heic'", "/format", "is not one of jpeg, png, webp, avif, gif, auto"),
                Arguments.of("'watermark': 'text'", "/watermark", "is not a JSON object"),
                Arguments.of("'watermark': null", "/watermark", "is not a JSON object"),
                Arguments.of("'watermark': {}", "/watermark", BOTH),
                Arguments.of("'watermark': {'opacity': 1}", "/watermark", BOTH),
                Arguments.of("'watermark': {'text': 'x', 'image_key': 'x'}", "/watermark", BOTH),
                Arguments.of("'watermark': {'text': 'x', 'font': 'x'}", "/watermark/font", "is not a field we know"),
                Arguments.of("'watermark': {'text': ''}", "/watermark/text", "is not a string of 1 to 200 characters"),
                Arguments.of("'watermark': {'text': 7}", "/watermark/text", "is not a string of 1 to 200 characters"),
                Arguments.of(
                        "'watermark': {'text': '" + "x".repeat(201) + "'}",
                        "/watermark/text",
                        "is not a string of 1 to 200 characters"),
                Arguments.of(
                        "'watermark': {'text': ' \\u2003'}", "/watermark/text", "is blank or has control characters"),
                Arguments.of("'watermark': {'text': 'a\\nb'}", "/watermark/text", "is blank or has control characters"),
                Arguments.of(
                        "'watermark': {'image_key': '" + "x".repeat(201) + "'}",
                        "/watermark/image_key",
                        "is not a string of 1 to 200 characters"),
                Arguments.of("'watermark': {'text': 'x', 'position': 'middle'}", "/watermark/position", PLACE),
                Arguments.of("'watermark': {'text': 'x', 'position': 'attention'}", "/watermark/position", PLACE),
                Arguments.of("'watermark': {'text': 'x', 'position': 'entropy'}", "/watermark/position", PLACE),
                Arguments.of("'watermark': {'text': 'x', 'position': 1}", "/watermark/position", PLACE),
                Arguments.of(
                        "'watermark': {'text': 'x', 'position': {'x': 2, 'y': 0}}",
                        "/watermark/position/x",
                        "is a number from 0 to 1"));
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("C52 that are wrong are refused with the pointer")
    void wrong(String field, String pointer, String detail) {
        assertRefused("{'width': 1, " + field + "}", pointer, detail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "-1",
                "0.29",
                "-0.3",
                "100.1",
                "1000",
                "2147483648",
                "9223372036854775808",
                "1e-400",
                "'1'",
                "null",
                "[]",
                "[1]",
                "{}",
                "{'sigma': 1}"
            })
    @DisplayName("C52 blur and sharpen by no other number")
    void otherSigmas(String sigma) {
        assertRefused("{'width': 1, 'blur': " + sigma + "}", "/blur", BLUR);
        assertRefused("{'width': 1, 'sharpen': " + sigma + "}", "/sharpen", SHARPEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1", "100"})
    @DisplayName("C52 sharpen less than they blur")
    void sharpenLess(String sigma) {
        assertRefused("{'width': 1, 'sharpen': " + sigma + "}", "/sharpen", SHARPEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "0.0",
                "-0.5",
                "1.000001",
                "2",
                "2147483648",
                "1e-400",
                "'0.5'",
                "null",
                "true",
                "[]",
                "{}"
            })
    @DisplayName("C52 have watermarks of no other opacity")
    void otherOpacities(String opacity) {
        assertRefused(
                "{'width': 1, 'watermark': {'text': 'x', 'opacity': " + opacity + "}}", "/watermark/opacity", OPACITY);
    }

    @ParameterizedTest
    @CsvSource({
        "lossless, jpeg, 'needs format png, webp or avif'",
        "lossless, gif,  'needs format png, webp or avif'",
        "lossless, auto, 'needs format png, webp or avif'",
        "animated, jpeg, 'needs format gif, webp or auto'",
        "animated, png,  'needs format gif, webp or auto'",
        "animated, avif, 'needs format gif, webp or auto'",
    })
    @DisplayName("C52 that their format cannot have are refused")
    void disagreements(String field, String format, String needs) {
        assertRefused("{'width': 1, 'format': '" + format + "', '" + field + "': true}", "/" + field, needs);
    }

    @Test
    @DisplayName("C52 keep nothing where the format can hold nothing")
    void keepDisagrees() {
        for (String format : List.of("gif", "avif")) {
            assertRefused(
                    "{'width': 1, 'format': '" + format + "', 'keep': ['icc']}",
                    "/keep",
                    "needs format jpeg, png, webp or auto");
        }
        assertRefused("{'width': 1, 'lossless': true}", "/lossless", "needs format png, webp or avif");
    }

    @ParameterizedTest
    @CsvSource({"lossless, png", "lossless, webp", "lossless, avif", "animated, gif", "animated, webp", "animated, auto"
    })
    @DisplayName("that their format can have are accepted")
    void agreements(String field, String format) throws InvalidRequestException {
        OutputSpec spec = output("{'width': 1, 'format': '" + format + "', '" + field + "': true}");

        assertThat(spec.lossless()).isEqualTo(field.equals("lossless"));
        assertThat(spec.animated()).isEqualTo(field.equals("animated"));
    }

    @Test
    @DisplayName("C52 are refused with all mistakes at once, and none that only follows from another")
    void allMistakes() {
        assertThat(refused(
                                "{'a': {'width': 0, 'format': 'bmp', 'lossless': true, 'blur': -1, 'keep': ['x'],"
                                        + " 'watermark': {'opacity': 7}}, 'b': {'width': 'x', 'format': 'gif', 'lossless': true}}")
                        .mistakes())
                .extracting(Mistake::pointer)
                .containsExactlyInAnyOrder(
                        "/outputs/a/width",
                        "/outputs/a/format",
                        "/outputs/a/blur",
                        "/outputs/a/keep/0",
                        "/outputs/a/watermark",
                        "/outputs/a/watermark/opacity",
                        "/outputs/b/width",
                        "/outputs/b/lossless");
    }

    @Test
    @DisplayName("C53 of more than 100 million pixels altogether are too many")
    void tooManyPixels() throws InvalidRequestException {
        assertThat(read(boxes(4, 4096, 4096)).outputs()).hasSize(4);
        assertThat(read(boxes(10, 2500, 4000)).outputs())
                .as("100 million exactly")
                .hasSize(10);
        assertThat(read(boxes(20, 4096, null)).outputs())
                .as("nobody knows the height")
                .hasSize(20);

        InvalidRequestException refused = refused(boxes(20, 4096, 4096));
        assertThat(refused.code()).isEqualTo(ErrorCode.TOO_MANY_OUTPUTS);
        assertThat(refused.mistakes())
                .containsExactly(new Mistake(
                        "/outputs", "asks for boxes of 335544320 pixels altogether; the limit is 100000000"));
        assertThat(refused(boxes(6, 4096, 4096)).code()).isEqualTo(ErrorCode.TOO_MANY_OUTPUTS);
    }

    private static String boxes(int count, int width, @Nullable Integer height) {
        String spec = "{'width': " + width + (height == null ? "" : ", 'height': " + height) + "}";
        return IntStream.range(0, count)
                .mapToObj(i -> "'n" + i + "': " + spec)
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static Watermark watermark(String json) throws InvalidRequestException {
        Watermark watermark = output("{'width': 1, 'watermark': " + json + "}").watermark();
        assertThat(watermark).isNotNull();
        return watermark;
    }

    private static OutputSpec output(String json) throws InvalidRequestException {
        return read("{'a': " + json + "}").outputs().values().iterator().next();
    }

    private static void assertRefused(String output, String pointer, String detail) {
        InvalidRequestException refused = refused("{'a': " + output + "}");
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_SPEC);
        assertThat(refused.mistakes()).as(output).containsExactly(new Mistake("/outputs/a" + pointer, detail));
    }

    private static InvalidRequestException refused(String outputs) {
        InvalidRequestException refused = catchThrowableOfType(InvalidRequestException.class, () -> read(outputs));
        assertThat(refused).as(outputs).isNotNull();
        return refused;
    }

    private static JobRequest read(String outputs) throws InvalidRequestException {
        String json = ("{'outputs': " + outputs + "}").replace('\'', '"');
        return JobRequestReader.read(Json.readTree(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))));
    }
}
