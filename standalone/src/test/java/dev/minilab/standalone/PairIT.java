package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.client.Connection;
import dev.minilab.client.Image;
import dev.minilab.client.Job;
import dev.minilab.client.JobRequest;
import dev.minilab.client.JobStatus;
import dev.minilab.client.Minilab;
import dev.minilab.client.Progress;
import dev.minilab.job.Sha256;
import dev.minilab.strict.HttpRelay.Filter;
import dev.minilab.strict.R2Strict;
import dev.minilab.strict.SqsStrict;
import dev.minilab.worker.Worker;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
            try (Minilab minilab = new Minilab(Connection.to(pair.uri()))) {
                Image image = Image.of(Images.jpeg(200, 150));
                List<Job> made = Stream.generate(() -> minilab.create(image, JobRequest.DEFAULT))
                        .limit(40)
                        .toList();
                List<Job> ends = made.stream().map(job -> ended(minilab, job)).toList();
                for (Job end : ends) {
                    assertThat(minilab.get(end.id()).finishedAt()).isEqualTo(end.finishedAt());
                }
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
            try (Minilab minilab = new Minilab(Connection.to(pair.uri()))) {
                Image image = Image.of(Images.jpeg(300, 300), "image/jpeg");
                Job job = ended(minilab, minilab.create(minilab.upload(image, Progress.NONE), JobRequest.DEFAULT));
                Job retried = ended(minilab, minilab.retry(job.id()));
                assertThat(retried.retryOf()).isEqualTo(job.id());
                minilab.delete(job.id());
                assertThat(client.get("/v1/jobs/" + job.id()).statusCode()).isEqualTo(410);
                assertThat(minilab.download(retried.id(), "small")).isNotEmpty();
            }
        }

        private static Job ended(Minilab minilab, Job job) {
            Job ended = minilab.await(job.id(), PATIENCE);
            assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
            return ended;
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
