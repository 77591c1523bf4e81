package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// That a request is answered with an error of the catalogue. The detail is for the client and repeats nothing of the
/// input.
final class ProblemException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient List<Mistake> mistakes;
    private final @Nullable Duration retryAfter;

    ProblemException(ErrorCode code, String detail) {
        this(code, detail, List.of(), null);
    }

    /// @param retryAfter when the same request may succeed
    ProblemException(ErrorCode code, String detail, Duration retryAfter) {
        this(code, detail, List.of(), retryAfter);
    }

    private ProblemException(ErrorCode code, String detail, List<Mistake> mistakes, @Nullable Duration retryAfter) {
        super(detail);
        this.code = code;
        this.mistakes = mistakes;
        this.retryAfter = retryAfter;
    }

    /// A sentence, never null.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    ErrorCode code() {
        return code;
    }

    List<Mistake> mistakes() {
        return mistakes;
    }

    /// When the same request may succeed, where that is known.
    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
