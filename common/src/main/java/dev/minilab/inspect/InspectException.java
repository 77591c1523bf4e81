package dev.minilab.inspect;

import dev.minilab.job.ErrorCode;
import java.io.Serial;

/// A refusal of what was sent, with its code and a sentence that may be shown to the client.
///
/// The sentence holds our words and numbers only, never bytes of the input.
public final class InspectException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public InspectException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    static InspectException badHeader(String message) {
        return new InspectException(ErrorCode.BAD_HEADER, message);
    }

    /// A sentence, never null.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public ErrorCode code() {
        return code;
    }
}
