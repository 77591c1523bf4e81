package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.api.IngestApi;
import dev.minilab.config.Config;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Sha256;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import dev.minilab.worker.Worker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@DisplayName("C64 Jobs whose original is at a URL, over HTTP")
class SourceUrlIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST = 300_000;
    private static byte[] image;

    @TempDir
    static Path spool;

    private static HttpServer server;
    private static HttpServer forbidden;
    private static final AtomicInteger REACHED = new AtomicInteger();
    private static Worker worker;
    private static IngestApi api;
    private static Client client;
    private static ObjectStore store;

    @BeforeAll
    static void start() throws Exception {
        image = Images.jpeg(320, 240);
        server = listen("127.0.0.1");
        forbidden = listen("127.0.0.2");
        forbidden.createContext("/", answering(exchange -> {
            REACHED.incrementAndGet();
            give(exchange, image);
        }));
        Map<String, String> env = new HashMap<>(SharedInfra.get().settings());
        env.putAll(Map.of(
                "MINILAB_PORT", "0",
                "MINILAB_EGRESS_ALLOW", "127.0.0.1/32",
                "MINILAB_MAX_UPLOAD_BYTES", Integer.toString(MOST),
                "MINILAB_SPOOL_DIR", spool.toString(),
                "MINILAB_LONG_POLL", "1s",
                "MINILAB_RENDER_ISOLATION", "thread"));
        Config config = Config.load(env);
        store = new ObjectStore(config.store());
        worker = Worker.start(config);
        api = IngestApi.start(config);
        client = new Client(api.uri());
    }

    @AfterAll
    static void stop() {
        api.close();
        worker.close();
        store.close();
        server.stop(0);
        forbidden.stop(0);
    }

    private static HttpServer listen(String address) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }

    private static HttpHandler answering(HttpHandler handler) {
        return exchange -> {
            try (exchange) {
                handler.handle(exchange);
            }
        };
    }

    private static void give(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void serve(String path, HttpHandler handler) {
        server.createContext(path, answering(handler));
    }

    private static void redirect(String path, String location) {
        serve(path, exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        });
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private static HttpResponse<byte[]> post(String url) throws Exception {
        String job = "{\"source\": {\"url\": \"" + url + "\"}, \"outputs\": {\"thumb\": {\"width\": 32}}}";
        return client.post("/v1/jobs", "application/json", job.getBytes(StandardCharsets.UTF_8));
    }

    private static String accepted(String url) throws Exception {
        HttpResponse<byte[]> answer = post(url);
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
        assertThat(Client.json(answer).path("source").path("url").asString("")).isEqualTo(url);
        return Client.id(answer);
    }

    private static boolean hasOriginal(String job) {
        return store.head(Keys.original(Tenant.DEFAULT, new JobId(job))).isPresent();
    }

    private static void assertNothingOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("source-")))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("are made of what redirects lead to, and tell its URL, ETag and hash; the links give the image")
    void succeeds() throws Exception {
        redirect("/1", "/2");
        redirect("/2", "3?size=full");
        redirect("/3", url("/4"));
        redirect("/4", "/5");
        redirect("/5", "/photo.jpg?token=x");
        serve("/photo.jpg", exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"v7\"");
            exchange.sendResponseHeaders(200, 0); // In chunks: nobody says how long it is.
            exchange.getResponseBody().write(image);
        });
        String id = accepted(url("/1"));
        JsonNode job = client.awaitTerminal(id, PATIENCE);
        assertThat(job.path("status").asString("")).as(job.toString()).isEqualTo("succeeded");
        JsonNode source = job.path("source");
        assertThat(source.path("url").asString("")).isEqualTo(url("/photo.jpg?token=x"));
        assertThat(source.path("etag").asString("")).isEqualTo("\"v7\"");
        assertThat(source.path("sha256").asString("")).isEqualTo(Sha256.of(image));
        assertThat(source.path("bytes").asInt()).isEqualTo(image.length);
        assertThat(source.path("media_type").asString("")).isEqualTo("image/jpeg");
        assertThat(store.get(Keys.original(Tenant.DEFAULT, new JobId(id)))).contains(image);
        String link = job.path("outputs").path("thumb").path("url").asString("");
        assertThat(Images.decode(client.download(link)).getWidth()).isEqualTo(32);
        assertNothingOnDisk();
    }

    @Test
    @DisplayName("I20 fail with a code that says why, leave nothing behind, and connect to nothing that is not allowed")
    void failures() throws Exception {
        serve("/none", exchange -> exchange.sendResponseHeaders(404, -1));
        serve("/closed", exchange -> exchange.sendResponseHeaders(403, -1));
        serve("/page", exchange -> give(exchange, "<html>no image</html>".getBytes(StandardCharsets.UTF_8)));
        serve("/empty", exchange -> exchange.sendResponseHeaders(200, -1));
        serve("/large", exchange -> give(exchange, new byte[MOST + 1]));
        serve("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            while (true) { // Until the worker has hung up.
                out.write(image);
            }
        });
        serve("/half", exchange -> give(exchange, Arrays.copyOf(image, image.length / 2)));
        redirect("/private", "http://10.0.0.1/photo.jpg");
        redirect("/neighbour", "http://127.0.0.2:" + forbidden.getAddress().getPort() + "/photo.jpg");
        redirect("/file", "file:///etc/passwd");
        redirect("/loop", "/loop");
        redirect("/r1", "/r2");
        for (int hop = 2; hop <= 6; hop++) {
            redirect("/r" + hop, hop == 6 ? "/large" : "/r" + (hop + 1));
        }
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("/none", "source_not_found");
        expected.put("/closed", "source_unreachable");
        expected.put("/page", "unsupported_type");
        expected.put("/empty", "empty_body");
        expected.put("/large", "source_too_large");
        expected.put("/endless", "source_too_large");
        expected.put("/half", "truncated");
        expected.put("/private", "blocked_address");
        expected.put("/neighbour", "blocked_address");
        expected.put("/file", "source_unreachable");
        expected.put("/loop", "source_unreachable");
        expected.put("/r1", "source_unreachable");
        Map<String, String> jobs = new LinkedHashMap<>();
        for (String path : expected.keySet()) {
            jobs.put(path, accepted(url(path)));
        }
        for (var job : jobs.entrySet()) {
            JsonNode ended = client.awaitTerminal(job.getValue(), PATIENCE);
            assertThat(ended.path("status").asString("")).isEqualTo("failed");
            assertThat(ended.path("error").path("code").asString(""))
                    .as(job.getKey())
                    .isEqualTo(expected.get(job.getKey()));
            assertThat(ended.path("outputs").path("thumb").path("status").asString(""))
                    .isEqualTo("failed");
            assertThat(hasOriginal(job.getValue()))
                    .as("only what could be an image is kept: %s", job.getKey())
                    .isEqualTo(job.getKey().equals("/half"));
        }
        assertThat(REACHED).hasValue(0);
        assertNothingOnDisk();
    }

    @Test
    @DisplayName("are tried again when the answer breaks off or the server is away for a moment")
    void passing() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        serve("/shaky", exchange -> {
            if (asked.incrementAndGet() == 1) {
                exchange.sendResponseHeaders(200, image.length);
                exchange.getResponseBody().write(image, 0, 1000);
                return; // Closes the connection in the middle.
            }
            give(exchange, image);
        });
        JsonNode job = client.awaitTerminal(accepted(url("/shaky")), PATIENCE);
        assertThat(job.path("status").asString("")).as(job.toString()).isEqualTo("succeeded");
        assertThat(job.path("attempts").asInt()).isEqualTo(2);
        assertThat(asked).hasValue(2);
    }

    @Test
    @DisplayName("are made anew by retry, which fetches again")
    void retried() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        serve("/late", exchange -> {
            if (asked.incrementAndGet() == 1) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                give(exchange, image);
            }
        });
        String first = accepted(url("/late"));
        assertThat(client.awaitTerminal(first, PATIENCE).path("status").asString(""))
                .isEqualTo("failed");
        HttpResponse<byte[]> retry = client.post("/v1/jobs/" + first + "/retry", "application/json", new byte[0]);
        assertThat(retry.statusCode()).as(Client.text(retry)).isEqualTo(202);
        assertThat(client.awaitTerminal(Client.id(retry), PATIENCE)
                        .path("status")
                        .asString(""))
                .isEqualTo("succeeded");
    }

    @ParameterizedTest
    @CsvSource({
        "http://10.0.0.1/a.jpg, blocked_address",
        "http://127.0.0.2/a.jpg, blocked_address",
        "http://2130706433/a.jpg, blocked_address",
        "http://example.com/a.jpg, invalid_spec",
        "ftp://example.com/a.jpg, invalid_spec",
        "https://u:p@example.com/a.jpg, invalid_spec",
        "https://example.com:22/a.jpg, invalid_spec",
        "not a url, invalid_spec"
    })
    @DisplayName("are refused at once where the URL says enough, with the pointer to it")
    void refused(String url, String code) throws Exception {
        HttpResponse<byte[]> answer = post(url);
        assertThat(answer.statusCode()).isEqualTo(422);
        JsonNode problem = Client.json(answer);
        assertThat(problem.path("code").asString("")).isEqualTo(code);
        assertThat(problem.path("errors").path(0).path("pointer").asString("")).isEqualTo("/source/url");
    }
}
