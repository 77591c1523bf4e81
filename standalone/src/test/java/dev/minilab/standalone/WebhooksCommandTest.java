package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import dev.minilab.cli.Report;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.webhook.WebhookSigner;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("./minilab webhooks")
class WebhooksCommandTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final WebhookSecret SECRET = WebhookSecret.generate(new SecureRandom());

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer api;
    private volatile boolean busy;

    @BeforeEach
    void start() throws IOException {
        api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/v1/jobs", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().toString();
                asked.add(exchange.getRequestMethod() + " " + path + " "
                        + exchange.getRequestHeaders().getFirst("Authorization"));
                byte[] body = answer(path).getBytes(StandardCharsets.UTF_8);
                boolean post = exchange.getRequestMethod().equals("POST");
                int status = !post ? 200 : path.contains("old") ? 410 : busy ? 429 : 202;
                busy = false;
                exchange.getResponseHeaders().set("Retry-After", "0");
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        api.start();
    }

    @AfterEach
    void stop() {
        api.stop(0);
    }

    private static String answer(String path) {
        if (path.endsWith("/deliveries")) {
            return "{\"code\":\"gone\",\"detail\":\"this job was deleted\"}";
        }
        return path.contains("cursor=a%2Fb")
                ? "{\"data\":[" + job("job_4", "2026-11-24T08:30:00Z", "failed") + ","
                        + job("job_5", "2026-11-24T07:59:59Z", "failed") + "],\"next_cursor\":\"never\"}"
                : "{\"data\":[" + job("job_1", "2026-11-24T09:59:00Z", "failed") + ","
                        + job("job_2", "2026-11-24T09:30:00Z", "delivered") + ","
                        + "{\"id\":\"job_3\",\"created_at\":\"2026-11-24T09:00:00Z\",\"webhook\":null}"
                        + "],\"next_cursor\":\"a/b\"}";
    }

    private static String job(String id, String created, String webhook) {
        return "{\"id\":\"" + id + "\",\"created_at\":\"" + created + "\",\"webhook\":{\"status\":\"" + webhook
                + "\"}}";
    }

    private Redelivery redelivery() {
        return new Redelivery(URI.create("http://127.0.0.1:" + api.getAddress().getPort()), "mlk_x");
    }

    @Test
    @DisplayName("redeliver finds the webhooks of a time and a status, page by page, and reads no further than it must")
    void finds() throws Exception {
        Instant since = Instant.parse("2026-11-24T08:00:00Z");
        assertThat(redelivery().find(since, NOW, Set.of("failed"))).containsExactly("job_1", "job_4");
        assertThat(asked)
                .containsExactly(
                        "GET /v1/jobs?limit=100 Bearer mlk_x", "GET /v1/jobs?limit=100&cursor=a%2Fb Bearer mlk_x");
        assertThat(redelivery().find(since, Instant.parse("2026-11-24T09:45:00Z"), Set.of("failed", "delivered")))
                .containsExactly("job_2", "job_4");
    }

    @Test
    @DisplayName("redeliver waits when the API asks for it, and tells what was refused")
    void redelivers() throws Exception {
        busy = true;
        assertThat(redelivery().redeliver("job_1")).isNull();
        assertThat(asked).hasSize(2).containsOnly("POST /v1/jobs/job_1/deliveries Bearer mlk_x");
        assertThat(redelivery().redeliver("job_old")).isEqualTo("410 gone: this job was deleted");
    }

    @Test
    @DisplayName("a time is a time or how long ago")
    void times() {
        assertThat(WebhooksCommand.Redeliver.time("--since", "90m", NOW)).isEqualTo(NOW.minusSeconds(5400));
        assertThat(WebhooksCommand.Redeliver.time("--since", "3d", NOW)).isEqualTo(NOW.minusSeconds(3 * 86400));
        assertThat(WebhooksCommand.Redeliver.time("--since", "2026-11-01T00:00:00Z", NOW))
                .isEqualTo("2026-11-01T00:00:00Z");
        for (String wrong : List.of("", "soon", "3", "1x", "yesterdays")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WebhooksCommand.Redeliver.time("--since", wrong, NOW))
                    .withMessageContaining("--since");
        }
    }

    @Test
    @DisplayName("I18 listen verifies what arrives, and prints no control characters of strangers")
    void listens() throws Exception {
        StringWriter printed = new StringWriter();
        Report report = new Report(new PrintWriter(printed, true), false);
        try (WebhookListener listener = new WebhookListener(0, List.of(SECRET), 503, true, report, () -> NOW)) {
            String good = "{\"type\":\"job.succeeded\",\"data\":{\"id\":\"job_1\"}}";
            assertThat(deliver(listener.uri(), good, new WebhookSigner(List.of(SECRET))))
                    .isEqualTo(503);
            deliver(
                    listener.uri(),
                    "{\"type\":\"\\u001b[31mx\"}",
                    new WebhookSigner(List.of(WebhookSecret.generate(new SecureRandom()))));
        }
        assertThat(printed.toString())
                .contains("job.succeeded job_1 msg_1, verified, answered 503")
                .contains("\"id\" : \"job_1\"")
                .contains("NOT VERIFIED: no signature matches")
                .doesNotContain("\u001b");
    }

    @Test
    @DisplayName("listen --json tells programs the same, one value a line")
    void listensForPrograms() throws Exception {
        StringWriter printed = new StringWriter();
        Report report = new Report(new PrintWriter(printed, true), true);
        String event = "{\"type\":\"job.succeeded\",\"data\":{\"id\":\"job_1\"}}";
        try (WebhookListener listener = new WebhookListener(0, List.of(SECRET), 204, true, report, () -> NOW)) {
            deliver(listener.uri(), event, new WebhookSigner(List.of(SECRET)));
            deliver(listener.uri(), "no event", new WebhookSigner(List.of(SECRET)));
        }
        String known = "{\"at\":\"2026-11-24T10:00:00Z\",\"type\":\"%s\",\"job\":\"%s\",\"webhook_id\":\"msg_1\","
                + "\"verdict\":\"verified\",\"answered\":204";
        assertThat(printed.toString().lines())
                .containsExactly(
                        known.formatted("job.succeeded", "job_1") + ",\"body\":" + event + "}",
                        known.formatted("", "") + "}");
    }

    @Test
    @DisplayName("redeliver --json tells of each webhook, or with --dry-run how many there are")
    void redeliversForPrograms() {
        String uri = "http://127.0.0.1:" + api.getAddress().getPort();
        String[] command = {"webhooks", "redeliver", "--since", "2026-11-24T08:00:00Z", "--api", uri, "--json"};
        CommandsTest.Ran all = CommandsTest.run(command);
        assertThat(all.code()).as(all.err()).isZero();
        assertThat(all.out().lines()).containsExactly("{\"job\":\"job_1\"}", "{\"job\":\"job_4\"}");
        String[] dry = Stream.concat(Stream.of(command), Stream.of("--dry-run")).toArray(String[]::new);
        assertThat(CommandsTest.run(dry).out()).isEqualToIgnoringNewLines("{\"webhooks\":2}");
    }

    private static int deliver(URI uri, String body, WebhookSigner signer) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(uri)
                                    .header("webhook-id", "msg_1")
                                    .header("webhook-timestamp", Long.toString(NOW.getEpochSecond()))
                                    .header("webhook-signature", signer.sign("msg_1", NOW, bytes))
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }
}
