package dev.minilab.client;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What one signature can be checked with. Thread-safe.
sealed interface VerificationKey {

    /// Whether a signature, with its version in front, is by this key over this content.
    boolean made(String signature, byte[] content);

    /// Reads a key as it is written down.
    ///
    /// @throws IllegalArgumentException if it is neither `whsec_…` nor `whpk_…`
    static VerificationKey parse(String key) {
        if (key.startsWith("whsec_")) {
            return new Shared(decode(key.substring(6)));
        }
        if (key.startsWith("whpk_")) {
            return Public.of(decode(key.substring(5)));
        }
        throw new IllegalArgumentException("a key for webhooks begins with whsec_ or whpk_");
    }

    private static byte[] decode(String base64) {
        byte[] key = Base64.getDecoder().decode(base64);
        if (key.length < 24 || key.length > 64) {
            throw new IllegalArgumentException("a key for webhooks has 24 to 64 bytes");
        }
        return key;
    }

    /// HMAC-SHA256, which sender and receiver share.
    record Shared(SecretKeySpec key) implements VerificationKey {

        private static final String ALGORITHM = "HmacSHA256";
        private static final String VERSION = "v1,";

        Shared(byte[] key) {
            this(new SecretKeySpec(key, ALGORITHM));
        }

        /// In a time that tells nothing of the right one.
        @Override
        public boolean made(String signature, byte[] content) {
            if (!signature.startsWith(VERSION)) {
                return false;
            }
            try {
                Mac mac = Mac.getInstance(ALGORITHM);
                mac.init(key);
                return MessageDigest.isEqual(
                        mac.doFinal(content), Base64.getDecoder().decode(signature.substring(VERSION.length())));
            } catch (IllegalArgumentException _) {
                return false; // Not base64.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java has " + ALGORITHM, e);
            }
        }

        @Override
        public String toString() {
            return "Shared[hidden]";
        }
    }

    /// Ed25519 (RFC 8032), of which the receiver has the public half.
    record Public(PublicKey key) implements VerificationKey {

        private static final String ALGORITHM = "Ed25519";
        private static final String VERSION = "v1a,";
        private static final int LENGTH = 32;
        /// What stands before the 32 bytes in the X.509 form of a public key (RFC 8410).
        private static final String X509 = "302a300506032b6570032100";

        static Public of(byte[] key) {
            if (key.length != LENGTH) {
                throw new IllegalArgumentException("a public key has 32 bytes");
            }
            byte[] x509 = HexFormat.of().parseHex(X509 + HexFormat.of().formatHex(key));
            try {
                return new Public(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(x509)));
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException("this is no Ed25519 key", e);
            }
        }

        @Override
        public boolean made(String signature, byte[] content) {
            if (!signature.startsWith(VERSION)) {
                return false;
            }
            try {
                Signature ed25519 = Signature.getInstance(ALGORITHM);
                ed25519.initVerify(key);
                ed25519.update(content);
                return ed25519.verify(Base64.getDecoder().decode(signature.substring(VERSION.length())));
            } catch (IllegalArgumentException | GeneralSecurityException _) {
                return false; // Not base64, or not of the length that a signature has.
            }
        }
    }
}
