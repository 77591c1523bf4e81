package dev.minilab.worker.webhook;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// When an event is tried again: a pure function of the step, of what became of it, and of chance. Immutable.
///
/// @param waits the time after each attempt that failed; there is one attempt more than waits
record WebhookSchedule(List<Duration> waits) {

    private static final double JITTER = 0.2;
    /// However long a receiver asks to be left alone.
    private static final Duration LONGEST = Duration.ofHours(24);

    WebhookSchedule {
        waits = List.copyOf(waits);
    }

    /// Whether there is no attempt after this one, counted from 1.
    boolean endsWith(int step) {
        return step > waits.size();
    }

    /// How long to wait after an attempt: its wait with a jitter of 20 % either way, or as long as the receiver is to
    /// be
    /// left alone if that is more. Nothing when the event is delivered or given up.
    Optional<Duration> waitAfter(int step, DeliveryResult result, RandomGenerator random) {
        boolean over = result instanceof DeliveryResult.Delivered || result instanceof DeliveryResult.Gone;
        if (over || endsWith(step)) {
            return Optional.empty();
        }
        double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
        Duration wait = Duration.ofMillis((long) (waits.get(step - 1).toMillis() * factor));
        Duration breather = result.breather().compareTo(LONGEST) > 0 ? LONGEST : result.breather();
        return Optional.of(wait.compareTo(breather) > 0 ? wait : breather);
    }
}
