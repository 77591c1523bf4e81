package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.config.Config;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayName("The server below the routes")
class ApiServerTest {

    private static final String ALLOWED = "https://shop.example.com";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Map<String, String> KEYS = new HashMap<>();

    @TempDir
    static Path folder;

    private static Javalin keyed;
    private static Javalin keyless;

    @BeforeAll
    static void start() throws Exception {
        Path file = folder.resolve("keys.json");
        for (String scope : List.of("jobs:read", "jobs:write", "admin")) {
            String key = ApiKey.create(new SecureRandom());
            KEYS.put(scope, key);
            KeysFile.edit(file, old -> {
                List<KeysFile.Key> keys = new ArrayList<>(old.keys());
                keys.add(new KeysFile.Key(scope, ApiKey.hash(key), new Tenant("acme"), List.of(scope), Instant.EPOCH));
                return new KeysFile(keys);
            });
        }
        Config config = Config.load(Map.of(
                "MINILAB_RATE_LIMIT", "1/h:30",
                "MINILAB_CORS_ORIGINS", ALLOWED,
                "MINILAB_CLIENT_PATIENCE", "300ms",
                "MINILAB_MIN_UPLOAD_RATE", "10KiB"));
        keyed = create(config, ApiKeys.load(file)).start("127.0.0.1", 0);
        keyless = create(Config.load(Map.of()), ApiKeys.load(null)).start("127.0.0.1", 0);
    }

    private static Javalin create(Config config, ApiKeys keys) {
        return ApiServer.create(
                config, keys, URI.create("https://store.example.com/b/k?X-Amz-Signature=1"), ApiServerTest::routes);
    }

    private static void routes(RoutesConfig routes) {
        routes.get("/open", ctx -> ctx.result("open"), Access.ANYONE);
        routes.get("/read", ctx -> ctx.result(Gate.caller(ctx).tenant().value()), Access.READ);
        routes.post("/write", ApiServerTest::readAll, Access.WRITE);
        routes.get("/all", ctx -> ctx.result("all"), Access.ADMIN);
        routes.get("/boom", _ -> boom(), Access.ANYONE);
        routes.get("/error", _ -> error(), Access.ANYONE);
    }

    private static void readAll(Context ctx) throws IOException, ProblemException {
        try {
            ctx.result(Integer.toString(ctx.req().getInputStream().readAllBytes().length));
        } catch (IOException _) {
            throw new ProblemException(ErrorCode.BAD_REQUEST, "the body broke off");
        }
    }

    private static void boom() {
        throw new IllegalStateException("a secret detail");
    }

    private static void error() {
        throw new AssertionError("a secret detail");
    }

    @AfterAll
    static void stop() {
        keyed.stop();
        keyless.stop();
    }

    private static HttpRequest.Builder request(Javalin server, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static HttpResponse<byte[]> get(String path, String scope) throws Exception {
        return send(request(keyed, path).header("Authorization", "Bearer " + KEYS.get(scope)));
    }

    private static JsonNode json(HttpResponse<byte[]> answer) {
        return Json.readTree(new ByteArrayInputStream(answer.body()));
    }

    private static void assertProblem(HttpResponse<byte[]> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json(answer).path("code").asString("")).isEqualTo(code);
    }

