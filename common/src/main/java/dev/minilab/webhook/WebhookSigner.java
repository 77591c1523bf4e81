package dev.minilab.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SignatureException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs and verifies deliveries as Standard Webhooks 1.0.0 asks, with the symmetric scheme `v1`: HMAC-SHA256 over
/// `{webhook-id}.{webhook-timestamp}.{raw body}`. Where there are signing keys, signs the same with Ed25519, as
/// `v1a`.
///
/// Signs with every secret and key, so that receivers can change over while two are valid. Immutable and thread-safe.
public final class WebhookSigner {
    /// How far the clocks of sender and receiver may be apart, so that old deliveries cannot be replayed.
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String ALGORITHM = "HmacSHA256";
    private static final String VERSION = "v1,";
    private static final String ASYMMETRIC = "v1a,";
    private static final Pattern SPACE = Pattern.compile(" ");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,11}");

    /// Visible ASCII, as it goes into a header, without the dot that separates the signed parts.
    private static final Pattern ID = Pattern.compile("[!-~&&[^.]]+");

    private final List<WebhookSecret> secrets;
    private final List<SigningKey> keys;

    /// The newest secret first.
    public WebhookSigner(List<WebhookSecret> secrets) {
        this(secrets, List.of());
    }

    /// The newest secret and the newest key first.
    public WebhookSigner(List<WebhookSecret> secrets, List<SigningKey> keys) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("signing needs a secret");
        }
        this.secrets = List.copyOf(secrets);
        this.keys = List.copyOf(keys);
    }

    /// The value of `webhook-signature`: one `v1,{base64}` for each secret and one `v1a,{base64}` for each key,
    /// separated
    /// by spaces.
    public String sign(String id, Instant timestamp, byte[] body) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("a webhook id is visible ASCII without dots");
        }
        String seconds = Long.toString(timestamp.getEpochSecond());
        return Stream.concat(
                        secrets.stream().map(secret -> signature(secret, id, seconds, body)),
                        keys.stream().map(key -> signature(key, id, seconds, body)))
                .collect(Collectors.joining(" "));
    }

    /// Accepts a delivery if one of its `v1` signatures is by one of the secrets and its timestamp is fresh;
    /// signatures of other versions are ignored.
    public static void verify(
            List<WebhookSecret> secrets,
            String id,
            String timestampHeader,
            String signatureHeader,
            byte[] body,
            Instant now)
            throws SignatureException {
        if (!ID.matcher(id).matches()) {
            throw new SignatureException("the webhook id is malformed");
        }
        requireFresh(timestampHeader, now);
        List<byte[]> given = SPACE.splitAsStream(signatureHeader)
                .filter(signature -> signature.startsWith(VERSION))
                .map(signature -> signature.getBytes(UTF_8))
                .toList();
        boolean valid = secrets.stream()
                .map(secret -> signature(secret, id, timestampHeader, body).getBytes(UTF_8))
                .anyMatch(expected -> given.stream().anyMatch(signature -> MessageDigest.isEqual(expected, signature)));
        if (!valid) {
            throw new SignatureException("no signature matches");
        }
    }

    private static void requireFresh(String timestamp, Instant now) throws SignatureException {
        if (!SECONDS.matcher(timestamp).matches()) {
            throw new SignatureException("the webhook timestamp is malformed");
        }
        long age = Math.abs(now.getEpochSecond() - Long.parseLong(timestamp));
        if (age > TOLERANCE.toSeconds()) {
            throw new SignatureException("the webhook timestamp is too far from now");
        }
    }

    private static String signature(SigningKey key, String id, String seconds, byte[] body) {
        var content = new ByteArrayOutputStream();
        content.writeBytes((id + "." + seconds + ".").getBytes(UTF_8));
        content.writeBytes(body);
        return ASYMMETRIC + Base64.getEncoder().encodeToString(key.sign(content.toByteArray()));
    }

    private static String signature(WebhookSecret secret, String id, String seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.key(), ALGORITHM));
            mac.update((id + "." + seconds + ".").getBytes(UTF_8));
            return VERSION + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
