package dev.minilab.store;

/// That the object store did not do what it was asked. The message names the call and the store's answer, never a
/// credential or a query string.
public final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// What went wrong, as far as it matters to a caller.
    public enum Reason {
        /// No answer, an answer of 5xx, or throttling: the same call may succeed later.
        UNAVAILABLE(true),
        /// The store has no room left.
        FULL(true),
        /// Credentials are wrong or may not do this.
        DENIED(false),
        /// The bucket does not exist at this endpoint.
        NO_BUCKET(false),
        /// The source of an upload broke off before its stated length.
        BODY_BROKEN(false),
        /// Any other refusal: a mistake of ours.
        REFUSED(false);

        private final boolean retryable;

        Reason(boolean retryable) {
            this.retryable = retryable;
        }
    }

    private final Reason reason;

    StoreException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    public boolean retryable() {
        return reason.retryable;
    }
}
