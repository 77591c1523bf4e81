package dev.minilab.client;

import java.time.Duration;
import java.util.Optional;

/// How often and how long a call is tried: at most `tries` times, before the second after up to `first`, then up to
/// twice as long each time, and never longer than `longest`. The API's `Retry-After` is obeyed; one beyond `longest`
/// ends the tries. Immutable.
public record RetryPolicy(int tries, Duration first, Duration longest) {

    /// Five tries, within a few seconds unless the API asks for longer, up to a minute each.
    public static final RetryPolicy DEFAULT = new RetryPolicy(5, Duration.ofMillis(500), Duration.ofMinutes(1));

    /// One try.
    public static final RetryPolicy NEVER = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);

    public RetryPolicy {
        if (tries < 1 || first.isNegative() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("impossible retry policy");
        }
    }

    /// How long to wait after a try that failed, if there is to be another.
    ///
    /// @param tried how many tries there were, from 1
    /// @param asked what the API asked for, zero for nothing
    /// @param random from 0 to 1
    Optional<Duration> pause(int tried, Duration asked, double random) {
        if (tried >= tries || asked.compareTo(longest) > 0) {
            return Optional.empty();
        }
        long most = Math.min(longest.toMillis(), first.toMillis() << Math.min(tried - 1, 20));
        Duration own = Duration.ofMillis(Math.round(most * random));
        return Optional.of(own.compareTo(asked) > 0 ? own : asked);
    }
}
