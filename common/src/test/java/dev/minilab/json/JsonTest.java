package dev.minilab.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.minilab.job.Accepted;
import dev.minilab.job.Capabilities;
import dev.minilab.job.Delivery;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobError;
import dev.minilab.job.JobId;
import dev.minilab.job.JobMessage;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Color;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Interest;
import dev.minilab.job.OutputSpec.Keep;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.job.Result;
import dev.minilab.job.Source;
import dev.minilab.job.Started;
import dev.minilab.job.Tenant;
import dev.minilab.job.WorkerId;
import dev.minilab.json.Json.UnreadableJsonException;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayName("JSON")
class JsonTest {
    private static final Instant NOW = Instant.parse("2026-11-23T22:14:15.926Z");
    private static final JobId JOB = new JobId("job_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    private static final String SHA = "0123456789abcdef".repeat(4);
    private static final Source SOURCE = new Source(ImageFormat.JPEG, 2725, 2225, 829_183, SHA, 6, 1);

    static Stream<Object> records() {
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        outputs.put(
                "z",
                new OutputSpec(320, null, Fit.COVER, new Position(0.3, 0.6), false, ImageFormat.WEBP, 80, Color.WHITE));
        outputs.put("a", OutputSpec.inside(7));
        outputs.put("text", everything(new Watermark("©", null, new Position(0, 1), 0.25)));
        outputs.put("logo", everything(new Watermark(null, "brand/logo.png", Position.CENTRE, 1)));
        Map<String, Result.Output> ended = new LinkedHashMap<>();
        ended.put("z", new Result.Output(new Result.Stored(ImageFormat.PNG, 1, 4096, 1L << 40, SHA), null));
        ended.put("a", new Result.Output(null, JobError.of(ErrorCode.CODEC_UNAVAILABLE, "no codec")));
        return Stream.of(
                new Accepted(
                        1,
                        JOB,
                        new Tenant("acme"),
                        NOW,
                        SOURCE,
                        outputs,
                        "product",
                        3,
                        new Accepted.Webhook(
                                URI.create("https://example.com/a?b=c"), Set.of(JobStatus.PARTIALLY_SUCCEEDED)),
                        "sku-1 \"😀\" \u2028",
                        Map.of("k", "v", "", "\0"),
                        NOW.plusSeconds(1),
                        Lane.BULK,
                        new JobId("job_01ARZ3NDEKTSV4RRFFQ69G5FAW"),
                        null,
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                new Accepted(
                        1,
                        JOB,
                        Tenant.DEFAULT,
                        NOW,
                        null,
                        outputs,
                        null,
                        null,
                        null,
                        null,
                        Map.of(),
                        null,
                        Lane.INTERACTIVE,
                        null,
                        URI.create("https://example.com/cat.jpg")),
                new Result(
                        1,
                        JOB,
                        JobStatus.PARTIALLY_SUCCEEDED,
                        NOW,
                        NOW.plusNanos(1),
                        2,
                        ended,
                        null,
                        new Result.Timings(1, 2, 3)),
                new Result(
                        1,
                        JOB,
                        JobStatus.CANCELED,
                        null,
                        NOW,
                        0,
                        Map.of(),
                        JobError.of(ErrorCode.DEADLINE_EXCEEDED, "too late"),
                        null),
                new Started(NOW, 3),
                new Delivery(
                        "msg_1",
                        "job.succeeded",
                        1,
                        1,
                        "https://example.com/",
                        NOW,
                        12,
                        503,
                        null,
                        "busy",
                        Delivery.State.RETRYING,
                        NOW.plusSeconds(5)),
                new Delivery(
                        "msg_1",
                        "job.failed",
                        10,
                        10,
                        "https://example.com/",
                        NOW,
                        0,
                        null,
                        "timeout",
                        null,
                        Delivery.State.FAILED,
                        null),
                new JobMessage(1, Tenant.DEFAULT, JOB, null),
                new Capabilities(
                        WorkerId.create(NOW),
                        NOW,
                        "1.0",
                        "process",
                        List.of(new Capabilities.Codec(
                                "libvips", "8.15", Set.of(ImageFormat.HEIC), Set.of(ImageFormat.AVIF))),
                        4,
                        new Capabilities.Limits(1L << 40, 5, 6)));
    }

    private static OutputSpec everything(Watermark watermark) {
        return new OutputSpec(
                1,
                4096,
                Fit.COVER,
                new Position(0.5, 0.5, Interest.ATTENTION),
                false,
                ImageFormat.WEBP,
                100,
                true,
                Color.TRANSPARENT,
                0.3,
                10.0,
                watermark,
                true,
                Set.of(Keep.ICC, Keep.COPYRIGHT));
    }

    @Test
    @DisplayName("F32 an accepted.json from before there were lanes is read as one of the interactive lane")
    void withoutLane() {
        Map<String, OutputSpec> outputs = Map.of("a", OutputSpec.inside(7));
        Accepted accepted = new Accepted(
                1,
                JOB,
                Tenant.DEFAULT,
                NOW,
                SOURCE,
                outputs,
                null,
                null,
                null,
                null,
                Map.of(),
                null,
                Lane.INTERACTIVE,
                null,
                null);
        String written = new String(Json.write(accepted), StandardCharsets.UTF_8);
        String old = written.replace(",\"lane\":\"interactive\"", "");

        assertThat(old).doesNotContain("lane");
        assertThat(Json.read(old.getBytes(StandardCharsets.UTF_8), Accepted.class))
                .isEqualTo(accepted);
    }

    @Test
    @DisplayName("F32 of a job accepted before outputs had effects is read: they have none")
    void earlierOutputs() {
        Accepted accepted = read("""
            {"schema":1,"job":"job_01ARZ3NDEKTSV4RRFFQ69G5FAV","tenant":"default",
             "accepted_at":"2026-11-23T22:14:15.926Z","source":{"format":"jpeg","width":4,"height":2,"bytes":10,
             "sha256":"%s","orientation":1,"frames":1},"outputs":{"small":{"width":320,"height":320,"fit":"inside",
             "position":{"x":0.5,"y":0.5},"without_enlargement":true}},"preset":"default","metadata":{}}\
            """.formatted(SHA), Accepted.class);

        assertThat(accepted.outputs()).containsExactly(Map.entry("small", OutputSpec.inside(320)));
        assertThat(accepted.presetTag()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("of a record is read as the same record")
    void records(Object value) {
        assertThat((Object) Json.read(Json.write(value), value.getClass())).isEqualTo(value);
    }

    @Test
    @DisplayName("keeps the order of outputs")
    void order() {
        Accepted accepted = (Accepted) records().findFirst().orElseThrow();

        assertThat(Json.read(Json.write(accepted), Accepted.class).outputs().keySet())
                .containsExactly("z", "a", "text", "logo");
    }

    @Test
    @DisplayName("has names in snake_case, times as RFC 3339, values by their wire names, and nothing for null")
    void wireForm() {
        assertThat(text(Json.write(new Started(NOW, 3))))
                .isEqualTo("{\"started_at\":\"2026-11-23T22:14:15.926Z\",\"attempt\":3}");
        assertThat(text(Json.write(new JobMessage(1, Tenant.DEFAULT, JOB, null))))
                .isEqualTo("{\"schema\":1,\"tenant\":\"default\",\"job\":\"" + JOB + "\"}");
        assertThat(text(Json.write(new Result.Output(null, JobError.of(ErrorCode.DECODE_FAILED, "why")))))
                .isEqualTo("{\"error\":{\"code\":\"decode_failed\",\"detail\":\"why\",\"retryable\":false}}");
    }

    @ParameterizedTest
    @EnumSource(names = {"SUCCEEDED", "PARTIALLY_SUCCEEDED", "FAILED", "CANCELED", "EXPIRED"})
    @DisplayName("of every result says its status")
    void status(JobStatus status) {
        Result result = new Result(1, JOB, status, null, NOW, 0, Map.of(), null, null);

        assertThat(text(Json.write(result))).contains("\"status\":\"" + status.wireName() + "\"");
        assertThat(Json.read(Json.write(result), Result.class).status()).isEqualTo(status);
    }

    @Test
    @DisplayName("F32 of a later version may hold fields that we do not know")
    void unknownFields() {
        Started started = read("""
            {"started_at": "2026-11-23T22:14:15.926Z", "worker": {"host": ["a"]}, "attempt": 3, "x": null}\
            """, Started.class);

        assertThat(started).isEqualTo(new Started(NOW, 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "5",
                "\"x\"",
                "{\"schema\":1}",
                "{\"schema\":1,\"job\":\"job_01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"status\":\"hocuspocus\",\"outputs\":{}}",
                "{\"schema\":1,\"job\":\"hocuspocus\",\"status\":\"failed\",\"finished_at\":\"2026-11-23T22:14:15Z\",\"attempts\":0,\"outputs\":{}}",
                "{\"schema\":1,\"job\":\"job_01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"status\":\"queued\",\"finished_at\":\"2026-11-23T22:14:15Z\",\"attempts\":0,\"outputs\":{}}",
                "{\"schema\":1,\"job\":\"job_01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"status\":\"failed\",\"finished_at\":\"hocuspocus\",\"attempts\":0,\"outputs\":{}}",
                "{\"schema\":1,\"schema\":1,\"job\":\"job_01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"status\":\"failed\",\"finished_at\":\"2026-11-23T22:14:15Z\",\"attempts\":0,\"outputs\":{}}",
                "{\"schema\":1,\"job\":\"job_01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"status\":\"failed\",\"finis",
                "{\"schema\":1,\"job\":\"job_01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"status\":\"failed\",\"finished_at\":\"2026-11-23T22:14:15Z\",\"attempts\":0,\"outputs\":{}}"
                        + " hocuspocus",
            })
    @DisplayName("F33 that is damaged is no record, and is not repeated")
    void damaged(String json) {
        assertUnreadable(() -> read(json, Result.class));
    }

    static Stream<String> malformed() {
        return Stream.of(
                "hocuspocus",
                "{\"hocuspocus\"}",
                "{\"a\": hocuspocus}",
                "{\"hocuspocus\": 1, \"hocuspocus\": 2}",
                "{\"a\": {\"b\": 1, \"b\": 1}}",
                "{\"a\": 1, \"\\u0061\": 1}",
                "[".repeat(10_000),
                "[".repeat(10_000) + "]".repeat(10_000),
                "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000),
                "[".repeat(33) + "]".repeat(33),
                "{\"a\": NaN}",
                "{\"a\": Infinity}",
                "{\"a\": -Infinity}",
                "{\"a\": 1e400}",
                "{\"a\": [{\"b\": -1e400}]}",
                "{\"a\": 01}",
                "{\"a\": +1}",
                "{\"a\": .5}",
                "{\"a\": 1" + "0".repeat(100_000) + "}",
                "{'hocuspocus': 1}",
                "{\"a\": 1,}",
                "{\"a\": 1} hocuspocus",
                "{\"a\": 1} {\"a\": 1}",
                "{\"a\": 1}]",
                "{\"a\": \"hocuspocus",
                "{\"a\": \"hocus",
                "{\"a\": \"\\x\"}",
                "{\"a\": \"\n\"}",
                "{\"a\": \"\0\"}",
                "{",
                "{\"a\": 1 /* hocuspocus */}",
                "{\"a\": \"" + "x".repeat(65_537) + "\"}");
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("C51 that is malformed is refused, and not repeated")
    void malformed(String json) {
        assertUnreadable(() -> tree(json));
    }

    @Test
    @DisplayName("C51 that is not UTF-8 is refused")
    void notUtf8() {
        byte[] json = {'{', '"', 'a', '"', ':', '"', (byte) 0xff, '"', '}'};

        assertUnreadable(() -> Json.readTree(new ByteArrayInputStream(json)));
    }

    @Test
    @DisplayName("may be nested 32 deep and say where it is wrong")
    void depthAndPlace() {
        assertThat(tree("[".repeat(32) + "]".repeat(32)).isArray()).isTrue();
        assertThatExceptionOfType(UnreadableJsonException.class)
                .isThrownBy(() -> tree("{\n  \"a\": x}"))
                .withMessageStartingWith("unreadable JSON at line 2, column ");
    }

    @Test
    @DisplayName("has whole milliseconds that are never negative")
    void millis() {
        assertThat(Json.millis(1_999_999)).isEqualTo(1);
        assertThat(Json.millis(999_999)).isZero();
        assertThat(Json.millis(-5_000_000)).isZero();
        assertThat(Json.millis(Long.MAX_VALUE)).isEqualTo(9_223_372_036_854L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": \"\\ud800\"}",
                "{\"a\": \"\\udc00x\"}",
                "{\"a\": [\"x\\ud83d\"]}",
                "{\"\\ud800\": 1}",
                "{\"a\": {\"b\\udfff\": 1}}",
            })
    @DisplayName("C51 with half a character is refused")
    void loneSurrogates(String json) {
        assertUnreadable(() -> tree(json));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n"})
    @DisplayName("C51 is more than nothing")
    void empty(String json) {
        assertUnreadable(() -> tree(json));
    }

    @Test
    @DisplayName("F33 that says null is no record")
    void nullRecord() {
        assertUnreadable(() -> read("null", Result.class));
    }

    private static void assertUnreadable(Runnable reading) {
        assertThatExceptionOfType(UnreadableJsonException.class)
                .isThrownBy(reading::run)
                .withMessageStartingWith("unreadable JSON")
                .withMessageNotContaining("hocus")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(80));
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
    }

    private static JsonNode tree(String json) {
        return Json.readTree(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
