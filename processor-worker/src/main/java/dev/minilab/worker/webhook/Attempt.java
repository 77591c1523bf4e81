package dev.minilab.worker.webhook;

import dev.minilab.job.Delivery;
import dev.minilab.job.Delivery.State;
import dev.minilab.worker.webhook.DeliveryResult.Delivered;
import dev.minilab.worker.webhook.DeliveryResult.Gone;
import dev.minilab.worker.webhook.DeliveryResult.Refused;
import dev.minilab.worker.webhook.DeliveryResult.Skipped;
import dev.minilab.worker.webhook.DeliveryResult.Unanswered;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One attempt that is to be made: which, to where, and what its outcome does to the event.
///
/// @param number counts all attempts of the job from 1
/// @param step counts those of the schedule from 1; 0 for one beside it, which leaves the event as it is
/// @param last the attempt before it
record Attempt(
        String webhookId,
        String event,
        int number,
        int step,
        URI url,
        @Nullable Delivery last) {

    private static final String PAUSED = "paused";

    /// The attempt as it is recorded.
    Delivery ended(
            Instant sentAt,
            Duration duration,
            DeliveryResult result,
            WebhookSchedule schedule,
            Instant now,
            RandomGenerator random) {
        State state;
        Instant next = null;
        if (step == 0) {
            state = last == null ? State.PENDING : last.state();
            next = last == null ? null : last.nextAttemptAt();
        } else if (result instanceof Delivered) {
            state = State.DELIVERED;
        } else {
            Optional<Duration> wait = schedule.waitAfter(step, result, random);
            state = wait.isPresent() ? State.RETRYING : State.FAILED;
            next = wait.map(now::plus).orElse(null);
        }
        return new Delivery(
                webhookId,
                event,
                number,
                step == 0 && last != null ? last.step() : step,
                url.toString(),
                sentAt,
                duration.toMillis(),
                status(result),
                failure(result),
                answer(result),
                state,
                next);
    }

    private static @Nullable Integer status(DeliveryResult result) {
        return switch (result) {
            case Delivered delivered -> delivered.status();
            case Gone gone -> gone.status();
            case Refused refused -> refused.status();
            case Unanswered _, Skipped _ -> null;
        };
    }

    private static @Nullable String failure(DeliveryResult result) {
        return switch (result) {
            case Unanswered unanswered -> unanswered.failure().wireName();
            case Skipped _ -> PAUSED;
            case Delivered _, Gone _, Refused _ -> null;
        };
    }

    private static @Nullable String answer(DeliveryResult result) {
        return switch (result) {
            case Delivered delivered -> delivered.answer();
            case Gone gone -> gone.answer();
            case Refused refused -> refused.answer();
            case Unanswered _, Skipped _ -> null;
        };
    }
}
