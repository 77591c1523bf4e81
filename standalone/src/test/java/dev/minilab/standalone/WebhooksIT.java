package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.api.IngestApi;
import dev.minilab.cli.Report;
import dev.minilab.config.Config;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.worker.Worker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayName("./minilab webhooks against an API and a worker")
class WebhooksIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Worker worker;
    private static IngestApi api;
    private static Client client;

    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> env = new HashMap<>(SharedInfra.get().settings());
        env.putAll(Map.of(
                "MINILAB_PORT", "0",
                "MINILAB_EGRESS_ALLOW", "127.0.0.0/8",
                "MINILAB_WEBHOOK_SCHEDULE", "1s",
                "MINILAB_LONG_POLL", "1s",
                "MINILAB_RENDER_ISOLATION", "thread"));
        Config config = Config.load(env);
        worker = Worker.start(config);
        api = IngestApi.start(config);
        client = new Client(api.uri());
    }

    @AfterAll
    static void stop() {
        api.close();
        worker.close();
    }

    private WebhookListener listen(int port, int answer) throws IOException {
        String secret = SharedInfra.get().settings().getOrDefault("MINILAB_WEBHOOK_SECRET", "");
        return new WebhookListener(
                port,
                List.of(new WebhookSecret(secret)),
                answer,
                false,
                new Report(new PrintWriter(heard, true, StandardCharsets.UTF_8), false),
                InstantSource.system());
    }

    private String heard() {
        return heard.toString(StandardCharsets.UTF_8);
    }

    private static String upload(URI hook) throws Exception {
        return client.upload(
                Images.jpeg(60, 40), "?webhook_url=" + URLEncoder.encode(hook.toString(), StandardCharsets.UTF_8));
    }

    private static JsonNode deliveries(String job) throws Exception {
        return Client.json(client.get("/v1/jobs/" + job + "/deliveries")).path("data");
    }

    /// The deliveries of a job, once they are as they should be.
    private static JsonNode await(String job, String what, Predicate<JsonNode> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonNode deliveries = deliveries(job);
        while (!condition.test(deliveries)) {
            assertThat(System.nanoTime()).as("%s: %s", what, deliveries).isLessThan(end);
            LockSupport.parkNanos(100_000_000);
            deliveries = deliveries(job);
        }
        return deliveries;
    }

    private static Predicate<JsonNode> last(String status) {
        return deliveries -> deliveries
                .path(deliveries.size() - 1)
                .path("status")
                .asString("")
                .equals(status);
    }

    /// What the command prints.
    private static String redeliver(String... options) {
        List<String> words = new ArrayList<>(
                List.of("webhooks", "redeliver", "--api", api.uri().toString()));
        words.addAll(List.of(options));
        CommandsTest.Ran ran = CommandsTest.run(words.toArray(String[]::new));
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.out();
    }

    @Test
    @DisplayName("what failed while its receiver was away is delivered again by one command, and listen verifies it")
    void redelivers() throws Exception {
        String since = Instant.now().toString();
        String failed;
        String other;
        int port;
        try (WebhookListener away = listen(0, 503);
                WebhookListener works = listen(0, 204)) {
            port = away.uri().getPort();
            failed = upload(away.uri());
            other = upload(works.uri());
            JsonNode attempts = await(failed, "the schedule ends", last("failed"));
            assertThat(attempts.size()).isEqualTo(2);
            assertThat(attempts.path(1).path("status_code").asInt()).isEqualTo(503);
            await(other, "the other is delivered", last("delivered"));
            assertThat(heard())
                    .contains("job.succeeded " + failed + " " + id(failed) + ", verified, answered 503")
                    .contains("job.succeeded " + other + " " + id(other) + ", verified, answered 204");
        }
        heard.reset();
        assertThat(redeliver("--since", since, "--dry-run")).contains("1 webhooks fit");
        try (WebhookListener _ = listen(port, 204)) {
            assertThat(redeliver("--since", since, "--status", "failed")).contains("1 webhooks are delivered again");
            JsonNode attempts = await(failed, "it arrives", last("delivered"));
            assertThat(attempts.size()).isEqualTo(3);
            assertThat(attempts.values())
                    .extracting(attempt -> attempt.path("webhook_id").asString(""))
                    .containsOnly(id(failed));
            assertThat(heard()).contains(id(failed) + ", verified, answered 204");
        }
        assertThat(redeliver("--since", since)).contains("0 webhooks fit");
    }

    @Test
    @DisplayName("C61 a delivery can go to another URL, beside the schedule, and not to a private one")
    void elsewhere() throws Exception {
        try (WebhookListener own = listen(0, 410);
                WebhookListener other = listen(0, 204)) {
            String job = upload(own.uri());
            await(job, "410 ends it at once", last("failed"));
            HttpResponse<byte[]> again = deliver(job, other.uri().toString());
            assertThat(again.statusCode()).as(Client.text(again)).isEqualTo(202);
            JsonNode attempts = await(job, "one more", deliveries -> deliveries.size() == 2);
            assertThat(attempts.path(1).path("url").asString(""))
                    .isEqualTo(other.uri().toString());
            assertThat(attempts.path(1).path("status_code").asInt()).isEqualTo(204);
            assertThat(attempts.path(1).path("status").asString(""))
                    .as("of the event, which its own receiver did not take")
                    .isEqualTo("failed");
            HttpResponse<byte[]> refused = deliver(job, "http://10.0.0.1/");
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(Client.json(refused).path("code").asString("")).isEqualTo("blocked_address");
        }
    }

    @Test
    @DisplayName("job.canceled and job.failed are told to those who asked for them, and to nobody else")
    void otherEnds() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        HttpServer images = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        images.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        images.createContext("/slow", exchange -> awaitThenNone(exchange, over));
        images.createContext("/none", exchange -> awaitThenNone(exchange, new CountDownLatch(0)));
        images.start();
        String from = "http://127.0.0.1:" + images.getAddress().getPort();
        try (WebhookReceiver receiver = new WebhookReceiver()) {
            String canceled = fetching(from + "/slow", receiver.url(), "job.canceled");
            assertThat(client.post("/v1/jobs/" + canceled + "/cancel", "application/json", new byte[0])
                            .statusCode())
                    .isEqualTo(200);
            assertThat(receiver.await(60).id()).isEqualTo("msg_" + canceled.substring(4) + "_canceled");
            String failed = fetching(from + "/none", receiver.url(), "job.failed");
            assertThat(receiver.await(60).id()).isEqualTo("msg_" + failed.substring(4) + "_failed");
            String silent = fetching(from + "/none", receiver.url(), "job.succeeded");
            assertThat(client.awaitTerminal(silent, PATIENCE)
                            .path("webhook")
                            .path("status")
                            .asString(""))
                    .isEqualTo("skipped");
            assertThat(receiver.waiting()).isZero();
        } finally {
            over.countDown();
            images.stop(0);
        }
    }

    private static void awaitThenNone(HttpExchange exchange, CountDownLatch until) throws IOException {
        try (exchange) {
            until.await();
            exchange.sendResponseHeaders(404, -1);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String fetching(String url, String hook, String event) throws Exception {
        String job = "{\"source\": {\"url\": \"" + url + "\"}, \"webhook\": {\"url\": \"" + hook + "\", \"events\": [\""
                + event + "\"]}}";
        HttpResponse<byte[]> answer = client.post("/v1/jobs", "application/json", job.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
        return Client.id(answer);
    }

    @Test
    @DisplayName("traceparent of the request that made a job is that of its webhook; one that is none is ignored")
    void traces() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        try (WebhookReceiver receiver = new WebhookReceiver()) {
            for (String header : List.of("00-" + trace + "-b7ad6b7169203331-01", "nonsense")) {
                HttpResponse<byte[]> answer =
                        client.send(HttpRequest.newBuilder(api.uri().resolve("/v1/jobs?webhook_url=" + receiver.url()))
                                .header("Content-Type", "image/jpeg")
                                .header("traceparent", header)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(Images.jpeg(60, 40))));
                assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
                String told =
                        receiver.await(60).headers().firstValue("traceparent").orElse("");
                assertThat(told).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01").doesNotContain("b7ad6b7169203331");
                assertThat(told.contains(trace)).isEqualTo(header.contains(trace));
            }
        }
    }

    private static HttpResponse<byte[]> deliver(String job, String url) throws Exception {
        byte[] body = ("{\"url\": \"" + url + "\"}").getBytes(StandardCharsets.UTF_8);
        return client.post("/v1/jobs/" + job + "/deliveries", "application/json", body);
    }

    private static String id(String job) {
        return "msg_" + job.substring("job_".length()) + "_succeeded";
    }
}
