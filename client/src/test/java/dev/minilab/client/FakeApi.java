package dev.minilab.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Answers as it was told to, in order, and keeps what it was asked.
final class FakeApi implements AutoCloseable {

    static final RetryPolicy QUICK = new RetryPolicy(4, Duration.ofMillis(1), Duration.ofSeconds(1));

    /// Status 0 breaks the connection.
    record Answer(int status, Map<String, String> headers, String body) {}

    record Request(String method, String path, Headers headers, String latin1) {
        String header(String name) {
            String value = headers.getFirst(name);
            return value == null ? "" : value;
        }

        byte[] body() {
            return latin1.getBytes(ISO_8859_1);
        }

        String text() {
            return new String(body(), UTF_8);
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    FakeApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            requests.add(new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders(),
                    new String(body, ISO_8859_1)));
            Answer answer = next();
            if (answer.status() == 0) {
                return;
            }
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            byte[] bytes = answer.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Answer next() {
        synchronized (answers) {
            return answers.isEmpty() ? new Answer(500, Map.of(), "no answer left") : answers.removeFirst();
        }
    }

    FakeApi answer(int status, String body) {
        return answer(status, body, Map.of());
    }

    FakeApi answer(int status, String body, Map<String, String> headers) {
        synchronized (answers) {
            answers.addLast(new Answer(status, headers, body));
        }
        return this;
    }

    FakeApi problem(int status, String code, boolean retryable, Map<String, String> headers) {
        String body = "{\"status\":%d,\"code\":\"%s\",\"title\":\"t\",\"detail\":\"why\",\"retryable\":%s,\"new\":1,"
                        .formatted(status, code, retryable)
                + "\"errors\":[{\"pointer\":\"/outputs/a/width\",\"detail\":\"is wrong\"}]}";
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", "application/problem+json");
        return answer(status, body, all);
    }

    FakeApi breaksOff() {
        return answer(0, "");
    }

    List<Request> requests() {
        return requests;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    Minilab client() {
        return new Minilab(Connection.to(uri(), "mlk_test").retry(QUICK));
    }

    static String job(String status) {
        return """
            {"id":"job_1","status":"%s","tenant":"default","external_id":null,"metadata":{"a":"b"},
             "created_at":"2026-11-25T10:00:00.123Z","attempts":1,"source":{"format":"jpeg","width":3,"new":{}},
             "outputs":{"thumb":{"status":"pending","new":[1]}},"new":true,"links":{"self":"/v1/jobs/job_1"}}
            """.formatted(status);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
