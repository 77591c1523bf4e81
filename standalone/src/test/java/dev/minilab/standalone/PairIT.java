package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Sha256;
import dev.minilab.strict.HttpRelay.Filter;
import dev.minilab.strict.R2Strict;
import dev.minilab.strict.SqsStrict;
import dev.minilab.worker.Worker;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@DisplayName("The whole path")
@Timeout(180)
class PairIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Nested
    @DisplayName("on the embedded pair")
    class OnEmbedded extends WholePath {
        @Override
        LocalPair pair() throws IOException {
            return LocalPair.start(Map.of());
        }
    }

    @Nested
    @DisplayName("on what answers as R2 and SQS do: duplicates, silent old handles, redelivery after delete, no order")
    class OnStrict extends WholePath {
        @Override
        LocalPair pair() throws IOException {
            SqsStrict.Rates often = new SqsStrict.Rates(0.2, 0.1);
            Filter sqs = new SqsStrict(often, 1, InstantSource.system());
            return LocalPair.start(Map.of(), new R2Strict(InstantSource.system()), sqs);
        }
    }

    /// What every pair of a store and a queue must let happen.
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class WholePath {

        @SuppressWarnings("NullAway.Init") // Set when the tests start.
        private LocalPair pair;

        @SuppressWarnings("NullAway.Init")
        private Worker worker;

        @SuppressWarnings("NullAway.Init")
        private Client client;

        abstract LocalPair pair() throws IOException;

        @BeforeAll
        void start() throws IOException {
            pair = pair();
            worker = pair.startWorker();
            client = pair.client();
        }

        @AfterAll
        void stop() {
            worker.close();
            pair.close();
        }

        private JsonNode succeeded(String id) throws Exception {
            JsonNode job = client.awaitTerminal(id, PATIENCE);
            assertThat(job.path("status").asString("")).as(job.toString()).isEqualTo("succeeded");
            return job;
        }

        @Test
        @DisplayName("an upload, its outputs behind links that work, and a webhook with one id")
        void upload() throws Exception {
            try (WebhookReceiver receiver = new WebhookReceiver()) {
                String id = client.upload(
                        Images.jpeg(500, 300),
                        "?webhook_url=" + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8));
                JsonNode outputs = succeeded(id).path("outputs");
                assertThat(outputs.size()).isPositive();
                for (JsonNode output : outputs.values()) {
                    assertThat(Sha256.of(client.download(output.path("url").asString(""))))
                            .isEqualTo(output.path("sha256").asString(""));
                }
                assertThat(receiver.await(60).id()).isEqualTo("msg_" + id.substring(4) + "_succeeded");
            }
        }

        @Test
        @DisplayName("I2 forty jobs: each ends once, and what is readable does not change")
        void many() throws Exception {
            byte[] image = Images.jpeg(200, 150);
            String[] ids = new String[40];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = client.upload(image, "");
            }
            String[] ends = new String[ids.length];
            for (int i = 0; i < ids.length; i++) {
                ends[i] = succeeded(ids[i]).path("finished_at").asString("");
            }
            for (int i = 0; i < ids.length; i++) {
                assertThat(succeeded(ids[i]).path("finished_at").asString("")).isEqualTo(ends[i]);
            }
        }

        @Test
        @DisplayName("I4 an idempotency key: the same job again")
        void idempotency() throws Exception {
            byte[] image = Images.jpeg(120, 90);
            String key = "key-" + System.nanoTime();
            HttpResponse<byte[]> first = client.post("/v1/jobs", "image/jpeg", image, "Idempotency-Key", key);
            HttpResponse<byte[]> again = client.post("/v1/jobs", "image/jpeg", image, "Idempotency-Key", key);
            assertThat(first.statusCode()).as(Client.text(first)).isEqualTo(202);
            assertThat(again.statusCode()).as(Client.text(again)).isEqualTo(202);
            assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
            assertThat(Client.id(again)).isEqualTo(Client.id(first));
            succeeded(Client.id(first));
        }

        @Test
        @DisplayName("a direct upload by a signed link, and a job of it; then retried, and deleted for good")
        void directUpload() throws Exception {
            byte[] image = Images.jpeg(300, 300);
            String asked = "{\"content_type\":\"image/jpeg\",\"content_length\":" + image.length + "}";
            JsonNode upload =
                    Client.json(client.post("/v1/uploads", "application/json", asked.getBytes(StandardCharsets.UTF_8)));
            HttpRequest.Builder put = HttpRequest.newBuilder(
                            URI.create(upload.path("url").asString("")))
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(image));
            upload.path("headers").properties().stream()
                    .filter(header -> !header.getKey().equalsIgnoreCase("content-length"))
                    .forEach(header ->
                            put.header(header.getKey(), header.getValue().asString("")));
            assertThat(client.send(put).statusCode()).isEqualTo(200);
            String job = "{\"source\":{\"upload_id\":\"" + upload.path("id").asString("") + "\"}}";
            HttpResponse<byte[]> made =
                    client.post("/v1/jobs", "application/json", job.getBytes(StandardCharsets.UTF_8));
            assertThat(made.statusCode()).as(Client.text(made)).isEqualTo(202);
            String id = Client.id(made);
            succeeded(id);
            HttpResponse<byte[]> retried = client.post("/v1/jobs/" + id + "/retry", "application/json", new byte[0]);
            assertThat(retried.statusCode()).as(Client.text(retried)).isEqualTo(202);
            succeeded(Client.id(retried));
            assertThat(client.delete("/v1/jobs/" + id).statusCode()).isEqualTo(204);
            assertThat(client.get("/v1/jobs/" + id).statusCode()).isEqualTo(410);
        }

        @Test
        @DisplayName("an image that is cut off fails, and says why")
        void damaged() throws Exception {
            byte[] whole = Images.jpeg(600, 400);
            String id = client.upload(Arrays.copyOf(whole, whole.length / 2), "");
            JsonNode job = client.awaitTerminal(id, PATIENCE);
            assertThat(job.path("status").asString("")).isEqualTo("failed");
            assertThat(job.path("error").path("code").asString("")).isEqualTo("truncated");
        }
    }
}
