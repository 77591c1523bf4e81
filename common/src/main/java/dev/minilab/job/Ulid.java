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
        StringBuilder id = new StringBuilder();
        id.append(beginning(now.toEpochMilli(), 10));
        for (int i = 0; i < 16; i++) {
            id.append(ALPHABET.charAt(random.nextInt(32)));
        }
        return id.toString();
    }

    /// The first characters of the ULIDs of a time, at most ten: each has 32 times the span of the one after it.
    static String beginning(long millis, int length) {
        StringBuilder beginning = new StringBuilder();
        for (int shift = 45; beginning.length() < length; shift -= 5) {
            beginning.append(ALPHABET.charAt((int) (millis >>> shift) & 31));
        }
        return beginning.toString();
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
