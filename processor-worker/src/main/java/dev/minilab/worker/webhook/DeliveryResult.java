package dev.minilab.worker.webhook;

import dev.minilab.egress.EgressException;
import java.time.Duration;
import java.util.Optional;

/// What became of one attempt to deliver a webhook.
sealed interface DeliveryResult {

    /// A receiver that answers nothing in time, or says that it is too much, is left alone for as long at least.
    Duration BREATHER = Duration.ofSeconds(60);

    /// The receiver has it: 2xx.
    record Delivered(int status, String answer) implements DeliveryResult {}

    /// The receiver wants no more: 410.
    record Gone(int status, String answer) implements DeliveryResult {}

    /// Any other answer, redirects among them; `retryAfter` is what the receiver asks for.
    record Refused(int status, String answer, Optional<Duration> retryAfter) implements DeliveryResult {}

    /// No answer.
    record Unanswered(EgressException.Failure failure) implements DeliveryResult {}

    /// Not even tried: the host only fails, and is left alone for as long.
    record Skipped(Duration pause) implements DeliveryResult {}

    /// Whether the host is one that works, whatever it thinks of this event.
    default boolean hostWorks() {
        return switch (this) {
            case Delivered _, Gone _ -> true;
            case Refused refused -> refused.status() < 500;
            case Unanswered _, Skipped _ -> false;
        };
    }

    /// How long the receiver is to be left alone at least.
    default Duration breather() {
        return switch (this) {
            case Delivered _, Gone _ -> Duration.ZERO;
            case Refused refused ->
                atLeast(
                        refused.status() == 429 ? BREATHER : Duration.ZERO,
                        refused.retryAfter().orElse(Duration.ZERO));
            case Unanswered unanswered ->
                unanswered.failure() == EgressException.Failure.TIMEOUT ? BREATHER : Duration.ZERO;
            case Skipped skipped -> skipped.pause();
        };
    }

    private static Duration atLeast(Duration least, Duration asked) {
        return asked.compareTo(least) > 0 ? asked : least;
    }
}
