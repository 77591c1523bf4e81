package dev.minilab.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.minilab.egress.EgressClient.Answer;
import dev.minilab.egress.EgressClient.Call;
import dev.minilab.egress.EgressException.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("F29, I20 the way out is guarded, and trusts no server")
class EgressClientTest {

    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
    private static final Duration LONG = Duration.ofSeconds(15);
    private static final int MOST = 20 * 1024;
    private static final AddressPolicy LOOPBACK = new AddressPolicy(List.of(Cidr.parse("127.0.0.0/8")));
    private static final AddressPolicy ONE_ADDRESS = new AddressPolicy(List.of(Cidr.parse("127.0.0.1/32")));
    private static final AddressPolicy PUBLIC_ONLY = new AddressPolicy(List.of());

    private final List<InetSocketAddress> connections = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI answering(HttpHandler handler) {
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            handler.handle(exchange);
            exchange.close();
        });
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    private EgressClient client(AddressPolicy policy) {
        return client(policy, InetAddress::getAllByName);
    }

    private EgressClient client(AddressPolicy policy, GuardedResolver.Lookup lookup) {
        return new EgressClient(policy, lookup, connections::add, DefaultClientTlsStrategy.createDefault());
    }

    private static Answer post(EgressClient client, URI url) throws Exception {
        return client.send(Call.post(url, Map.of(), BODY), LONG, MOST);
    }

    private static Failure failure(EgressClient client, URI url) {
        return failure(client, url, LONG);
    }

    private static Failure failure(EgressClient client, URI url, Duration within) {
        EgressException failed = catchThrowableOfType(
                EgressException.class, () -> client.send(Call.post(url, Map.of(), BODY), within, MOST));
        assertThat(failed).isNotNull();
        return failed.failure();
    }

    @Test
    @DisplayName("sends headers and body, and gives back status, headers and body")
    void answer() throws Exception {
        URI url = answering(exchange -> {
            assertThat(exchange.getRequestHeaders().getFirst("webhook-id")).isEqualTo("msg_1");
            assertThat(exchange.getRequestBody().readAllBytes()).isEqualTo(BODY);
            exchange.getResponseHeaders().set("Retry-After", "7");
            exchange.sendResponseHeaders(503, 3);
            exchange.getResponseBody().write("bus".getBytes(StandardCharsets.UTF_8));
        });
        try (EgressClient client = client(LOOPBACK)) {
            Answer answer = client.send(Call.post(url, Map.of("webhook-id", "msg_1"), BODY), LONG, MOST);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("retry-after")).contains("7");
            assertThat(answer.body()).asString(StandardCharsets.UTF_8).isEqualTo("bus");
            assertThat(answer.cut()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/",
                "http://[::1]/",
                "http://169.254.169.254/latest/meta-data/",
                "http://10.0.0.1/",
                "http://100.64.0.1/",
                "http://[::ffff:7f00:1]/",
                "http://[64:ff9b::7f00:1]/",
                "http://2130706433/",
                "http://0x7f.1/",
                "http://127.1/",
                "http://localhost./",
                "http://inside.example/"
            })
    @DisplayName("I20, C61 nothing connects to a blocked address, however it is written")
    void blocked(String url) {
        try (EgressClient client = client(PUBLIC_ONLY, EgressClientTest::insideOrSystem)) {
            assertThat(failure(client, URI.create(url))).isEqualTo(Failure.BLOCKED_ADDRESS);
        }
        assertThat(connections).isEmpty();
    }

    private static InetAddress[] insideOrSystem(String host) throws UnknownHostException {
        return switch (host) {
            case "inside.example" -> new InetAddress[] {InetAddress.ofLiteral("192.168.0.1")};
            // As some resolvers read them.
            case "0x7f.1", "localhost." -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
            default -> InetAddress.getAllByName(host);
        };
    }

    @Test
    @DisplayName(
            "I20, C62 a name that is rebound: the address that was checked is connected to, and the next is blocked")
    void rebinding() throws Exception {
        URI url = answering(exchange -> exchange.sendResponseHeaders(204, -1));
        Queue<String> answers = new ArrayDeque<>(List.of("127.0.0.1", "127.0.0.2"));
        GuardedResolver.Lookup rebinding = _ -> new InetAddress[] {InetAddress.ofLiteral(answers.remove())};
        URI byName = URI.create("http://receiver.example:" + url.getPort() + "/hook");
        try (EgressClient client = client(ONE_ADDRESS, rebinding)) {
            assertThat(post(client, byName).status()).isEqualTo(204);
            assertThat(answers).as("looked up once").hasSize(1);
            assertThat(failure(client, byName)).isEqualTo(Failure.BLOCKED_ADDRESS);
        }
        assertThat(connections)
                .containsExactly(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), url.getPort()));
        assertThat(requests).hasValue(1);
    }

    @Test
    @DisplayName("I20 of many addresses only the permitted are tried")
    void mixed() throws Exception {
        URI url = answering(exchange -> exchange.sendResponseHeaders(204, -1));
        GuardedResolver.Lookup mixed = _ -> new InetAddress[] {
            InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("::1"), InetAddress.ofLiteral("127.0.0.1")
        };
        try (EgressClient client = client(ONE_ADDRESS, mixed)) {
            assertThat(post(client, URI.create("http://mixed.example:" + url.getPort() + "/"))
                            .status())
                    .isEqualTo(204);
        }
        assertThat(connections).extracting(c -> c.getAddress().getHostAddress()).containsExactly("127.0.0.1");
    }

    @Test
    @DisplayName("I20 a redirect is an answer, not an order")
    void redirect() throws Exception {
        URI url = answering(exchange -> {
            exchange.getResponseHeaders().set("Location", "http://169.254.169.254/");
            exchange.sendResponseHeaders(301, -1);
        });
        try (EgressClient client = client(LOOPBACK)) {
            Answer answer = post(client, url);
            assertThat(answer.status()).isEqualTo(301);
            assertThat(answer.header("location")).contains("http://169.254.169.254/");
        }
        assertThat(connections).hasSize(1);
    }

    @Test
    @DisplayName("I20 proxies of the environment are not used")
    void proxies() throws Exception {
        URI url = answering(exchange -> exchange.sendResponseHeaders(204, -1));
        List<String> settings =
                List.of("http.proxyHost", "http.proxyPort", "http.nonProxyHosts", "socksProxyHost", "socksProxyPort");
        try (ServerSocket proxy = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                EgressClient client = client(LOOPBACK)) {
            for (String setting : settings) {
                System.setProperty(
                        setting,
                        setting.endsWith("Port")
                                ? Integer.toString(proxy.getLocalPort())
                                : setting.endsWith("Host") ? "127.0.0.1" : "");
            }
            assertThat(post(client, url).status()).isEqualTo(204);
        } finally {
            settings.forEach(System::clearProperty);
        }
        assertThat(connections).extracting(InetSocketAddress::getPort).containsExactly(url.getPort());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1L << 30})
    @DisplayName("F29 an answer of a gigabyte, announced or not, is read to the limit and given up")
    void endlessAnswer(long announced) throws Exception {
        CompletableFuture<Long> written = new CompletableFuture<>();
        URI url = answering(exchange -> written.complete(flood(exchange, announced)));
        try (EgressClient client = client(LOOPBACK)) {
            Answer answer = post(client, url);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.cut()).isTrue();
            assertThat(answer.body().length).isLessThanOrEqualTo(MOST);
        }
        assertThat(written.get(20, TimeUnit.SECONDS)).isLessThan(64L << 20);
    }

    private static long flood(HttpExchange exchange, long announced) throws IOException {
        exchange.sendResponseHeaders(200, announced);
        byte[] piece = new byte[64 * 1024];
        long total = 0;
        try {
            while (total < 1L << 30) {
                exchange.getResponseBody().write(piece);
                total += piece.length;
            }
        } catch (IOException _) {
            return total; // The client has given up.
        }
        return total;
    }

    @Test
    @DisplayName("F29 a slow drip ends at the time limit, and headers without end at their own")
    void drips() throws Exception {
        try (ServerSocket raw = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                EgressClient client = client(LOOPBACK)) {
            URI url = URI.create("http://127.0.0.1:" + raw.getLocalPort() + "/");
            Thread.ofVirtual().start(() -> talk(raw, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "x", 20));
            long start = System.nanoTime();
            assertThat(failure(client, url, Duration.ofMillis(300))).isEqualTo(Failure.TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            Thread.ofVirtual().start(() -> talk(raw, "HTTP/1.1 200 OK\r\nX: ", "y".repeat(1000), 0));
            assertThat(failure(client, url)).isEqualTo(Failure.BROKEN_OFF);
            Thread.ofVirtual().start(() -> talk(raw, "HTTP/1.1 200 OK\r\n", "X: y\r\n", 0));
            assertThat(failure(client, url)).isEqualTo(Failure.BROKEN_OFF);
            Thread.ofVirtual().start(() -> talk(raw, "SSH-2.0-OpenSSH_9.2\r\n", "\r\n", 0));
            assertThat(failure(client, url)).isEqualTo(Failure.BROKEN_OFF);
        }
    }

    /// Says something, then goes on until the other side hangs up.
    private static void talk(ServerSocket server, String first, String again, int pauseMs) {
        try (Socket socket = server.accept()) {
            OutputStream out = socket.getOutputStream();
            out.write(first.getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write(again.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                LockSupport.parkNanos(pauseMs * 1_000_000L);
            }
        } catch (IOException _) {
            return; // It has hung up.
        }
    }

    @Test
    @DisplayName("F29 a server that hangs up, once; one that is not there; a name that is not known")
    void unreachable() throws Exception {
        int port;
        try (ServerSocket rude = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                EgressClient client = client(LOOPBACK)) {
            port = rude.getLocalPort();
            Thread.ofVirtual().start(() -> hangUp(rude));
            assertThat(failure(client, URI.create("http://127.0.0.1:" + port + "/")))
                    .isEqualTo(Failure.BROKEN_OFF);
            assertThat(connections).as("not repeated").hasSize(1);
        }
        GuardedResolver.Lookup nothing = host -> {
            throw new UnknownHostException(host);
        };
        try (EgressClient client = client(LOOPBACK, nothing)) {
            assertThat(failure(client, URI.create("http://none.example/"))).isEqualTo(Failure.UNKNOWN_HOST);
        }
        try (EgressClient client = client(LOOPBACK)) {
            assertThat(failure(client, URI.create("http://127.0.0.1:" + port + "/")))
                    .isEqualTo(Failure.UNREACHABLE);
        }
    }

    private static void hangUp(ServerSocket rude) {
        try {
            Socket socket = rude.accept();
            socket.setSoLinger(true, 0);
            socket.close(); // A reset.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName("F29 TLS: a valid certificate is accepted for its name; one expired, or of another name, is not")
    void certificates() throws Exception {
        TlsSocketStrategy trusting = new DefaultClientTlsStrategy(tls(null));
        for (String certificate : List.of("valid", "expired")) {
            HttpsServer secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls(certificate)));
            secure.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
            secure.start();
            GuardedResolver.Lookup here = _ -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
            int port = secure.getAddress().getPort();
            URI right = URI.create("https://localhost:" + port + "/");
            try (EgressClient client = new EgressClient(LOOPBACK, here, connections::add, trusting)) {
                if (certificate.equals("valid")) {
                    assertThat(post(client, right).status()).isEqualTo(204);
                    assertThat(failure(client, URI.create("https://other.example:" + port + "/")))
                            .isEqualTo(Failure.TLS);
                } else {
                    assertThat(failure(client, right)).isEqualTo(Failure.TLS);
                }
            } finally {
                secure.stop(0);
            }
        }
    }

    /// With a certificate, for a server; without, trusting who issued it, for a client.
    private static SSLContext tls(@Nullable String certificate) throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS");
        if (certificate == null) {
            KeyStore authorities = KeyStore.getInstance("PKCS12");
            authorities.load(null, null);
            try (InputStream pem = resource("authority.pem")) {
                authorities.setCertificateEntry(
                        "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities);
            tls.init(null, trust.getTrustManagers(), null);
            return tls;
        }
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (InputStream p12 = resource(certificate + ".p12")) {
            own.load(p12, "changeit".toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, "changeit".toCharArray());
        tls.init(keys.getKeyManagers(), null, null);
        return tls;
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(EgressClientTest.class.getResourceAsStream(name), name);
    }
}
