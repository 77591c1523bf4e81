package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("Webhooks while their receiver is down and workers are killed")
class WebhookIT {

    /// So few that their failures do not pause the host.
    private static final int EVENTS = 3;
    private static final int ATTEMPTS_DOWN = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private final Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
    private final List<String> accepted = new CopyOnWriteArrayList<>();
    private final List<String> unverified = new CopyOnWriteArrayList<>();

    @Test
    @DisplayName(
            "I19 a receiver is down through four attempts, two workers are killed: every event arrives, and under one"
                    + " id exactly once")
    void downAndKilled() throws Exception {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", this::receive);
        receiver.start();
        try (MinilabProcess infra = MinilabProcess.start(
                Map.of(), "infra", "--data", data.toString(), "--s3-port", "0", "--sqs-port", "0")) {
            Map<String, String> env = env(infra.awaitReady().split(" ", 2));
            try (MinilabProcess api = MinilabProcess.start(env, "api");
                    MinilabProcess first = MinilabProcess.start(env, "worker")) {
                Client client = new Client(api.awaitUri());
                first.awaitReady();
                List<String> jobs = new ArrayList<>();
                String query = "?webhook_url="
                        + URLEncoder.encode(
                                "http://127.0.0.1:" + receiver.getAddress().getPort() + "/", StandardCharsets.UTF_8);
                for (int i = 0; i < EVENTS; i++) {
                    jobs.add(client.upload(Images.jpeg(100, 80), query));
                }
                for (String job : jobs) {
                    awaitWebhook(
                            client, job, webhook -> webhook.path("attempts").asInt() >= 1);
                }
                first.kill(); // What is to come is recorded.
                try (MinilabProcess second = MinilabProcess.start(env, "worker")) {
                    int before = made();
                    await("they are tried again", () -> made() > before);
                    second.kill(); // In the middle of an attempt, or just after.
                }
                try (MinilabProcess third = MinilabProcess.start(env, "worker")) {
                    third.awaitReady();
                    for (String job : jobs) {
                        awaitWebhook(
                                client,
                                job,
                                webhook -> webhook.path("status").asString("").equals("delivered"));
                    }
                }
                assertThat(attempts.values()).extracting(AtomicInteger::get).containsOnly(ATTEMPTS_DOWN + 1);
                assertThat(accepted)
                        .containsExactlyInAnyOrderElementsOf(jobs.stream()
                                .map(job -> "msg_" + job.substring(4) + "_succeeded")
                                .toList());
                assertThat(unverified).isEmpty();
            }
        } finally {
            receiver.stop(0);
        }
    }

    private Map<String, String> env(String[] endpoints) {
        DataFolder.Secrets secrets = DataFolder.secrets(data);
        return Map.ofEntries(
                Map.entry("MINILAB_PORT", "0"),
                Map.entry("MINILAB_S3_ENDPOINT", endpoints[0]),
                Map.entry("MINILAB_S3_ACCESS_KEY_ID", secrets.accessKeyId()),
                Map.entry("MINILAB_S3_SECRET_ACCESS_KEY", secrets.secretAccessKey()),
                Map.entry("MINILAB_SQS_ENDPOINT", endpoints[1]),
                Map.entry("MINILAB_SQS_ACCESS_KEY_ID", "any"),
                Map.entry("MINILAB_SQS_SECRET_ACCESS_KEY", "any"),
                Map.entry("MINILAB_WEBHOOK_SECRET", secrets.webhookSecret()),
                Map.entry("MINILAB_WEBHOOK_SCHEDULE", "1s,1s,1s,1s,1s,1s,1s,1s,1s"),
                Map.entry("MINILAB_EGRESS_ALLOW", "127.0.0.0/8"),
                Map.entry("MINILAB_VISIBILITY", "2s"),
                Map.entry("MINILAB_HEARTBEAT", "500ms"),
                Map.entry("MINILAB_OVERDUE", "2s"),
                Map.entry("MINILAB_SWEEP_PERIOD", "1s"),
                Map.entry("MINILAB_LONG_POLL", "1s"),
                Map.entry("MINILAB_RENDER_PROCESSES", "1"));
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpHeaders headers = HttpHeaders.of(Map.copyOf(exchange.getRequestHeaders()), (_, _) -> true);
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String id = headers.firstValue("webhook-id").orElse("");
            try {
                new Webhook(DataFolder.secrets(data).webhookSecret()).verify(body, headers);
            } catch (Exception e) {
                unverified.add(id + ": " + e);
            }
            boolean down =
                    attempts.computeIfAbsent(id, _ -> new AtomicInteger()).incrementAndGet() <= ATTEMPTS_DOWN;
            if (!down) {
                accepted.add(id);
            }
            exchange.sendResponseHeaders(down ? 503 : 204, -1);
        }
    }

    private int made() {
        return attempts.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static void awaitWebhook(Client client, String job, Predicate<JsonNode> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonNode webhook = client.awaitTerminal(job, PATIENCE).path("webhook");
        while (!condition.test(webhook)) {
            assertThat(System.nanoTime()).as("in time: %s", webhook).isLessThan(end);
            LockSupport.parkNanos(50_000_000);
            webhook = client.awaitTerminal(job, PATIENCE).path("webhook");
        }
    }
}
