package dev.minilab.client;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Tells whether a request is a webhook of this installation, as Standard Webhooks 1.0.0 has it: one of its
/// signatures
/// is by one of the keys, and it was sent within five minutes of now. Thread-safe.
///
/// Keys are secrets, `whsec_…` (HMAC-SHA256, `v1`), and public keys, `whpk_…` (Ed25519, `v1a`). Give the old and the
/// new one while they change. A webhook may come more than once: `webhook-id` tells.
public final class WebhookVerifier {

    /// How far the clocks of sender and receiver may be apart, so that old webhooks cannot be replayed.
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    private final List<VerificationKey> keys;
    private final InstantSource clock;

    /// A verifier with these keys.
    ///
    /// @throws IllegalArgumentException if there is no key, or one that is none
    public WebhookVerifier(String... keys) {
        this(List.of(keys), InstantSource.system());
    }

    WebhookVerifier(List<String> keys, InstantSource clock) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("verifying needs a key");
        }
        this.keys = keys.stream().map(VerificationKey::parse).toList();
        this.clock = clock;
    }

    /// Verifies and reads a webhook.
    ///
    /// @param headers of the request, by name in any case; of several values the first counts
    /// @param body exactly as it came
    public WebhookEvent verify(Map<String, List<String>> headers, byte[] body) throws InvalidWebhookException {
        Map<String, List<String>> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        byName.putAll(headers);
        return verify(
                first(byName, "webhook-id"),
                first(byName, "webhook-timestamp"),
                first(byName, "webhook-signature"),
                body);
    }

    /// Verifies and reads a webhook.
    ///
    /// @param body exactly as it came
    public WebhookEvent verify(String id, String timestamp, String signature, byte[] body)
            throws InvalidWebhookException {
        check(id, timestamp, signature, body);
        try {
            return Json.read(body, WebhookEvent.class);
        } catch (JacksonException e) {
            throw new InvalidWebhookException("the body is not an event", e);
        }
    }

    void check(String id, String timestamp, String signature, byte[] body) throws InvalidWebhookException {
        if (id.isEmpty() || id.indexOf('.') >= 0) {
            throw new InvalidWebhookException("the webhook id is malformed");
        }
        requireFresh(timestamp);
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        signed.writeBytes((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        signed.writeBytes(body);
        byte[] content = signed.toByteArray();
        if (Stream.of(signature.split(" ", -1))
                .noneMatch(one -> keys.stream().anyMatch(key -> key.made(one, content)))) {
            throw new InvalidWebhookException("no signature is by a key we know");
        }
    }

    private void requireFresh(String timestamp) throws InvalidWebhookException {
        if (!timestamp.matches("[0-9]{1,11}")) {
            throw new InvalidWebhookException("the webhook timestamp is malformed");
        }
        long apart = Math.abs(clock.instant().getEpochSecond() - Long.parseLong(timestamp));
        if (apart > TOLERANCE.toSeconds()) {
            throw new InvalidWebhookException("the webhook was sent at another time than now");
        }
    }

    private static String first(Map<String, List<String>> headers, String name) throws InvalidWebhookException {
        @Nullable List<String> values = headers.get(name);
        if (values == null || values.isEmpty()) {
            throw new InvalidWebhookException("there is no " + name);
        }
        return values.getFirst();
    }
}
