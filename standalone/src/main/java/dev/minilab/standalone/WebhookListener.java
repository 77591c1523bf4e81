package dev.minilab.standalone;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.json.Json;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.webhook.WebhookSigner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SignatureException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/// A receiver for people who write one: prints and verifies what arrives, and answers as told.
final class WebhookListener implements AutoCloseable {

    private static final int MOST = 1 << 20;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final HttpServer server;
    private final List<WebhookSecret> secrets;
    private final int answer;
    private final boolean bodies;
    private final PrintStream out;
    private final InstantSource clock;

    /// Starts to listen on this machine alone.
    ///
    /// @param secrets to verify with; without any, nothing is verified
    /// @param answer the status that every delivery gets
    /// @param bodies whether the whole body is printed
    WebhookListener(
            int port, List<WebhookSecret> secrets, int answer, boolean bodies, PrintStream out, InstantSource clock)
            throws IOException {
        this.secrets = List.copyOf(secrets);
        this.answer = answer;
        this.bodies = bodies;
        this.out = out;
        this.clock = clock;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::receive);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(MOST);
            print(exchange.getRequestHeaders(), body);
            exchange.sendResponseHeaders(answer, -1);
        }
    }

    private synchronized void print(Headers headers, byte[] body) {
        Optional<JsonNode> event = parse(body);
        out.printf(
                Locale.ROOT,
                "%s %s %s %s, %s, answered %d%n",
                TIME.format(clock.instant()),
                event.map(e -> text(e, "type")).orElse("(no event)"),
                event.map(e -> text(e.path("data"), "id")).orElse(""),
                header(headers, "webhook-id"),
                verdict(headers, body),
                answer);
        if (bodies) {
            out.println(event.map(JsonNode::toPrettyString).orElse("(no JSON)"));
        }
        out.flush();
    }

    private String verdict(Headers headers, byte[] body) {
        if (secrets.isEmpty()) {
            return "not verified: no secret was given";
        }
        try {
            WebhookSigner.verify(
                    secrets,
                    header(headers, "webhook-id"),
                    header(headers, "webhook-timestamp"),
                    header(headers, "webhook-signature"),
                    body,
                    clock.instant());
            return "verified";
        } catch (SignatureException e) {
            return "NOT VERIFIED: " + e.getMessage();
        }
    }

    private static Optional<JsonNode> parse(byte[] body) {
        try {
            return Optional.of(Json.readTree(new ByteArrayInputStream(body)));
        } catch (Json.UnreadableJsonException _) {
            return Optional.empty();
        }
    }

    private static String header(Headers headers, String name) {
        return Optional.ofNullable(headers.getFirst(name)).orElse("");
    }

    /// What a stranger sent goes to a terminal: no control characters.
    private static String text(JsonNode json, String field) {
        return json.path(field).asString("").replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
