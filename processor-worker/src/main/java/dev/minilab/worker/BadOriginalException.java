package dev.minilab.worker;

import dev.minilab.job.ErrorCode;

/// That there is no original to work on, or not the one that was accepted. The message is for the client.
final class BadOriginalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final boolean passing;

    BadOriginalException(ErrorCode code, String message, boolean passing) {
        super(message);
        this.code = code;
        this.passing = passing;
    }

    /// A sentence, never null.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    ErrorCode code() {
        return code;
    }

    /// Whether another attempt may go better.
    boolean passing() {
        return passing;
    }
}
