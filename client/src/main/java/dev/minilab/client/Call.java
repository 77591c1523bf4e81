package dev.minilab.client;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// One request, as often as it must be sent. `extra` is what it may take beside the usual time. A call that is not
/// `repeatable` is sent again only if the answer says that it had no effect. Immutable.
record Call(
        String method,
        URI uri,
        Map<String, String> headers,
        Supplier<BodyPublisher> body,
        Duration extra,
        boolean repeatable) {

    /// The slowest upload that is waited for, in bytes a second.
    private static final long SLOWEST = 32 * 1024;

    static Call get(URI uri) {
        return new Call("GET", uri, Map.of(), BodyPublishers::noBody, Duration.ZERO, true);
    }

    static Call of(String method, URI uri) {
        return new Call(method, uri, Map.of(), BodyPublishers::noBody, Duration.ZERO, true);
    }

    Call header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Call(method, uri, more, body, extra, repeatable);
    }

    Call json(Object value) {
        byte[] json = Json.write(value);
        return header("Content-Type", "application/json").body(() -> BodyPublishers.ofByteArray(json), json.length);
    }

    Call body(Supplier<BodyPublisher> to, long length) {
        return new Call(method, uri, headers, to, extra.plusSeconds(length / SLOWEST), repeatable);
    }

    /// Says how long the API may wait before it answers (RFC 7240).
    Call preferWait(long seconds) {
        Call more = header("Prefer", "wait=" + seconds);
        return new Call(method, uri, more.headers, body, extra.plusSeconds(seconds), repeatable);
    }

    Call once() {
        return new Call(method, uri, headers, body, extra, false);
    }
}
