package dev.minilab.client;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a request was refused: problem details (RFC 9457) with our fields. `code` is one of the error codes of the
/// API,
/// described at `type`; `retryable` says whether the same request may succeed later. Immutable.
public record Problem(
        @Nullable URI type,
        @Nullable String title,
        int status,
        @Nullable String detail,
        @Nullable String instance,
        String code,
        boolean retryable,
        @Nullable String requestId,
        List<Mistake> errors) {

    /// One mistake of a job request: where, as a JSON Pointer (RFC 6901), and what.
    public record Mistake(String pointer, String detail) {}

    public Problem {
        code = code == null ? "http_" + status : code;
        errors = errors == null ? List.of() : List.copyOf(errors);
    }

    /// For an answer that is not from the API but from something before it.
    static Problem foreign(int status) {
        return new Problem(
                null,
                "HTTP status " + status,
                status,
                null,
                null,
                "http_" + status,
                status == 429 || status >= 500,
                null,
                List.of());
    }
}
