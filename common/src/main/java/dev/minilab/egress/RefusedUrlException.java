package dev.minilab.egress;

import dev.minilab.job.ErrorCode;
import java.io.Serial;

/// A URL that a stranger chose and that is not called. The message is a public sentence and never repeats the URL.
public final class RefusedUrlException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    private RefusedUrlException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    static RefusedUrlException bad(String message) {
        return new RefusedUrlException(ErrorCode.BAD_WEBHOOK_URL, message);
    }

    static RefusedUrlException bad(String message, Exception cause) {
        RefusedUrlException refused = bad(message);
        refused.initCause(cause);
        return refused;
    }

    static RefusedUrlException blocked(String message) {
        return new RefusedUrlException(ErrorCode.BLOCKED_ADDRESS, message);
    }

    /// A sentence, never null.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /// `BAD_WEBHOOK_URL` or `BLOCKED_ADDRESS`.
    public ErrorCode code() {
        return code;
    }
}
