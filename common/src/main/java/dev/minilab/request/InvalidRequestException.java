package dev.minilab.request;

import dev.minilab.job.ErrorCode;
import java.util.List;

/// That a job request cannot be accepted, with every mistake found in it.
public final class InvalidRequestException extends Exception {

    private static final long serialVersionUID = 1L;

    /// One mistake: where, as a JSON Pointer (RFC 6901), and what.
    public record Mistake(String pointer, String detail) {}

    private final ErrorCode code;
    private final transient List<Mistake> mistakes;

    public InvalidRequestException(ErrorCode code, List<Mistake> mistakes) {
        super(
                mistakes.size() == 1
                        ? mistakes.getFirst().pointer() + " "
                                + mistakes.getFirst().detail()
                        : mistakes.size() + " fields are wrong");
        this.code = code;
        this.mistakes = List.copyOf(mistakes);
    }

    /// A sentence, never null.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public ErrorCode code() {
        return code;
    }

    public List<Mistake> mistakes() {
        return mistakes;
    }
}
