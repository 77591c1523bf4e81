package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("infra, api and two workers as processes of their own")
class ProcessesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path data;

    private static MinilabProcess infra;
    private static TcpForwarder store;
    private static TcpForwarder queue;
    private static Map<String, String> env;
    private static MinilabProcess api;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        infra = MinilabProcess.start(Map.of(), "infra", "--data", data.toString(), "--s3-port", "0", "--sqs-port", "0");
        String[] endpoints = infra.awaitReady().split(" ", 2);
        store = new TcpForwarder(URI.create(endpoints[0]));
        queue = new TcpForwarder(URI.create(endpoints[1]));
        DataFolder.Secrets secrets = DataFolder.secrets(data);
        env = new TreeMap<>(Map.ofEntries(
                Map.entry("MINILAB_PORT", "0"),
                Map.entry("MINILAB_S3_ENDPOINT", store.uri().toString()),
                Map.entry("MINILAB_S3_PUBLIC_ENDPOINT", endpoints[0]),
                Map.entry("MINILAB_S3_ACCESS_KEY_ID", secrets.accessKeyId()),
                Map.entry("MINILAB_S3_SECRET_ACCESS_KEY", secrets.secretAccessKey()),
                Map.entry("MINILAB_SQS_ENDPOINT", queue.uri().toString()),
                Map.entry("MINILAB_SQS_ACCESS_KEY_ID", "any"),
                Map.entry("MINILAB_SQS_SECRET_ACCESS_KEY", "any"),
                Map.entry("MINILAB_WEBHOOK_SECRET", secrets.webhookSecret()),
                Map.entry("MINILAB_EGRESS_ALLOW", "127.0.0.0/8"),
                Map.entry("MINILAB_VISIBILITY", "5s"),
                Map.entry("MINILAB_HEARTBEAT", "1s"),
                Map.entry("MINILAB_OVERDUE", "3s"),
                Map.entry("MINILAB_SWEEP_PERIOD", "1s"),
                Map.entry("MINILAB_LONG_POLL", "1s"),
                Map.entry("MINILAB_RENDER_PROCESSES", "1"),
                Map.entry("MINILAB_CONCURRENCY", "2")));
        api = MinilabProcess.start(env, "api");
        client = new Client(api.awaitUri());
    }

    @AfterAll
    static void stop() throws Exception {
        try (MinilabProcess runningInfra = infra;
                MinilabProcess runningApi = api;
                TcpForwarder _ = store;
                TcpForwarder _ = queue) {
            assertThat(runningApi.terminate(30)).isZero();
            assertThat(runningInfra.terminate(30)).isZero();
        }
    }

    @Test
    @DisplayName(
            "F5 two workers share the jobs; one is killed in the middle, and all jobs end with one webhook id each")
    void twoWorkers() throws Exception {
        byte[] image = Images.jpeg(2000, 1500);
        try (WebhookReceiver receiver = new WebhookReceiver();
                MinilabProcess first = MinilabProcess.start(env, "worker");
                MinilabProcess second = MinilabProcess.start(env, "worker")) {
            first.awaitReady();
            second.awaitReady();
            String query = "?webhook_url=" + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8);
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                ids.add(client.upload(image, query));
            }
            client.awaitTerminal(ids.get(3), PATIENCE);
            first.kill();
            Set<String> expected = new HashSet<>();
            for (String id : ids) {
                assertThat(client.awaitTerminal(id, PATIENCE).path("status").asString(""))
                        .isEqualTo("succeeded");
                expected.add("msg_" + id.substring(4) + "_succeeded");
            }
            Set<String> announced = new HashSet<>();
            while (announced.size() < expected.size()) {
                WebhookReceiver.Received received = receiver.await(30);
                received.verify(env.getOrDefault("MINILAB_WEBHOOK_SECRET", ""));
                announced.add(received.id());
            }
            assertThat(announced).isEqualTo(expected);
            assertThat(second.log()).contains("Job succeeded");
            assertThat(second.terminate(30)).isZero();
        }
    }

    @Test
    @DisplayName(
            "F26, I10 a worker told to stop under load exits 0 in time, and what it gave back another one finishes at once")
    void drains() throws Exception {
        byte[] image = Images.jpeg(2000, 1500);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            ids.add(client.upload(image, ""));
        }
        try (MinilabProcess first = MinilabProcess.start(env, "worker")) {
            first.awaitReady();
            client.awaitTerminal(ids.getFirst(), PATIENCE);
            assertThat(first.terminate(30)).isZero();
            assertThat(first.log()).doesNotContain("Leaving");
        }
        try (MinilabProcess second = MinilabProcess.start(env, "worker")) {
            second.awaitReady();
            for (String id : ids) {
                assertThat(client.awaitTerminal(id, PATIENCE).path("status").asString(""))
                        .isEqualTo("succeeded");
            }
            assertThat(second.terminate(30)).isZero();
        }
    }

    @Test
    @DisplayName("F16 the queue is away: still 202, and the sweeper sends the job when it is back")
    void queueAway() throws Exception {
        queue.cut();
        String id;
        try {
            id = client.upload(Images.jpeg(200, 100), "");
        } finally {
            queue.restore();
        }
        try (MinilabProcess worker = MinilabProcess.start(env, "worker")) {
            worker.awaitReady();
            assertThat(client.awaitTerminal(id, PATIENCE).path("status").asString(""))
                    .isEqualTo("succeeded");
            assertThat(worker.log()).contains("overdue");
            assertThat(worker.terminate(30)).isZero();
        }
    }

    @Test
    @DisplayName("C71 the store is away: 503 with Retry-After, not ready, and well again when it is back")
    void storeAway() throws Exception {
        store.cut();
        try {
            HttpResponse<byte[]> refused = client.post("/v1/jobs", "image/jpeg", Images.jpeg(200, 100));
            assertThat(refused.statusCode()).as(Client.text(refused)).isEqualTo(503);
            assertThat(Client.json(refused).path("code").asString("")).isEqualTo("unavailable");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(client.get("/health/ready").statusCode()).isEqualTo(503);
            assertThat(client.get("/health/live").statusCode()).isEqualTo(200);
        } finally {
            store.restore();
        }
        assertThat(client.post("/v1/jobs", "image/jpeg", Images.jpeg(200, 100)).statusCode())
                .isEqualTo(202);
    }

    @Test
    @DisplayName("I27 what cannot work is explained at the start, all of it at once")
    void misconfigured() throws Exception {
        Map<String, String> wrong = new TreeMap<>(env);
        wrong.put("MINILAB_HOST", "0.0.0.0");
        wrong.put("MINILAB_PROT", "80");
        wrong.put("MINILAB_R2_JURISDICTION", "eu");
        try (MinilabProcess refused = MinilabProcess.start(wrong, "api")) {
            assertThat(refused.awaitExit(30)).isEqualTo(78);
            assertThat(refused.log())
                    .contains("MINILAB_API_KEYS_FILE is missing")
                    .contains("MINILAB_PROT is not a setting; did you mean MINILAB_PORT?")
                    .contains("MINILAB_R2_ACCOUNT_ID is missing")
                    .doesNotContain(DataFolder.secrets(data).secretAccessKey());
        }
    }

    @Test
    @DisplayName("a bucket and credentials that are wrong are explained at the start")
    void wrongBucket() throws Exception {
        Map<String, String> noBucket = new TreeMap<>(env);
        noBucket.put("MINILAB_S3_BUCKET", "nobody-made-this");
        try (MinilabProcess refused = MinilabProcess.start(noBucket, "worker")) {
            assertThat(refused.awaitExit(30)).isEqualTo(78);
            assertThat(refused.log()).contains("there is no bucket nobody-made-this");
        }
        Map<String, String> badSecret = new TreeMap<>(env);
        badSecret.put("MINILAB_S3_SECRET_ACCESS_KEY", "not-the-secret");
        try (MinilabProcess refused = MinilabProcess.start(badSecret, "api")) {
            assertThat(refused.awaitExit(30)).isEqualTo(78);
            assertThat(refused.log()).contains("refuses these credentials").doesNotContain("not-the-secret");
        }
    }
}
