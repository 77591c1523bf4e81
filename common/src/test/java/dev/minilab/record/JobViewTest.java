package dev.minilab.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.Config;
import dev.minilab.config.Secret;
import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobError;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.Placeholder;
import dev.minilab.job.Result;
import dev.minilab.job.Source;
import dev.minilab.job.Started;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayName("The view of a job")
class JobViewTest {
    private static final Instant CREATED = Instant.parse("2026-11-23T22:14:15.926Z");
    private static final Instant NOW = Instant.parse("2026-11-23T22:30:00Z");
    private static final Duration TTL = Duration.ofHours(1);
    private static final JobId JOB = JobId.create(CREATED);
    private static final String SHA = "0123456789abcdef".repeat(4);
    private static final JobError BROKEN = JobError.of(ErrorCode.DECODE_FAILED, "the image is damaged");
    private static final Result.Stored THUMB = new Result.Stored(ImageFormat.WEBP, 320, 261, 9120, SHA);

    private final ObjectStore store = new ObjectStore(new Config.Store(
            URI.create("http://127.0.0.1:9"),
            URI.create("https://images.example.com"),
            "auto",
            "pictures",
            new Config.Credentials("AKIDEXAMPLE", new Secret("hush-hush")),
            TTL));
    private final JobView view = viewAt(NOW);

    @AfterEach
    void close() {
        store.close();
    }

    private JobView viewAt(Instant now) {
        return new JobView(store, TTL, InstantSource.fixed(now));
    }

    private static Accepted accepted(boolean webhook) {
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        outputs.put("thumb", OutputSpec.inside(320));
        outputs.put("card", OutputSpec.inside(1200));
        return new Accepted(
                1,
                JOB,
                new Tenant("acme"),
                CREATED,
                new Source(ImageFormat.JPEG, 2725, 2225, 829_183, SHA, 6, 1),
                outputs,
                "default",
                1,
                webhook ? new Accepted.Webhook(URI.create("https://example.com/hook"), Set.of()) : null,
                webhook ? "sku-1" : null,
                webhook ? Map.of("any", "strings") : Map.of(),
                webhook ? CREATED.plusSeconds(3600) : null,
                webhook ? Lane.BULK : Lane.INTERACTIVE,
                null,
                null);
    }

    private static JobSnapshot queued() {
        return new JobSnapshot(accepted(false), null, null, null);
    }

    private static JobSnapshot processing() {
        return new JobSnapshot(accepted(false), new Started(CREATED.plusMillis(12), 2), null, null);
    }

    private static JobSnapshot ended(JobStatus status, Result.Output card, @Nullable Delivery delivery) {
        Map<String, Result.Output> outputs = new LinkedHashMap<>();
        outputs.put("card", card);
        outputs.put("thumb", new Result.Output(THUMB, null));
        Result result = new Result(
                1,
                JOB,
                status,
                CREATED.plusMillis(12),
                CREATED.plusMillis(60),
                1,
                outputs,
                null,
                new Result.Timings(12, 48, 1),
                new Source(ImageFormat.JPEG, 2725, 2225, 829_183, SHA, 6, 3),
                new Placeholder("3OcRJYB4d3h/iIeHeEh3eIhw+j3A", "#aabbcc"),
                null);
        return new JobSnapshot(accepted(true), null, result, delivery);
    }

    private static JobSnapshot succeeded(@Nullable Delivery delivery) {
        Result.Stored card = new Result.Stored(ImageFormat.JPEG, 1200, 980, 88_123, SHA);
        return ended(JobStatus.SUCCEEDED, new Result.Output(card, null), delivery);
    }

    private static JobSnapshot failed() {
        Result result = new Result(1, JOB, JobStatus.FAILED, null, CREATED.plusSeconds(1), 3, Map.of(), BROKEN, null);
        return new JobSnapshot(accepted(false), null, result, null);
    }

    private static Delivery delivery(int attempt, int statusCode) {
        Delivery.State state = statusCode < 300 ? Delivery.State.DELIVERED : Delivery.State.FAILED;
        return delivery(attempt, statusCode, state, null);
    }

    private static Delivery delivery(
            int attempt, int statusCode, Delivery.State state, @Nullable Instant nextAttemptAt) {
        return new Delivery(
                "msg_1",
                "job.succeeded",
                attempt,
                attempt,
                "https://example.com/hook",
                NOW,
                5,
                statusCode,
                null,
                "",
                state,
                nextAttemptAt);
    }

