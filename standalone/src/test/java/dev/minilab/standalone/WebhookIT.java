package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.api.IngestApi;
import dev.minilab.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayName("Webhooks while their receiver is down and workers are killed")
class WebhookIT {

    /// So few that their failures do not pause the host.
    private static final int EVENTS = 3;
    private static final int ATTEMPTS_DOWN = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final long start = System.nanoTime();
    private final Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
    private final List<String> accepted = new CopyOnWriteArrayList<>();
    private final List<String> unverified = new CopyOnWriteArrayList<>();
    private final List<String> transcript = new CopyOnWriteArrayList<>();
    /// Counted down while the receiver holds an event's second attempt, and when it may answer that.
    private final CountDownLatch underWay = new CountDownLatch(1);
    private final CountDownLatch killed = new CountDownLatch(1);

    @Test
    @DisplayName(
            "I19 a receiver is down through four attempts, two workers are killed: every event arrives, and under one"
                    + " id exactly once")
    void downAndKilled() throws Exception {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", this::receive);
        receiver.start();
        Map<String, String> env = env();
        try (IngestApi api = IngestApi.start(Config.load(env))) {
            Client client = new Client(api.uri());
            String hook = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/";
            List<String> jobs = new ArrayList<>();
            for (int i = 0; i < EVENTS; i++) {
                jobs.add(client.upload(
                        Images.jpeg(100, 80), "?webhook_url=" + URLEncoder.encode(hook, StandardCharsets.UTF_8)));
            }
            try (MinilabProcess first = MinilabProcess.start(env, "worker")) {
                for (String job : jobs) {
                    awaitWebhook(
                            client, job, webhook -> webhook.path("attempts").asInt() >= 1);
                }
                kill("first", first); // What is to come is recorded.
            }
            try (MinilabProcess second = MinilabProcess.start(env, "worker")) {
                assertThat(underWay.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("a second attempt")
                        .isTrue();
                kill("second", second); // In the middle of an attempt.
                killed.countDown();
            }
            try (MinilabProcess _ = MinilabProcess.start(env, "worker")) {
                for (String job : jobs) {
                    awaitWebhook(
                            client,
                            job,
                            webhook -> webhook.path("status").asString("").equals("delivered"));
                }
            }
            for (String job : jobs) {
                recorded(client, job);
            }
            print();
            assertThat(attempts.values()).extracting(AtomicInteger::get).containsOnly(ATTEMPTS_DOWN + 1);
            assertThat(accepted)
                    .containsExactlyInAnyOrderElementsOf(jobs.stream()
                            .map(job -> "msg_" + job.substring(4) + "_succeeded")
                            .toList());
            assertThat(unverified).isEmpty();
        } finally {
            receiver.stop(0);
        }
    }

    private static Map<String, String> env() {
        Map<String, String> env = new HashMap<>(SharedInfra.get().settings());
        env.putAll(Map.of(
                "MINILAB_PORT", "0",
                "MINILAB_WEBHOOK_SCHEDULE", "1s,1s,1s,1s,1s,1s,1s,1s,1s",
                "MINILAB_EGRESS_ALLOW", "127.0.0.0/8",
                "MINILAB_VISIBILITY", "5s", // So long that a slow machine makes no attempt twice.
                "MINILAB_HEARTBEAT", "1s",
                "MINILAB_OVERDUE", "30s",
                "MINILAB_SWEEP_PERIOD", "1s",
                "MINILAB_LONG_POLL", "1s",
                "MINILAB_RENDER_ISOLATION", "thread"));
        return env;
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpHeaders headers = HttpHeaders.of(Map.copyOf(exchange.getRequestHeaders()), (_, _) -> true);
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String id = headers.firstValue("webhook-id").orElse("");
            try {
                new Webhook(secret()).verify(body, headers);
            } catch (Exception e) {
                unverified.add(id + ": " + e);
            }
            int attempt = attempts.computeIfAbsent(id, _ -> new AtomicInteger()).incrementAndGet();
            if (attempt == 2) {
                underWay.countDown();
                killed.await();
            }
            boolean down = attempt <= ATTEMPTS_DOWN;
            if (!down) {
                accepted.add(id);
            }
            note("the receiver gets " + id + ", request " + attempt + ", and answers " + (down ? 503 : 204));
            exchange.sendResponseHeaders(down ? 503 : 204, -1);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String secret() {
        return SharedInfra.get().settings().getOrDefault("MINILAB_WEBHOOK_SECRET", "");
    }

    private void kill(String which, MinilabProcess worker) {
        worker.kill();
        note("the " + which + " worker is killed");
    }

    private void recorded(Client client, String job) throws Exception {
        for (JsonNode delivery : Client.json(client.get("/v1/jobs/" + job + "/deliveries"))
                .path("data")
                .values()) {
            note("recorded: " + delivery.path("webhook_id").asString("") + ", attempt "
                    + delivery.path("attempt").asInt() + ", status "
                    + delivery.path("status_code").asString("none") + ", then "
                    + delivery.path("status").asString(""));
        }
    }

    private void note(String line) {
        transcript.add(String.format(Locale.ROOT, "%5.1f s  ", (System.nanoTime() - start) / 1e9) + line);
    }

    /// What the build keeps of it.
    private void print() {
        transcript.forEach(System.out::println);
    }

    private static void awaitWebhook(Client client, String job, Predicate<JsonNode> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonNode webhook = client.awaitTerminal(job, PATIENCE).path("webhook");
        while (!condition.test(webhook)) {
            assertThat(System.nanoTime()).as("in time: %s", webhook).isLessThan(end);
            LockSupport.parkNanos(200_000_000);
            webhook = client.awaitTerminal(job, PATIENCE).path("webhook");
        }
    }
}
