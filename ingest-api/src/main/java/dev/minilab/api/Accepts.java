package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Refuses requests whose `Accept` rules out what we have (RFC 9110, 12.5.1): JSON, or an event stream where there is
/// one. Redirects to images are for anyone, and problems are JSON whatever was asked for.
final class Accepts {

    private static final Pattern EVENTS = Pattern.compile("/v1/jobs/[^/]+/events");
    private static final Pattern REDIRECTS = Pattern.compile("/v1/jobs/[^/]+/outputs/[^/]+");

    private Accepts() {}

    static void register(RoutesConfig routes) {
        routes.before("/v1/*", Accepts::check);
    }

    private static void check(Context ctx) throws ProblemException {
        if (REDIRECTS.matcher(ctx.path()).matches()) {
            return;
        }
        String type = EVENTS.matcher(ctx.path()).matches() ? "text/event-stream" : "application/json";
        if (!allows(ctx.header("Accept"), type)) {
            throw new ProblemException(ErrorCode.NOT_ACCEPTABLE, "the answer is " + type + " and nothing else");
        }
    }

    /// Whether a list of media ranges covers a type; no list covers all.
    static boolean allows(@Nullable String accept, String type) {
        if (accept == null || accept.isBlank()) {
            return true;
        }
        String group = type.substring(0, type.indexOf('/'));
        int best = 0;
        boolean allowed = false;
        for (String each : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = each.split(";", -1);
            int fit = fit(parts[0].strip(), type, group);
            if (fit > best) {
                best = fit;
                allowed = !refused(parts);
            }
        }
        return allowed;
    }

    /// How closely a range names a type, 0 for not at all.
    private static int fit(String range, String type, String group) {
        if (range.equals(type)) {
            return 3;
        }
        return range.equals(group + "/*") ? 2 : range.equals("*/*") ? 1 : 0;
    }

    private static boolean refused(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].strip().matches("q=0(\\.0{0,3})?")) {
                return true;
            }
        }
        return false;
    }
}
