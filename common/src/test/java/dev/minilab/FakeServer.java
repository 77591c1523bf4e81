package dev.minilab;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An HTTP server on a free port of this machine: remembers every request and answers as told. Thread-safe.
public final class FakeServer implements AutoCloseable {

    /// A request as it came over the wire; header names are compared without case.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Request(String method, URI uri, Headers headers, byte[] body) {

        public List<String> header(String name) {
            return headers.getOrDefault(name, List.of());
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /// An answer: status, content type and body.
    public record Answer(int status, String type, String body) {
        public static Answer xml(int status, String errorCode) {
            return new Answer(
                    status,
                    "application/xml",
                    "<Error><Code>" + errorCode + "</Code><Message>made for a test</Message></Error>");
        }
    }

    /// Decides what to answer.
    public interface Answering {
        Answer to(Request request) throws InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Answering answering = _ -> new Answer(200, "", "");

    public FakeServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public void answer(Answering next) {
        answering = next;
    }

    public void answer(int status, String errorCode) {
        answering = _ -> Answer.xml(status, errorCode);
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers headers = new Headers();
            headers.putAll(exchange.getRequestHeaders());
            Request request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI(),
                    headers,
                    exchange.getRequestBody().readAllBytes());
            requests.add(request);
            Answer answer = answering.to(request);
            byte[] body = request.method().equals("HEAD")
                    ? new byte[0]
                    : answer.body().getBytes(StandardCharsets.UTF_8);
            if (!answer.type().isEmpty()) {
                exchange.getResponseHeaders().add("Content-Type", answer.type());
            }
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
