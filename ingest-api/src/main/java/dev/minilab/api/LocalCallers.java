package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Guards an installation without keys, which everything on this machine may call, from the pages that a browser on
/// it
/// shows: they may not call it, neither by their own name for our address (DNS rebinding) nor by ours. Immutable.
final class LocalCallers {

    private static final Set<String> NAMES = Set.of("localhost", "[::1]");

    private final String host;
    private final Cors cors;

    /// @param host the address that the API is bound to
    LocalCallers(String host, Cors cors) {
        this.host = host;
        this.cors = cors;
    }

    void register(RoutesConfig routes) {
        routes.before(this::check);
    }

    private void check(Context ctx) throws ProblemException {
        String called = ctx.header("Host");
        if (ctx.path().startsWith("/health/")) {
            return;
        }
        if (called != null && !local(name(called))) {
            throw new ProblemException(
                    ErrorCode.FORBIDDEN, "without API keys this service answers to the names of this machine only");
        }
        String origin = ctx.header("Origin");
        if (origin != null && !ours(origin, called) && !cors.allows(origin)) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "without API keys pages of other origins may not call");
        }
    }

    private static boolean ours(String origin, @Nullable String called) {
        return called != null && origin.equalsIgnoreCase("http://" + called);
    }

    private boolean local(String name) {
        return NAMES.contains(name) || name.equals(host) || name.matches("127(\\.\\d{1,3}){3}");
    }

    private static String name(String called) {
        return called.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
    }
}
