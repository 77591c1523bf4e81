package dev.minilab.api;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The preference `wait=N` of RFC 7240: how long a client likes to wait for its job, in seconds. More than 60 are 60;
/// what cannot be read is no preference, as the RFC has it.
final class Prefer {

    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Pattern WAIT =
            Pattern.compile("(?:^|,)\\s*wait\\s*=\\s*\"?(\\d{1,9})\"?\\s*(?=[;,]|$)", Pattern.CASE_INSENSITIVE);

    private Prefer() {}

    /// The time to wait, and says in the answer that it is; none if the client has no such wish.
    static Duration wait(Context ctx) {
        Duration wait = wait(ctx.req().getHeaders("Prefer"));
        if (!wait.isZero()) {
            ctx.header("Preference-Applied", "wait=" + wait.toSeconds());
        }
        return wait;
    }

    static Duration wait(Enumeration<String> headers) {
        Matcher matcher = WAIT.matcher(String.join(",", Collections.list(headers)));
        if (!matcher.find()) {
            return Duration.ZERO;
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
        return asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
    }
}
