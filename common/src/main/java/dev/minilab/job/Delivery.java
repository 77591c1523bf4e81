package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One attempt to deliver a webhook, and how the event stands after it: the content of `deliveries/{n}.json`.
///
/// `attempt` counts all attempts of the job from 1. `step` is how many attempts of the schedule were made, 0 while
/// only
/// deliveries to other URLs were; a redelivery begins the schedule anew. `statusCode` is absent when no answer came,
/// `failure` then says why; `answer` is the beginning of the receiver's answer, at most 1,024 characters.
/// `nextAttemptAt`
/// is there as long as another attempt is to come. Immutable.
public record Delivery(
        String webhookId,
        String event,
        int attempt,
        int step,
        String url,
        Instant sentAt,
        long durationMs,
        @Nullable Integer statusCode,
        @Nullable String failure,
        @Nullable String answer,
        State state,
        @Nullable Instant nextAttemptAt) {

    /// Where an event is on its way to its receiver.
    public enum State {
        /// No attempt was made by the schedule.
        PENDING,
        /// It failed, and is tried again at `nextAttemptAt`.
        RETRYING,
        DELIVERED,
        /// It failed for good: the schedule is at its end, or the receiver wants no more.
        FAILED;

        @JsonValue
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Delivery {
        if (attempt < 1 || step < 0 || (state == State.RETRYING) != (nextAttemptAt != null)) {
            throw new IllegalArgumentException("impossible delivery");
        }
    }

    /// The `webhook-id` of an event: the same over all attempts, and over all workers that may make one.
    public static String webhookId(JobId job, JobStatus end) {
        return "msg_" + job.value().substring("job_".length()) + "_" + end.wireName();
    }

    /// Whether this very attempt reached its receiver.
    @JsonIgnore
    public boolean accepted() {
        return statusCode != null && statusCode >= 200 && statusCode < 300;
    }

    /// The same attempt, which turned out to come after `other`: under the next number, and as the event stands now.
    public Delivery after(Delivery other) {
        boolean better = state == State.DELIVERED && other.state != State.DELIVERED;
        return new Delivery(
                webhookId,
                event,
                other.attempt + 1,
                Math.max(step, other.step),
                url,
                sentAt,
                durationMs,
                statusCode,
                failure,
                answer,
                better ? state : other.state,
                better ? null : other.nextAttemptAt);
    }
}
