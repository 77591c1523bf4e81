package dev.minilab.worker.sweep;

import java.time.Instant;

/// What is done with the first sweep of an hour only.
final class Hourly {

    private Hourly() {}

    /// Whether an hour of the clock has begun after `since` and until `now`.
    static boolean isDue(Instant since, Instant now) {
        return number(now) > number(since);
    }

    /// The number of an hour since 1970.
    static long number(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), 3600L);
    }
}
