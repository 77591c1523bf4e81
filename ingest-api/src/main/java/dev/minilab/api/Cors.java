package dev.minilab.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Set;

/// Lets pages of other origins call, where they are allowed to (<https://fetch.spec.whatwg.org/#http-cors-protocol>).
///
/// Preflights answer 204 to anyone; without the headers that allow, browsers refuse what was to follow. Immutable.
final class Cors {

    private static final String METHODS = "GET, HEAD, POST, DELETE";
    private static final String REQUEST_HEADERS = "Authorization, Content-Type, Content-MD5, Digest, Content-Digest,"
            + " Idempotency-Key, If-None-Match, Last-Event-ID, Prefer";
    private static final String ANSWER_HEADERS = "ETag, Idempotency-Replayed, Link, Location, Preference-Applied,"
            + " RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";
    private static final String MAX_AGE_SECONDS = "3600";

    private final Set<String> origins;

    /// @param origins such as `https://example.com`, or `*` for all
    Cors(Set<String> origins) {
        this.origins = Set.copyOf(origins);
    }

    void register(RoutesConfig routes) {
        routes.before(this::answer);
    }

    boolean allows(String origin) {
        return origins.contains("*") || origins.contains(origin);
    }

    private void answer(Context ctx) {
        String origin = ctx.header("Origin");
        if (origin == null) {
            return;
        }
        if (!origins.isEmpty()) {
            ctx.header("Vary", "Origin");
        }
        boolean preflight =
                ctx.method().name().equals("OPTIONS") && ctx.header("Access-Control-Request-Method") != null;
        if (allows(origin)) {
            ctx.header("Access-Control-Allow-Origin", origin);
            if (preflight) {
                ctx.header("Access-Control-Allow-Methods", METHODS)
                        .header("Access-Control-Allow-Headers", REQUEST_HEADERS)
                        .header("Access-Control-Max-Age", MAX_AGE_SECONDS);
            } else {
                ctx.header("Access-Control-Expose-Headers", ANSWER_HEADERS);
            }
        }
        if (preflight) {
            ctx.status(204).skipRemainingHandlers();
        }
    }
}
