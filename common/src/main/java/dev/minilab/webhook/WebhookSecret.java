package dev.minilab.webhook;

import java.security.SecureRandom;
import java.util.Base64;

/// A symmetric secret of Standard Webhooks 1.0.0: `whsec_` and the base64 of 24 to 64 bytes. Never shows itself in a
/// log.
public record WebhookSecret(String encoded) {
    private static final String PREFIX = "whsec_";
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;
    private static final int NEW_BYTES = 32; // what HMAC-SHA256 can use (RFC 2104 section 3)

    /// Accepts base64 without padding too, and keeps it with.
    public WebhookSecret {
        if (!encoded.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a webhook secret starts with " + PREFIX);
        }
        byte[] key = decode(encoded);
        if (key.length < MIN_BYTES || key.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a webhook secret has " + MIN_BYTES + " to " + MAX_BYTES + " bytes, not " + key.length);
        }
        encoded = encode(key);
    }

    public static WebhookSecret generate(SecureRandom random) {
        byte[] key = new byte[NEW_BYTES];
        random.nextBytes(key);
        return new WebhookSecret(encode(key));
    }

    /// The bytes of the key, a new copy each time.
    byte[] key() {
        return decode(encoded);
    }

    private static String encode(byte[] key) {
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    private static byte[] decode(String encoded) {
        try {
            return Base64.getDecoder().decode(encoded.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a webhook secret is base64 after " + PREFIX, e);
        }
    }

    @Override
    public String toString() {
        return "WebhookSecret[hidden]";
    }
}
