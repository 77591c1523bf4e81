package dev.minilab.worker.source;

import dev.minilab.job.ErrorCode;
import java.io.Serial;

/// That an original could not be fetched. The message is for whoever named the URL, and repeats nothing of it.
public final class SourceException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final boolean passing;

    SourceException(ErrorCode code, String message, boolean passing) {
        super(message);
        this.code = code;
        this.passing = passing;
    }

    SourceException(ErrorCode code, String message, boolean passing, Exception cause) {
        this(code, message, passing);
        initCause(cause);
    }

    /// A sentence, never null.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public ErrorCode code() {
        return code;
    }

    /// Whether another try, a while later, may go better.
    public boolean passing() {
        return passing;
    }
}
