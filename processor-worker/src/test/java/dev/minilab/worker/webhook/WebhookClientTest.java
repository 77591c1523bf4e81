package dev.minilab.worker.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.BlockedAddressException;
import dev.minilab.egress.Cidr;
import dev.minilab.egress.GuardedResolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("F29, I20 the webhook client goes out through the guard, and trusts no receiver")
class WebhookClientTest {

    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
    private static final AddressPolicy LOOPBACK_ALLOWED = new AddressPolicy(List.of(Cidr.parse("127.0.0.0/8")));
    private static final AddressPolicy PUBLIC_ONLY = new AddressPolicy(List.of());

    private HttpServer server;
    private final AtomicInteger requests = new AtomicInteger();

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

    private static WebhookClient client(AddressPolicy policy) {
        return new WebhookClient(new GuardedResolver(policy));
    }

    @Test
    @DisplayName("gives back the status and the beginning of the answer")
    void answer() throws Exception {
        URI url = answering(exchange -> {
            assertThat(exchange.getRequestHeaders().getFirst("webhook-id")).isEqualTo("msg_1");
            byte[] answer = "x".repeat(3000).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(500, answer.length);
            exchange.getResponseBody().write(answer);
        });
        try (WebhookClient client = client(LOOPBACK_ALLOWED)) {
            WebhookClient.Answer answer = client.post(url, Map.of("webhook-id", "msg_1"), BODY);
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.body()).hasSize(1024).containsOnlyOnce("x".repeat(1024));
        }
    }

    @Test
    @DisplayName("a literal private address is not connected to")
    void blockedLiteral() {
        URI url = answering(exchange -> exchange.sendResponseHeaders(204, -1));
        try (WebhookClient client = client(PUBLIC_ONLY)) {
            assertThatThrownBy(() -> client.post(url, Map.of(), BODY)).isInstanceOf(BlockedAddressException.class);
        }
        assertThat(requests).hasValue(0);
    }

    @Test
    @DisplayName("C62 a name that leads to a private address is not connected to, also when it led elsewhere before")
    void rebinding() throws Exception {
        URI url = answering(exchange -> exchange.sendResponseHeaders(204, -1));
        AtomicInteger lookups = new AtomicInteger();
        GuardedResolver.Lookup rebinding = _ -> {
            boolean first = lookups.getAndIncrement() == 0;
            return new InetAddress[] {InetAddress.ofLiteral(first ? "127.0.0.1" : "127.0.0.2")};
        };
        AddressPolicy onlyOne = new AddressPolicy(List.of(Cidr.parse("127.0.0.1/32")));
        try (WebhookClient client = new WebhookClient(new GuardedResolver(onlyOne, rebinding))) {
            URI byName = URI.create("http://receiver.example:" + url.getPort() + "/hook");
            assertThat(client.post(byName, Map.of(), BODY).status()).isEqualTo(204);
            assertThat(lookups).as("resolved once, and that address was used").hasValue(1);
        }
        try (WebhookClient client = new WebhookClient(new GuardedResolver(onlyOne, rebinding))) {
            URI byName = URI.create("http://receiver.example:" + url.getPort() + "/hook");
            assertThatThrownBy(() -> client.post(byName, Map.of(), BODY)).isInstanceOf(BlockedAddressException.class);
        }
        assertThat(requests).hasValue(1);
    }

    @Test
    @DisplayName("a redirect is an answer, not an order")
    void redirect() throws Exception {
        URI url = answering(exchange -> {
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(301, -1);
        });
        try (WebhookClient client = client(LOOPBACK_ALLOWED)) {
            assertThat(client.post(url, Map.of(), BODY).status()).isEqualTo(301);
        }
        assertThat(requests).hasValue(1);
    }

    @Test
    @DisplayName("an answer that does not end is read to 20 kB and given up")
    void endlessAnswer() throws Exception {
        CompletableFuture<Long> written = new CompletableFuture<>();
        URI url = answering(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] piece = new byte[64 * 1024];
            long total = 0;
            try {
                while (total < 1L << 30) {
                    exchange.getResponseBody().write(piece);
                    total += piece.length;
                }
            } catch (IOException _) {
                written.complete(total);
                return;
            }
            written.complete(total);
        });
        try (WebhookClient client = client(LOOPBACK_ALLOWED)) {
            assertThat(client.post(url, Map.of(), BODY).status()).isEqualTo(200);
        }
        assertThat(written.get(20, TimeUnit.SECONDS)).isLessThan(64L << 20);
    }

    @Test
    @DisplayName("a receiver that hangs up is a failure, once")
    void reset() throws Exception {
        try (ServerSocket rude = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                WebhookClient client = client(LOOPBACK_ALLOWED)) {
            CompletableFuture<Integer> connections = CompletableFuture.supplyAsync(() -> hangUpOnce(rude));
            URI url = URI.create("http://127.0.0.1:" + rude.getLocalPort() + "/");
            assertThatThrownBy(() -> client.post(url, Map.of(), BODY)).isInstanceOf(IOException.class);
            assertThat(connections.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    private static int hangUpOnce(ServerSocket rude) {
        try (Socket socket = rude.accept()) {
            return socket.isConnected() ? 1 : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