    @Test
    @DisplayName("that is queued has the fields of the contract")
    void queuedView() {
        JsonNode json = view.show(queued());

        assertThat(json.toString()).isEqualTo("""
            {"id":"JOB","status":"queued","tenant":"acme","external_id":null,"lane":"interactive","metadata":{},\
            "created_at":"2026-11-23T22:14:15.926Z","started_at":null,"finished_at":null,"deadline_at":null,\
            "attempts":0,"source":{"format":"jpeg","media_type":"image/jpeg","width":2725,"height":2225,\
            "bytes":829183,"sha256":"SHA","orientation":6,"frames":1},\
            "outputs":{"thumb":{"status":"pending"},"card":{"status":"pending"}},"placeholder":null,"error":null,"webhook":null,\
            "links":{"self":"/v1/jobs/JOB","events":"/v1/jobs/JOB/events"}}\
            """.replace("JOB", JOB.value()).replace("SHA", SHA));
    }

    @Test
    @DisplayName("that is processing says since when and how often")
    void processingView() {
        JsonNode json = view.show(processing());

        assertThat(json.path("status").stringValue()).isEqualTo("processing");
        assertThat(json.path("started_at").stringValue()).isEqualTo("2026-11-23T22:14:15.938Z");
        assertThat(json.path("finished_at").isNull()).isTrue();
        assertThat(json.path("attempts").intValue()).isEqualTo(2);
    }

    @Test
    @DisplayName("that succeeded has the fields of the contract, with outputs in the order of the request")
    void succeededView() {
        JsonNode json = view.show(succeeded(delivery(1, 204)));

        assertThat(json.propertyNames())
                .contains(
                        "id",
                        "status",
                        "tenant",
                        "external_id",
                        "lane",
                        "metadata",
                        "created_at",
                        "started_at",
                        "finished_at",
                        "attempts",
                        "source",
                        "outputs",
                        "error",
                        "webhook",
                        "timings",
                        "links");
        assertThat(json.path("placeholder").toString())
                .isEqualTo("{\"thumbhash\":\"3OcRJYB4d3h/iIeHeEh3eIhw+j3A\",\"dominant_color\":\"#aabbcc\"}");
        assertThat(json.path("source").path("frames").intValue())
                .as("what the worker found")
                .isEqualTo(3);
        assertThat(json.path("status").stringValue()).isEqualTo("succeeded");
        assertThat(json.path("external_id").stringValue()).isEqualTo("sku-1");
        assertThat(json.path("lane").stringValue()).isEqualTo("bulk");
        assertThat(json.path("metadata").toString()).isEqualTo("{\"any\":\"strings\"}");
        assertThat(json.path("started_at").stringValue()).isEqualTo("2026-11-23T22:14:15.938Z");
        assertThat(json.path("finished_at").stringValue()).isEqualTo("2026-11-23T22:14:15.986Z");
        assertThat(json.path("attempts").intValue()).isEqualTo(1);
        assertThat(json.path("error").isNull()).isTrue();
        assertThat(json.path("timings").toString()).isEqualTo("{\"queued_ms\":12,\"render_ms\":48,\"decodes\":1}");
        assertThat(json.path("webhook").toString())
                .isEqualTo("{\"url\":\"https://example.com/hook\",\"status\":\"delivered\",\"attempts\":1}");
        assertThat(json.path("outputs").propertyNames()).containsExactly("thumb", "card");
    }

    @Test
    @DisplayName("has outputs with a signed link, its end, and a stable one")
    void output() {
        JsonNode thumb = view.show(succeeded(null)).path("outputs").path("thumb");

        assertThat(thumb.propertyNames())
                .containsExactlyInAnyOrder(
                        "status",
                        "format",
                        "media_type",
                        "width",
                        "height",
                        "bytes",
                        "sha256",
                        "url",
                        "url_expires_at",
                        "stable_url");
        assertThat(thumb.path("status").stringValue()).isEqualTo("succeeded");
        assertThat(thumb.path("format").stringValue()).isEqualTo("webp");
        assertThat(thumb.path("media_type").stringValue()).isEqualTo("image/webp");
        assertThat(thumb.path("width").intValue()).isEqualTo(320);
        assertThat(thumb.path("height").intValue()).isEqualTo(261);
        assertThat(thumb.path("bytes").longValue()).isEqualTo(9120);
        assertThat(thumb.path("sha256").stringValue()).isEqualTo(SHA);
        assertThat(thumb.path("url").stringValue())
                .startsWith("https://images.example.com/pictures/results/acme/20261123T22/" + JOB + "/thumb.webp?")
                .contains("X-Amz-Expires=3600");
        assertThat(thumb.path("stable_url").stringValue()).isEqualTo("/v1/jobs/" + JOB + "/outputs/thumb");
    }

