package dev.minilab.api;

import dev.minilab.api.Origin.Original;
import dev.minilab.job.Accepted;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The same job again, with a deadline that is as far away as it was.
final class RetryDraft implements Draft {

    private final Accepted earlier;
    private final @Nullable String traceparent;

    /// @param traceparent the trace of the request, if it is part of one
    RetryDraft(Accepted earlier, @Nullable String traceparent) {
        this.earlier = earlier;
        this.traceparent = traceparent;
    }

    @Override
    public String fingerprint() {
        return "retry " + earlier.job();
    }

    /// It was accepted before.
    @Override
    public void check() {}

    @Override
    public Accepted accepted(Tenant tenant, JobId job, Instant now, Original original) {
        Instant deadline = earlier.deadlineAt() == null
                ? null
                : now.plus(Duration.between(earlier.acceptedAt(), earlier.deadlineAt()));
        return new Accepted(
                Accepted.SCHEMA,
                job,
                tenant,
                now,
                original.source(),
                earlier.outputs(),
                earlier.preset(),
                earlier.presetVersion(),
                earlier.webhook(),
                earlier.externalId(),
                earlier.metadata(),
                deadline,
                earlier.lane(),
                earlier.job(),
                original.url(),
                traceparent);
    }
}
