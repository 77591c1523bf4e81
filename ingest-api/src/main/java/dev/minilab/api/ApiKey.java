package dev.minilab.api;

import dev.minilab.job.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.zip.CRC32;

/// How an API key is written: `mlk_`, 30 random characters of base 62, and 6 that check them, so that a typing error
/// is told from a revoked key without a look-up.
public final class ApiKey {

    private static final String PREFIX = "mlk_";
    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_LENGTH = 30;
    private static final int CHECK_LENGTH = 6;

    private ApiKey() {}

    /// Makes a new key. It is shown once: what is stored is its hash.
    public static String create(SecureRandom random) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            key.append(BASE62.charAt(random.nextInt(BASE62.length())));
        }
        return PREFIX + key + check(key.toString());
    }

    /// The SHA-256 in hex, by which a key is known. A key has 178 random bits, so that a plain hash keeps it secret.
    public static String hash(String key) {
        return Sha256.of(key.getBytes(StandardCharsets.UTF_8));
    }

    /// Whether this may be a key at all.
    static boolean wellFormed(String key) {
        int random = PREFIX.length() + RANDOM_LENGTH;
        return key.length() == random + CHECK_LENGTH
                && key.startsWith(PREFIX)
                && key.substring(random).equals(check(key.substring(PREFIX.length(), random)));
    }

    private static String check(String random) {
        CRC32 crc = new CRC32();
        crc.update(random.getBytes(StandardCharsets.UTF_8));
        StringBuilder check = new StringBuilder();
        for (long rest = crc.getValue(); check.length() < CHECK_LENGTH; rest /= BASE62.length()) {
            check.insert(0, BASE62.charAt((int) (rest % BASE62.length())));
        }
        return check.toString();
    }
}