    @Test
    @DisplayName("that succeeded in part shows what there is, and why the rest is missing")
    void partial() {
        JsonNode json = view.show(ended(JobStatus.PARTIALLY_SUCCEEDED, new Result.Output(null, BROKEN), null));

        assertThat(json.path("status").stringValue()).isEqualTo("partially_succeeded");
        assertThat(json.path("error").isNull()).isTrue();
        assertThat(json.path("outputs").path("thumb").path("status").stringValue())
                .isEqualTo("succeeded");
        assertThat(json.path("outputs").path("card").toString()).isEqualTo("""
            {"status":"failed","error":{"code":"decode_failed","detail":"the image is damaged","retryable":false}}\
            """);
        assertThat(json.path("webhook").toString())
                .isEqualTo("{\"url\":\"https://example.com/hook\",\"status\":\"pending\",\"attempts\":0}");
    }

    @Test
    @DisplayName("that failed says why, and has no output left to wait for")
    void failedView() {
        JsonNode json = view.show(failed());

        assertThat(json.path("status").stringValue()).isEqualTo("failed");
        assertThat(json.path("started_at").isNull()).isTrue();
        assertThat(json.path("attempts").intValue()).isEqualTo(3);
        assertThat(json.path("error").toString())
                .isEqualTo("{\"code\":\"decode_failed\",\"detail\":\"the image is damaged\",\"retryable\":false}");
        assertThat(json.path("outputs").toString())
                .isEqualTo("{\"thumb\":{\"status\":\"failed\"},\"card\":{\"status\":\"failed\"}}");
    }

    @Test
    @DisplayName("shows a webhook that was refused as failed, with its attempts")
    void failedDelivery() {
        assertThat(view.show(succeeded(delivery(4, 503))).path("webhook").toString())
                .isEqualTo("{\"url\":\"https://example.com/hook\",\"status\":\"failed\",\"attempts\":4}");
    }

    @Test
    @DisplayName("shows when a webhook that failed is tried again")
    void retrying() {
        Delivery failed = delivery(2, 500, Delivery.State.RETRYING, NOW.plusSeconds(300));
        assertThat(view.show(succeeded(failed)).path("webhook").toString())
                .isEqualTo("{\"url\":\"https://example.com/hook\",\"status\":\"retrying\",\"attempts\":2,"
                        + "\"next_attempt_at\":\"" + NOW.plusSeconds(300) + "\"}");
    }

    @Test
    @DisplayName("I21 holds no secret")
    void secrets() {
        assertThat(view.show(succeeded(null)).toString())
                .contains("AKIDEXAMPLE")
                .doesNotContain("hush");
    }

    @Test
    @DisplayName("has another ETag in each state")
    void etagsDiffer() {
        assertThat(Stream.of(
                                queued(),
                                processing(),
                                failed(),
                                succeeded(null),
                                succeeded(delivery(1, 503)),
                                succeeded(delivery(2, 204)),
                                ended(JobStatus.PARTIALLY_SUCCEEDED, new Result.Output(null, BROKEN), null))
                        .map(view::etag))
                .doesNotHaveDuplicates()
                .allMatch(etag -> etag.matches("\"[0-9a-f]{24}\""));
    }

    @Test
    @DisplayName("has the same ETag at the same moment, and another before its links end")
    void etagAndTime() {
        String etag = view.etag(succeeded(null));

        assertThat(view.etag(succeeded(null))).isEqualTo(etag);
        assertThat(viewAt(NOW.plus(TTL.dividedBy(2))).etag(succeeded(null))).isNotEqualTo(etag);
        assertThat(viewAt(NOW.plus(TTL)).etag(queued())).isEqualTo(view.etag(queued()));
    }

    @Test
    @DisplayName("never promises more life to a link than its signature gives")
    void expiry() {
        JsonNode thumb = view.show(succeeded(null)).path("outputs").path("thumb");
        String signedAt = thumb.path("url").stringValue().replaceAll(".*X-Amz-Date=(\\d{8}T\\d{6})Z.*", "$1");
        Instant end = LocalDateTime.parse(signedAt, DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss"))
                .toInstant(ZoneOffset.UTC)
                .plus(TTL);

        assertThat(Instant.parse(thumb.path("url_expires_at").stringValue())).isBetween(end.minusSeconds(5), end);
    }
}
