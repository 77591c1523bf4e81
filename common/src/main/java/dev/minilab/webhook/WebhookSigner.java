package dev.minilab.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SignatureException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs and verifies deliveries as Standard Webhooks 1.0.0 asks, with the symmetric scheme `v1`: HMAC-SHA256 over
/// `{webhook-id}.{webhook-timestamp}.{raw body}`.
///
/// Signs with every secret, so that receivers can change over while two are valid. Immutable and thread-safe.
public final class WebhookSigner {
    /// How far the clocks of sender and receiver may be apart, so that old deliveries cannot be replayed.
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String ALGORITHM = "HmacSHA256";
    private static final String VERSION = "v1,";
    private static final Pattern SPACE = Pattern.compile(" ");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,11}");

    /// Visible ASCII, as it goes into a header, without the dot that separates the signed parts.
    private static final Pattern ID = Pattern.compile("[!-~&&[^.]]+");

    private final List<WebhookSecret> secrets;

    /// The newest secret first.
    public WebhookSigner(List<WebhookSecret> secrets) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("signing needs a secret");
        }
        this.secrets = List.copyOf(secrets);
    }

    /// The value of `webhook-signature`: one `v1,{base64}` for each secret, separated by spaces.
    public String sign(String id, Instant timestamp, byte[] body) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("a webhook id is visible ASCII without dots");
        }
        String seconds = Long.toString(timestamp.getEpochSecond());
        return secrets.stream()
                .map(secret -> signature(secret, id, seconds, body))
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
