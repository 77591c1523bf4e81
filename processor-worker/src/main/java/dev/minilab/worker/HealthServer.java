package dev.minilab.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.health.Readiness;
import dev.minilab.metrics.Meters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/// Answers `GET /health/live`, `/health/ready` and `/metrics` for a worker that runs by itself.
final class HealthServer implements AutoCloseable {

    private static final String JSON = "application/json";
    private static final byte[] LIVE = "{\"status\":\"live\"}".getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;

    HealthServer(String host, int port, Readiness readiness) throws IOException {
        server = HttpServer.create(new InetSocketAddress(host, port), 0);
        server.createContext("/health/live", exchange -> answer(exchange, 200, JSON, LIVE));
        server.createContext("/health/ready", exchange -> {
            Readiness.State state = readiness.state();
            answer(exchange, state.ready() ? 200 : 503, JSON, state.json());
        });
        server.createContext(
                "/metrics",
                exchange -> answer(
                        exchange, 200, Meters.CONTENT_TYPE, Meters.scrape().getBytes(StandardCharsets.UTF_8)));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
