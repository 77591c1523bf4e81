package dev.minilab.record;

import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Result;
import dev.minilab.job.Started;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A job as the bucket showed it at one moment. Immutable.
public record JobSnapshot(
        Accepted accepted,
        @Nullable Started started,
        @Nullable Result result,
        @Nullable Delivery lastDelivery) {

    public JobStatus status() {
        if (result != null) {
            return result.status();
        }
        return started != null ? JobStatus.PROCESSING : JobStatus.QUEUED;
    }

    /// Whether only the tombstone is left of it.
    public boolean deleted() {
        return result != null && result.deletedAt() != null;
    }

    public @Nullable Instant startedAt() {
        if (result != null) {
            return result.startedAt();
        }
        return started == null ? null : started.startedAt();
    }

    /// How often a worker has taken the job up, as far as the bucket knows.
    public int attempts() {
        if (result != null) {
            return result.attempts();
        }
        return started == null ? 0 : started.attempt();
    }
}
