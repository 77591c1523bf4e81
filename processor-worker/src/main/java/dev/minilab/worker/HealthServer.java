package dev.minilab.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.health.Readiness;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/// Answers `GET /health/live` and `/health/ready` for a worker that runs by itself.
final class HealthServer implements AutoCloseable {

    private static final byte[] LIVE = "{\"status\":\"live\"}".getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;

    HealthServer(String host, int port, Readiness readiness) throws IOException {
        server = HttpServer.create(new InetSocketAddress(host, port), 0);
        server.createContext("/health/live", exchange -> answer(exchange, 200, LIVE));
        server.createContext("/health/ready", exchange -> {
            Readiness.State state = readiness.state();
            answer(exchange, state.ready() ? 200 : 503, state.json());
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private static void answer(HttpExchange exchange, int status, byte[] json) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, json.length);
            exchange.getResponseBody().write(json);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
