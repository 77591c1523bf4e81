package dev.minilab.worker.codec;

import dev.minilab.job.ErrorCode;
import org.jspecify.annotations.Nullable;

/// That an original cannot be rendered at all: a code that ends the job, and a sentence that a client may read.
public class RenderException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public RenderException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public RenderException(ErrorCode code, String message) {
        super(message);
        this.code = code;
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