    @Test
    @DisplayName("C1, C4 lets a key do what its scopes allow")
    void scopes() throws Exception {
        HttpResponse<byte[]> none = send(request(keyed, "/read"));
        assertProblem(none, 401, "unauthorized");
        assertThat(none.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(v -> assertThat(v).startsWith("Bearer"));
        assertThat(get("/read", "jobs:read").body()).asString().isEqualTo("acme");
        assertProblem(get("/read", "jobs:write"), 403, "forbidden");
        assertProblem(get("/all", "jobs:read"), 403, "forbidden");
        assertThat(get("/all", "admin").statusCode()).isEqualTo(200);
        assertThat(send(request(keyed, "/open")).statusCode()).isEqualTo(200);
    }

    @Test
    @DisplayName("answers HEAD as GET, access and all")
    void head() throws Exception {
        assertThat(send(request(keyed, "/read").HEAD()).statusCode()).isEqualTo(401);
        assertThat(send(request(keyed, "/open").HEAD()).statusCode()).isEqualTo(200);
    }

    @Test
    @DisplayName("does not start with a route that says nothing of access")
    void sealed() {
        assertThatThrownBy(() -> ApiServer.create(
                        Config.load(Map.of()),
                        ApiKeys.load(null),
                        URI.create("http://store"),
                        routes -> routes.get("/x", ctx -> ctx.result("x"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("/x");
    }

    @Test
    @DisplayName("C69 tells a key what is left of its rate, and refuses what is over it")
    void rate() throws Exception {
        HttpResponse<byte[]> first = get("/all", "jobs:write");
        assertThat(first.headers().firstValue("RateLimit-Policy")).hasValue("\"default\";q=30;w=108000");
        assertThat(first.headers().firstValue("RateLimit"))
                .hasValueSatisfying(v -> assertThat(v).matches("\"default\";r=\\d+;t=\\d+"));
        HttpResponse<byte[]> last = first;
        for (int i = 0; i < 31 && last.statusCode() != 429; i++) {
            last = get("/all", "jobs:write");
        }
        assertProblem(last, 429, "rate_limited");
        assertThat(last.headers().firstValue("RateLimit"))
                .hasValueSatisfying(v -> assertThat(v).startsWith("\"default\";r=0;t="));
        assertThat(last.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(3500L, 3600L);
        assertThat(get("/all", "admin").statusCode()).as("another key's").isEqualTo(200);
        assertThat(send(request(keyed, "/open")).headers().firstValue("RateLimit"))
                .isEmpty();
    }

    @Test
    @DisplayName("C67 lets pages of allowed origins call, and answers preflights of others without allowing")
    void cors() throws Exception {
        HttpResponse<byte[]> allowed = preflight(ALLOWED);
        assertThat(allowed.statusCode()).isEqualTo(204);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin")).hasValue(ALLOWED);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Headers"))
                .hasValueSatisfying(v -> assertThat(v).contains("Authorization", "Idempotency-Key"));

        HttpResponse<byte[]> other = preflight("https://evil.example");
        assertThat(other.statusCode()).isEqualTo(204);
        assertThat(other.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));

        HttpResponse<byte[]> problem = send(request(keyed, "/read").header("Origin", ALLOWED));
        assertProblem(problem, 401, "unauthorized");
        assertThat(problem.headers().firstValue("Access-Control-Allow-Origin")).hasValue(ALLOWED);
        assertThat(problem.headers().firstValue("Access-Control-Expose-Headers"))
                .hasValueSatisfying(v -> assertThat(v).contains("ETag", "Location", "Retry-After", "RateLimit"));
        assertThat(problem.headers().firstValue("Vary")).hasValue("Origin");
    }

    @Test
    @DisplayName("C67 allows pages of other origins nothing unless an origin was set")
    void noCors() throws Exception {
        for (String origin : List.of(ALLOWED, "http://127.0.0.1:1", "null")) {
            HttpResponse<byte[]> answer = preflight(keyless, origin);
            assertThat(answer.statusCode()).isEqualTo(204);
            assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
        }
    }

    private static HttpResponse<byte[]> preflight(String origin) throws Exception {
        return preflight(keyed, origin);
    }

    private static HttpResponse<byte[]> preflight(Javalin server, String origin) throws Exception {
        return send(request(server, "/write")
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /open",
                "GET /read",
                "GET /nowhere",
                "GET /boom",
                "GET /error",
                "GET /console/app.js",
                "HEAD /open",
                "HEAD /nowhere",
                "OPTIONS /open",
                "DELETE /open",
                "TRACE /open",
                "CONNECT other:443",
                "GET /%00",
                "GET /%zz",
                "BREW /open",
                "nonsense"
            })
    @DisplayName("C7 puts security headers on every answer, and answers what it refuses with a problem")
    void headers(String request) throws Exception {
        String answer = exchange(keyed, request + " HTTP/1.1", "Host: localhost", "Connection: close");

        assertThat(answer)
                .startsWith("HTTP/1.1 ")
                .contains("X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n");
        String policy = answer.lines()
                .filter(line -> line.startsWith("Content-Security-Policy: "))
                .findFirst()
                .orElse("");
        assertThat(policy)
                .contains(
                        "default-src 'none'",
                        "script-src 'self'",
                        "https://store.example.com;",
                        "frame-ancestors 'none'")
                .doesNotContain("X-Amz", "unsafe");
        if (!answer.startsWith("HTTP/1.1 200 ")) {
            assertThat(answer).containsPattern("HTTP/1.1 [45]..").contains("Content-Type: application/problem+json");
        }
        if (answer.startsWith("HTTP/1.1 405 ")) {
            assertThat(answer).contains("Allow: ");
        }
        boolean ours = request.endsWith("/boom") || request.endsWith("/error");
        assertThat(answer.startsWith("HTTP/1.1 5")).as("a mistake of ours").isEqualTo(ours);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/boom", "/error"})
    @DisplayName("C72 answers what nobody expected with a generic text and an id")
    void unexpected(String path) throws Exception {
        HttpResponse<byte[]> answer = send(request(keyed, path));

        assertProblem(answer, 500, "internal");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain("secret", "Exception");
        assertThat(json(answer).path("request_id").asString(""))
                .startsWith("req_")
                .isEqualTo(answer.headers().firstValue("X-Request-Id").orElse(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "[::1]", "127.8.9.10:80"})
    @DisplayName("without keys answers to the names of this machine")
    void local(String host) throws Exception {
        assertThat(exchange(keyless, "GET /read HTTP/1.1", "Host: " + host, "Connection: close"))
                .startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "x"})
    @DisplayName("without keys answers to no other name, as a page has that rebinds its own")
    void rebound(String host) throws Exception {
        assertThat(exchange(keyless, "GET /read HTTP/1.1", "Host: " + host, "Connection: close"))
                .startsWith("HTTP/1.1 403 ")
                .contains("\"code\":\"forbidden\"");
        assertThat(exchange(keyless, "GET /health/live HTTP/1.1", "Host: " + host, "Connection: close"))
                .startsWith("HTTP/1.1 404 ");
    }

    @Test
    @DisplayName("without keys lets no page of another origin post, and its own page call")
    void pages() throws Exception {
        String host = "127.0.0.1:" + keyless.port();
        for (String origin : List.of("https://evil.example", "null", "http://127.0.0.1:1", "https://" + host)) {
            assertProblem(
                    send(request(keyless, "/write").header("Origin", origin).POST(BodyPublishers.ofString("x"))),
                    403,
                    "forbidden");
        }
        assertThat(send(request(keyless, "/write")
                                .header("Origin", "http://" + host)
                                .POST(BodyPublishers.ofString("x")))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("C8 knows neither TRACE nor CONNECT")
    void methods() throws Exception {
        assertThat(exchange(keyless, "TRACE /read HTTP/1.1", "Host: localhost", "Connection: close"))
                .startsWith("HTTP/1.1 405 ")
                .contains("method_not_allowed");
        assertThat(exchange(keyless, "CONNECT localhost:80 HTTP/1.1", "Host: localhost", "Connection: close"))
                .startsWith("HTTP/1.1 405 ")
                .contains("method_not_allowed");
    }

    @Test
    @DisplayName("C9 refuses more than 100 header fields, and 32 kB of them")
    void manyHeaders() throws Exception {
        String fields = "X: y\r\n".repeat(101).strip();
        for (String head : List.of(fields, "X: " + "y".repeat(33_000))) {
            String answer = exchange(keyless, "GET /open HTTP/1.1", "Host: localhost", head);
            assertThat(answer)
                    .startsWith("HTTP/1.1 431 ")
                    .contains("headers_too_large", "application/problem+json", "Content-Security-Policy", "nosniff");
        }
    }

    @Test
    @DisplayName("C16 cuts off a body that drips, with 408")
    void slowBody() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), keyed.port())) {
            socket.setSoTimeout(15_000);
            var out = socket.getOutputStream();
            out.write(("POST /write HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + KEYS.get("admin")
                            + "\r\nContent-Length: 100000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            Thread dripping = Thread.ofVirtual().start(() -> drip(socket));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            dripping.interrupt();
            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("\"code\":\"timeout\"");
            assertThat(answer).containsIgnoringCase("Connection: close");
        }
    }

    @Test
    @DisplayName("C16 closes a connection whose headers drip")
    void slowHeaders() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), keyed.port())) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream().write("GET /open HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
            Thread dripping = Thread.ofVirtual().start(() -> drip(socket));
            assertThat(received(socket)).startsWith("HTTP/1.1 408 ").contains("\"code\":\"timeout\"");
            dripping.interrupt();
        }
    }

    /// Everything that came before the connection ended; a reset is an end too.
    private static String received(Socket socket) {
        var received = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(received);
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
        }
        return received.toString(StandardCharsets.UTF_8);
    }

    /// A byte every 50 ms, until the other side has had enough.
    private static void drip(Socket socket) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                socket.getOutputStream().write('x');
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
        } catch (IOException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @DisplayName("C16 a body that comes steadily may take longer than the patience")
    void steadyBody() throws Exception {
        byte[] body = new byte[400_000];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), keyed.port())) {
            socket.setSoTimeout(15_000);
            var out = socket.getOutputStream();
            out.write(("POST /write HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                            + KEYS.get("admin") + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 10; i++) {
                out.write(body, 0, body.length / 10);
                out.flush();
                LockSupport.parkNanos(Duration.ofMillis(60).toNanos());
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("400000");
        }
    }

    private static String exchange(Javalin server, String... head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write((String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
