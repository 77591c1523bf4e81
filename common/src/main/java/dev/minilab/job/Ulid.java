package dev.minilab.job;

import java.time.Instant;
import java.util.random.RandomGenerator;

/// Spells ULIDs (<https://github.com/ulid/spec>): 26 characters of Crockford's base 32, of which the first ten are
/// the time in milliseconds and the others 80 random bits.
final class Ulid {

    /// A regular expression for one.
    static final String GRAMMAR = "[0-7][0-9A-HJKMNP-TV-Z]{25}";

    static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private Ulid() {}

    static String create(Instant now, RandomGenerator random) {
        StringBuilder id = new StringBuilder(timePrefix(now, 10));
        for (int i = 0; i < 16; i++) {
            id.append(ALPHABET.charAt(random.nextInt(32)));
        }
        return id.toString();
    }

    /// The first digits of the ten that tell the time.
    static String timePrefix(Instant time, int digits) {
        StringBuilder prefix = new StringBuilder();
        for (int shift = 45; shift > 45 - 5 * digits; shift -= 5) {
            prefix.append(ALPHABET.charAt((int) (time.toEpochMilli() >>> shift) & 31));
        }
        return prefix.toString();
    }

    /// When it was created, to the millisecond.
    static Instant timeOf(String ulid) {
        long time = 0;
        for (int i = 0; i < 10; i++) {
            time = time << 5 | ALPHABET.indexOf(ulid.charAt(i));
        }
        return Instant.ofEpochMilli(time);
    }
}
