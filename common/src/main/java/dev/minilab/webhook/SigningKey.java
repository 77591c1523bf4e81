package dev.minilab.webhook;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/// A private key of Standard Webhooks' asymmetric scheme `v1a`: `whsk_` and the base64 of an Ed25519 key (RFC 8032),
/// its 32
/// secret bytes followed by the 32 of the public key. Never shows itself in a log.
public record SigningKey(String encoded) {
    private static final String PREFIX = "whsk_";
    private static final String PUBLIC_PREFIX = "whpk_";
    private static final int HALF = 32;
    /// What stands before the 32 bytes in the X.509 form of a public key (RFC 8410).
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    /// @throws IllegalArgumentException if it is no such key, or its halves do not belong together
    public SigningKey {
        byte[] key = decode(encoded);
        if (key.length == HALF) {
            key = pair(new Known(key));
        }
        if (key.length != 2 * HALF || !belongTogether(key)) {
            throw new IllegalArgumentException("a signing key is 32 secret bytes, or these and the public key");
        }
        encoded = PREFIX + Base64.getEncoder().encodeToString(key);
    }

    public static SigningKey generate(SecureRandom random) {
        return new SigningKey(PREFIX + Base64.getEncoder().encodeToString(pair(random)));
    }

    /// A new key and its public key.
    private static byte[] pair(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, random);
            KeyPair pair = generator.generateKeyPair();
            byte[] key = Arrays.copyOf(
                    ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow(), 2 * HALF);
            System.arraycopy(pair.getPublic().getEncoded(), X509.length, key, HALF, HALF);
            return key;
        } catch (GeneralSecurityException e) {
            throw everyJdkHasIt(e);
        }
    }

    /// Makes a generator find a key that is known: the JDK has no other way from a key to its public key.
    private static final class Known extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] key;

        Known(byte[] key) {
            this.key = key.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(key, 0, bytes, 0, bytes.length);
        }
    }

    /// What receivers verify with: `whpk_` and the base64 of the public key.
    public String publicKey() {
        byte[] key = decode(encoded);
        return PUBLIC_PREFIX + Base64.getEncoder().encodeToString(Arrays.copyOfRange(key, HALF, 2 * HALF));
    }

    /// The signature of some bytes, 64 bytes long.
    byte[] sign(byte[] content) {
        return sign(decode(encoded), content);
    }

    private static byte[] sign(byte[] key, byte[] content) {
        try {
            PrivateKey secret = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, Arrays.copyOf(key, HALF)));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(secret);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw everyJdkHasIt(e);
        }
    }

    private static boolean belongTogether(byte[] key) {
        try {
            byte[] x509 = Arrays.copyOf(X509, X509.length + HALF);
            System.arraycopy(key, HALF, x509, X509.length, HALF);
            PublicKey shown = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(x509));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(shown);
            signature.update(X509);
            return signature.verify(sign(key, X509));
        } catch (GeneralSecurityException _) {
            return false; // No point of the curve, or no signature by it.
        }
    }

    private static byte[] decode(String encoded) {
        if (!encoded.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a signing key starts with " + PREFIX);
        }
        try {
            return Base64.getDecoder().decode(encoded.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a signing key is base64 after " + PREFIX, e);
        }
    }

    private static IllegalStateException everyJdkHasIt(GeneralSecurityException e) {
        return new IllegalStateException("every JDK has Ed25519", e);
    }

    @Override
    public String toString() {
        return "SigningKey[hidden]";
    }
}
