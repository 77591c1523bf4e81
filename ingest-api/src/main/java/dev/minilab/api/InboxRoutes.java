package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.json.Json;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.webhook.WebhookSigner;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SignatureException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A receiver of webhooks for people who try things out: keeps the last few, and whether their signatures hold, for the
/// console to show. Anyone may send to it, as to any receiver, so it is bounded: 100 deliveries of 64 KiB each.
/// Thread-safe.
final class InboxRoutes {

    static final String PATH = "/console/inbox";
    private static final int KEPT = 100;
    private static final int MOST = 64 * 1024;

    private record Delivered(
            Instant receivedAt,
            @Nullable String webhookId,
            boolean verified,
            @Nullable String failure,
            @Nullable JsonNode body,
            @Nullable String text) {}

    private record Inbox(List<Delivered> data) {}

    private final List<WebhookSecret> secrets;
    private final InstantSource clock;
    private final Deque<Delivered> newestFirst = new ArrayDeque<>();

    /// @param secrets those that webhooks are signed with
    InboxRoutes(List<WebhookSecret> secrets, InstantSource clock) {
        this.secrets = List.copyOf(secrets);
        this.clock = clock;
    }

    void register(RoutesConfig routes) {
        routes.post(PATH, this::receive, Access.ANYONE);
        routes.get(PATH, this::show, Access.ADMIN);
    }

    private void receive(Context ctx) throws IOException, ProblemException {
        byte[] body = ctx.req().getInputStream().readNBytes(MOST + 1);
        if (body.length > MOST) {
            throw new ProblemException(ErrorCode.TOO_LARGE, "a delivery to the inbox is at most 64 KiB");
        }
        keep(delivered(ctx, body));
        ctx.status(204);
    }

    private Delivered delivered(Context ctx, byte[] body) {
        String failure = null;
        try {
            WebhookSigner.verify(
                    secrets,
                    header(ctx, "webhook-id"),
                    header(ctx, "webhook-timestamp"),
                    header(ctx, "webhook-signature"),
                    body,
                    clock.instant());
        } catch (SignatureException e) {
            failure = e.getMessage();
        }
        Optional<JsonNode> json = parse(body);
        return new Delivered(
                clock.instant(),
                ctx.header("webhook-id"),
                failure == null,
                failure,
                json.orElse(null),
                json.isPresent() ? null : new String(body, StandardCharsets.UTF_8));
    }

    private synchronized void keep(Delivered delivered) {
        newestFirst.addFirst(delivered);
        if (newestFirst.size() > KEPT) {
            newestFirst.removeLast();
        }
    }

    private void show(Context ctx) {
        ctx.contentType("application/json").result(Json.write(new Inbox(kept())));
    }

    private synchronized List<Delivered> kept() {
        return List.copyOf(newestFirst);
    }

    private static Optional<JsonNode> parse(byte[] body) {
        try {
            return Optional.of(Json.readTree(new ByteArrayInputStream(body)));
        } catch (Json.UnreadableJsonException _) {
            return Optional.empty();
        }
    }

    private static String header(Context ctx, String name) {
        return Optional.ofNullable(ctx.header(name)).orElse("");
    }
}
