package dev.minilab.job;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/// What travels through the webhooks queue.
///
/// With a job alone it announces that the job has ended. `attempt` is the number of the attempt it is meant to cause:
/// one
/// that was made already is not made again. `redelivery` asks for one more attempt, whatever became of those before;
/// everything else is read from the bucket, the only truth.
public record WebhookMessage(
        int schema,
        Tenant tenant,
        JobId job,
        @Nullable Integer attempt,
        @Nullable Redelivery redelivery) {

    public static final int SCHEMA = JobMessage.SCHEMA;

    /// A delivery that someone asked for: to the job's own URL unless another is named.
    public record Redelivery(@Nullable URI url) {}
}
