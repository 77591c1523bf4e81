package dev.minilab.client;

/// That a request is not a webhook of ours: answer 401, and do nothing of what it says.
public final class InvalidWebhookException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidWebhookException(String message) {
        super(message);
    }

    InvalidWebhookException(String message, Throwable cause) {
        super(message, cause);
    }
}
