package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A receiver of webhooks that keeps what it gets.
final class WebhookReceiver implements AutoCloseable {

    record Received(HttpHeaders headers, String body, Instant at) {
        String id() {
            return headers.firstValue("webhook-id").orElse("");
        }

        /// Verifies with the public library, which nobody here wrote.
        void verify(String secret) throws WebhookVerificationException, EmptyWebhookSecretException {
            new Webhook(secret).verify(body, headers);
        }
    }

    private final HttpServer server;
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

    WebhookReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                Map<String, List<String>> headers = Map.copyOf(exchange.getRequestHeaders());
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                received.add(new Received(HttpHeaders.of(headers, (_, _) -> true), body, Instant.now()));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    Received await(int seconds) throws InterruptedException {
        Received one = received.poll(seconds, TimeUnit.SECONDS);
        assertThat(one).as("a webhook within %s s", seconds).isNotNull();
        return one;
    }

    /// What has come and was not awaited, in order; it stays.
    List<Received> log() {
        return List.copyOf(received);
    }

    int waiting() {
        return received.size();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
