package dev.minilab.queue;

/// That a queue did not do what it was asked: not there, not reachable, or not allowed. The message names the call
/// and the answer.
public final class QueueException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    QueueException(boolean retryable, String message, Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
    }

    /// Whether the same call may succeed later without anyone changing the configuration.
    public boolean retryable() {
        return retryable;
    }
}
