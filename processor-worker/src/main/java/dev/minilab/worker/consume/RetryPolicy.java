package dev.minilab.worker.consume;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before an attempt is repeated: 5 s, 20 s, 80 s, … to 15 minutes, with full jitter.
///
/// A pure function of the attempt and of chance. See
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>.
public final class RetryPolicy {

    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private RetryPolicy() {}

    /// The time to wait.
    ///
    /// @param attempt the attempt that failed, from 1
    public static Duration after(int attempt, RandomGenerator random) {
        return Duration.ofMillis(random.nextLong(1, ceiling(attempt).toMillis() + 1));
    }

    /// The longest that [#after] may answer.
    static Duration ceiling(int attempt) {
        int doublings = 2 * Math.clamp(attempt - 1, 0, 10);
        Duration grown = FIRST.multipliedBy(1L << doublings);
        return grown.compareTo(LONGEST) < 0 ? grown : LONGEST;
    }
}
