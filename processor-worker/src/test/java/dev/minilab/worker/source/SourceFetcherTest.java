package dev.minilab.worker.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.Cidr;
import dev.minilab.egress.EgressClient;
import dev.minilab.egress.TargetUrl;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("C64 Originals from URLs")
class SourceFetcherTest {

    private static final int MOST = 100_000;
    private static final byte[] IMAGE = "not looked at here".getBytes(StandardCharsets.UTF_8);
    private static final AddressPolicy ONE_ADDRESS = new AddressPolicy(List.of(Cidr.parse("127.0.0.1/32")));

    @TempDir
    Path spool;

    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;
    private EgressClient egress;
    private SourceFetcher fetcher;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        egress = new EgressClient(ONE_ADDRESS);
        fetcher = fetcher(Duration.ofSeconds(20));
    }

    @AfterEach
    void stop() {
        egress.close();
        server.stop(0);
    }

    private SourceFetcher fetcher(Duration longest) {
        return fetcher(MOST, longest);
    }

    private SourceFetcher fetcher(long most, Duration longest) {
        return new SourceFetcher(egress, ONE_ADDRESS, new TargetUrl.Rules(false, Set.of()), most, spool, longest);
    }

    private byte[] bytes(String path) throws Exception {
        try (Fetched fetched = fetcher.fetch(url(path))) {
            return fetched.bytes();
        }
    }

    private URI found(String path) throws Exception {
        try (Fetched fetched = fetcher.fetch(url(path))) {
            return fetched.url();
        }
    }

    /// What is left on the disk.
    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            return files.toList();
        }
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private void answer(String path, int status, String header, String value, byte[] body) {
        server.createContext(path, exchange -> {
            try (exchange) {
                requests.incrementAndGet();
                exchange.getResponseHeaders().set(header, value);
                exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        });
    }

    private void redirect(String path, int status, String location) {
        answer(path, status, "Location", location, new byte[0]);
    }

    private SourceException refused(String path) {
        SourceException refused = catchThrowableOfType(SourceException.class, () -> fetcher.fetch(url(path)));
        assertThat(refused).isNotNull();
        return refused;
    }

    @Test
    @DisplayName("are fetched with their ETag")
    void fetches() throws Exception {
        answer("/a", 200, "ETag", "\"v1\"", IMAGE);
        try (Fetched fetched = fetcher.fetch(url("/a"))) {
            assertThat(fetched.bytes()).isEqualTo(IMAGE);
            assertThat(fetched.content()).as("as often as wanted").hasBinaryContent(IMAGE);
            assertThat(fetched.length()).isEqualTo(IMAGE.length);
            assertThat(fetched.sha256()).isEqualTo(Sha256.of(IMAGE));
            assertThat(fetched.url()).isEqualTo(url("/a"));
            assertThat(fetched.etag()).isEqualTo("\"v1\"");
            assertThat(left())
                    .as("its file has no name, so that a kill leaves none")
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "\"a b\"", "\"v1", "\"\u00e9\""})
    @DisplayName("have no ETag where their server sends what is none")
    void noEtags(String etag) throws Exception {
        answer("/a", 200, "ETag", etag, IMAGE);
        try (Fetched fetched = fetcher.fetch(url("/a"))) {
            assertThat(fetched.etag()).isNull();
        }
    }

    @Test
    @DisplayName("I11 go to the disk as they come, and never whole to memory")
    void streamed() throws Exception {
        int size = 48 << 20;
        server.createContext("/big", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 0); // In chunks, without a length.
                byte[] piece = new byte[1 << 16];
                for (int sent = 0; sent < size; sent += piece.length) {
                    exchange.getResponseBody().write(piece);
                }
            }
        });
        var memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SourceFetcher large = fetcher(size, Duration.ofSeconds(60));
        long before = memory.getCurrentThreadAllocatedBytes();
        try (Fetched fetched = large.fetch(url("/big"))) {
            assertThat(memory.getCurrentThreadAllocatedBytes() - before).isLessThan(4 << 20);
            assertThat(fetched.length()).isEqualTo(size);
        }
    }

    @Test
    @DisplayName("are given up at once by a worker that stops, and nothing is held against them")
    void interrupted() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        server.createContext("/slow", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(1);
                exchange.getResponseBody().flush();
                asked.countDown();
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread worker = Thread.ofVirtual()
                .start(() -> thrown.complete(
                        catchThrowable(() -> fetcher.fetch(url("/slow")).close())));
        asked.await();
        worker.interrupt();
        assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        over.countDown();
        assertThat(left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    @DisplayName("are found through redirects, relative ones too, and the last URL is told")
    void redirects(int status) throws Exception {
        redirect("/a", status, "b/c");
        redirect("/b/c", status, url("/d").toString());
        answer("/d", 200, "X-Any", "", IMAGE);
        try (Fetched fetched = fetcher.fetch(url("/a"))) {
            assertThat(fetched.url()).isEqualTo(url("/d"));
            assertThat(fetched.etag()).isNull();
        }
    }

    @Test
    @DisplayName("are found by a redirect that changes the query alone")
    void queryOnly() throws Exception {
        server.createContext("/dir/file", exchange -> {
            try (exchange) {
                boolean asked = "token=1".equals(exchange.getRequestURI().getRawQuery());
                exchange.getResponseHeaders().set("Location", "?token=1");
                exchange.sendResponseHeaders(asked ? 200 : 302, -1);
            }
        });
        assertThat(found("/dir/file")).isEqualTo(url("/dir/file?token=1"));
    }

    @Test
    @DisplayName("are not looked for behind a sixth redirect, or in a loop of them")
    void loops() {
        redirect("/loop", 302, "/loop");
        SourceException refused = refused("/loop");
        assertThat(refused.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE);
        assertThat(refused.passing()).isFalse();
        assertThat(requests).hasValue(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/",
                "https://10.0.0.1/",
                "http://127.0.0.2/",
                "//[::1]/",
                "http://2130706433/"
            })
    @DisplayName("I20 are not fetched from a private address that a redirect leads to")
    void redirectToPrivate(String location) {
        redirect("/a", 302, location);
        assertThat(refused("/a").code()).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
        assertThat(requests).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://example.com/",
                "http://example.com/",
                "https://u:p@example.com/",
                "::",
                ""
            })
    @DisplayName("are not fetched by what is no https URL")
    void badTargets(String location) {
        redirect("/a", 302, location);
        SourceException refused = refused("/a");
        assertThat(refused.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE);
        assertThat(refused.passing()).isFalse();
        assertThat(requests).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({
        "404, SOURCE_NOT_FOUND, false",
        "410, SOURCE_NOT_FOUND, false",
        "401, SOURCE_UNREACHABLE, false",
        "403, SOURCE_UNREACHABLE, false",
        "304, SOURCE_UNREACHABLE, false",
        "408, SOURCE_UNREACHABLE, true",
        "429, SOURCE_UNREACHABLE, true",
        "500, SOURCE_UNREACHABLE, true",
        "503, SOURCE_UNREACHABLE, true"
    })
    @DisplayName("that are not there, or not now, are told apart")
    void statuses(int status, ErrorCode code, boolean passing) {
        answer("/a", status, "X-Any", "", new byte[0]);
        SourceException refused = refused("/a");
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.passing()).isEqualTo(passing);
    }

    @Test
    @DisplayName("may have as many bytes as an upload, and none more; a body without end is given up")
    void sizes() throws Exception {
        answer("/fits", 200, "X-Any", "", new byte[MOST]);
        assertThat(bytes("/fits")).hasSize(MOST);
        answer("/large", 200, "X-Any", "", new byte[MOST + 1]);
        assertThat(refused("/large").code()).isEqualTo(ErrorCode.SOURCE_TOO_LARGE);
        server.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            while (true) { // Until the client has hung up.
                out.write(new byte[64 * 1024]);
            }
        });
        assertThat(refused("/endless").code()).isEqualTo(ErrorCode.SOURCE_TOO_LARGE);
        assertThat(left()).isEmpty();
    }

    @Test
    @DisplayName("that break off, or drip, are tried again later")
    void brokenOff() throws Exception {
        try (ServerSocket raw = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            URI url = URI.create("http://127.0.0.1:" + raw.getLocalPort() + "/");
            Thread.ofVirtual().start(() -> say(raw, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", false));
            SourceException lie = catchThrowableOfType(SourceException.class, () -> fetcher.fetch(url));
            assertThat(lie.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE);
            assertThat(lie.passing()).isTrue();
            Thread.ofVirtual().start(() -> say(raw, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", true));
            SourceException silent = catchThrowableOfType(
                    SourceException.class, () -> fetcher(Duration.ofMillis(200)).fetch(url));
            assertThat(silent.getMessage()).contains("in time");
            assertThat(silent.passing()).isTrue();
        }
    }

    private static void say(ServerSocket server, String words, boolean stay) {
        try (Socket socket = server.accept()) {
            socket.getInputStream().read();
            socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            if (stay) {
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException _) {
            return; // The other side has hung up.
        }
    }

    @Test
    @DisplayName("that are packed are taken as they are, so that no bomb unfolds")
    void packed() throws Exception {
        answer("/a", 200, "Content-Encoding", "gzip", new byte[] {0x1f, (byte) 0x8b, 8, 0});
        assertThat(bytes("/a")).hasSize(4);
    }

    @Test
    @DisplayName("I20 a blocked name fails at once, an unknown one may be known later")
    void names() {
        SourceException blocked = catchThrowableOfType(
                SourceException.class, () -> fetcher.fetch(URI.create("https://192.168.0.1/a.jpg")));
        assertThat(blocked.code()).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
        assertThat(blocked.passing()).isFalse();
        SourceException unknown = catchThrowableOfType(
                SourceException.class, () -> fetcher.fetch(URI.create("https://nobody.invalid/a.jpg")));
        assertThat(unknown.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE);
        assertThat(unknown.passing()).isTrue();
    }
}
