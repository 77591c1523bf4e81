package dev.minilab.worker.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.Cidr;
import dev.minilab.egress.EgressClient;
import dev.minilab.egress.EgressException.Failure;
import dev.minilab.worker.webhook.DeliveryResult.Delivered;
import dev.minilab.worker.webhook.DeliveryResult.Gone;
import dev.minilab.worker.webhook.DeliveryResult.Refused;
import dev.minilab.worker.webhook.DeliveryResult.Unanswered;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("F29 What a receiver answers, and what is made of it")
class WebhookClientTest {

    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private HttpServer server;
    private EgressClient egress;
    private WebhookClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        egress = new EgressClient(new AddressPolicy(List.of(Cidr.parse("127.0.0.0/8"))));
        client = new WebhookClient(egress, Duration.ofSeconds(5), () -> NOW);
    }

    @AfterEach
    void stop() {
        egress.close();
        server.stop(0);
    }

    private URI answering(int status, @Nullable String retryAfter, String body) {
        server.createContext("/", exchange -> {
            try (exchange) {
                assertThat(exchange.getRequestHeaders().getFirst("User-Agent")).isEqualTo("minilab-webhooks");
                assertThat(exchange.getRequestHeaders().getFirst("Content-Type"))
                        .startsWith("application/json");
                if (retryAfter != null) {
                    exchange.getResponseHeaders().set("Retry-After", retryAfter);
                }
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    private DeliveryResult post(int status, @Nullable String retryAfter) throws Exception {
        return client.post(answering(status, retryAfter, ""), Map.of(), BODY);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204})
    @DisplayName("2xx is success")
    void success(int status) throws Exception {
        assertThat(post(status, null)).isEqualTo(new Delivered(status, ""));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308, 400, 401, 404, 500, 503})
    @DisplayName("everything else is not, redirects among them; only 5xx says that the host does not work")
    void refused(int status) throws Exception {
        DeliveryResult result = post(status, null);
        assertThat(result).isEqualTo(new Refused(status, "", Optional.empty()));
        assertThat(result.hostWorks()).isEqualTo(status < 500);
    }

    @Test
    @DisplayName("410 is the end")
    void gone() throws Exception {
        assertThat(post(410, null)).isEqualTo(new Gone(410, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120 | 120",
                "0 | 0",
                "Tue, 24 Nov 2026 10:01:30 GMT | 90",
                "Tue, 24 Nov 2026 09:00:00 GMT | 0",
                "-5 |",
                "soon |",
                "99999999999999 |"
            })
    @DisplayName("Retry-After is read as seconds and as a date")
    void retryAfter(String header, @Nullable Long seconds) throws Exception {
        assertThat(post(429, header))
                .isEqualTo(new Refused(429, "", Optional.ofNullable(seconds).map(Duration::ofSeconds)));
    }

    @Test
    @DisplayName("the first kilobyte of an answer is kept")
    void kept() throws Exception {
        DeliveryResult result = client.post(answering(500, null, "x".repeat(3000)), Map.of(), BODY);
        assertThat(result).isEqualTo(new Refused(500, "x".repeat(1024), Optional.empty()));
    }

    @Test
    @DisplayName("no answer in time is a timeout")
    void silence() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        server.createContext("/", _ -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        DeliveryResult result = new WebhookClient(egress, Duration.ofMillis(100), () -> NOW).post(url, Map.of(), BODY);
        never.countDown();
        assertThat(result).isEqualTo(new Unanswered(Failure.TIMEOUT));
        assertThat(result.hostWorks()).isFalse();
    }

    @Test
    @DisplayName("I10 an attempt that a shutdown breaks off is no answer, and none of the receiver's failures")
    void interrupted() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        server.createContext("/", _ -> {
            asked.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread worker =
                Thread.ofVirtual().start(() -> thrown.complete(catchThrowable(() -> client.post(url, Map.of(), BODY))));
        asked.await();
        worker.interrupt();
        assertThat(thrown.get(4, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        never.countDown();
    }

    @Test
    @DisplayName("C61 a blocked address is not connected to")
    void blocked() throws Exception {
        assertThat(client.post(URI.create("http://10.0.0.1/"), Map.of(), BODY))
                .isEqualTo(new Unanswered(Failure.BLOCKED_ADDRESS));
    }
}
