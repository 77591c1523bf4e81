package dev.minilab.client;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Where the API is and how to talk to it. Never shows its key in a log. Immutable.
///
/// @param api the address of the API, with the path before `/v1` if there is one
/// @param key an API key, `mlk_…`; null where none is needed
/// @param timeout for a connection and for an answer, beside the time that an upload takes
public record Connection(URI api, @Nullable String key, Duration timeout, RetryPolicy retry) {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    public Connection {
        if (!("http".equals(api.getScheme()) || "https".equals(api.getScheme())) || api.getHost() == null) {
            throw new IllegalArgumentException("the address of the API is http(s)://host[:port][/path]");
        }
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("a timeout is longer than nothing");
        }
    }

    /// An installation on loopback, which needs no key. 30 s for an answer, five tries.
    public static Connection to(URI api) {
        return new Connection(api, null, TIMEOUT, RetryPolicy.DEFAULT);
    }

    /// 30 s for an answer, five tries.
    public static Connection to(URI api, String key) {
        return new Connection(api, key, TIMEOUT, RetryPolicy.DEFAULT);
    }

    public Connection timeout(Duration to) {
        return new Connection(api, key, to, retry);
    }

    public Connection retry(RetryPolicy to) {
        return new Connection(api, key, timeout, to);
    }

    /// The address of a path such as `/v1/jobs`.
    URI resolve(String path) {
        String base = api.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }

    @Override
    public String toString() {
        return "Connection[" + api + (key == null ? "" : ", with a key") + "]";
    }
}
