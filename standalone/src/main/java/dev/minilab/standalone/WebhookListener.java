package dev.minilab.standalone;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.cli.Report;
import dev.minilab.json.Json;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.webhook.WebhookSigner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SignatureException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// A receiver for people who write one: prints and verifies what arrives, and answers as told.
final class WebhookListener implements AutoCloseable {

    private static final int MOST = 1 << 20;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final HttpServer server;
    private final List<WebhookSecret> secrets;
    private final int answer;
    private final boolean bodies;
    private final Report report;
    private final InstantSource clock;

    /// Starts to listen on this machine alone.
    ///
    /// @param secrets to verify with; without any, nothing is verified
    /// @param answer the status that every delivery gets
    /// @param bodies whether the whole body is printed
    WebhookListener(
            int port, List<WebhookSecret> secrets, int answer, boolean bodies, Report report, InstantSource clock)
            throws IOException {
        this.secrets = List.copyOf(secrets);
        this.answer = answer;
        this.bodies = bodies;
        this.report = report;
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
            tell(exchange.getRequestHeaders(), body);
            exchange.sendResponseHeaders(answer, -1);
        }
    }

    /// What arrived. `verdict` says whether its signature is right, and if not why; `body` is there if it is asked for.
    private record Arrived(
            Instant at,
            String type,
            String job,
            String webhookId,
            String verdict,
            int answered,
            @Nullable JsonNode body) {
        String text(boolean whole) {
            String line = String.format(
                    Locale.ROOT,
                    "%s %s %s %s, %s, answered %d",
                    TIME.format(at),
                    type.isEmpty() ? "(no event)" : type,
                    job,
                    webhookId,
                    verdict,
                    answered);
            return whole ? line + "\n" + (body == null ? "(no JSON)" : body.toPrettyString()) : line;
        }
    }

    private void tell(Headers headers, byte[] body) {
        JsonNode event = parse(body).orElse(MissingNode.getInstance());
        Arrived arrived = new Arrived(
                clock.instant(),
                text(event, "type"),
                text(event.path("data"), "id"),
                header(headers, "webhook-id"),
                verdict(headers, body),
                answer,
                bodies && !event.isMissingNode() ? event : null);
        report.line(arrived, () -> arrived.text(bodies));
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
