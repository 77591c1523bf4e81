package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.util.List;

/// That a request is answered with an error of the catalogue. The detail is for the client and repeats nothing of the
/// input.
final class ProblemException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient List<Mistake> mistakes;

    ProblemException(ErrorCode code, String detail) {
        this(code, detail, List.of());
    }

    ProblemException(ErrorCode code, String detail, List<Mistake> mistakes) {
        super(detail);
        this.code = code;
        this.mistakes = mistakes;
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
}
