package dev.minilab.standalone;

import dev.minilab.job.Accepted;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.Result;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobRecords;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Jobs as tests of what comes after them need them: one small JPEG, one output.
public final class TestJobs {

    private TestJobs() {}

    /// A job that was accepted, as it stands in the records.
    public static Accepted accepted(Instant at, Accepted.@Nullable Webhook webhook) {
        return accepted(Tenant.DEFAULT, JobId.create(at), at, webhook);
    }

    /// One of a tenant, with an id that is given.
    public static Accepted accepted(Tenant tenant, JobId job, Instant at, Accepted.@Nullable Webhook webhook) {
        return accepted(tenant, job, at, webhook, null);
    }

    /// One that was made as part of a trace.
    public static Accepted traced(Instant at, Accepted.@Nullable Webhook webhook, String traceparent) {
        return accepted(Tenant.DEFAULT, JobId.create(at), at, webhook, traceparent);
    }

    private static Accepted accepted(
            Tenant tenant, JobId job, Instant at, Accepted.@Nullable Webhook webhook, @Nullable String traceparent) {
        return new Accepted(
                Accepted.SCHEMA,
                job,
                tenant,
                at,
                new Source(ImageFormat.JPEG, 4, 2, 10, "0".repeat(64), 1, 1),
                Map.of("small", OutputSpec.inside(100)),
                null,
                null,
                webhook,
                "sku-1",
                Map.of(),
                null,
                Lane.INTERACTIVE,
                null,
                null,
                traceparent);
    }

    /// A job that was accepted and ended at the same moment, recorded.
    public static Accepted ended(JobRecords records, Instant at, Accepted.@Nullable Webhook webhook, JobStatus status) {
        return ended(records, accepted(at, webhook), status);
    }

    /// Such a job made of one that was to be accepted.
    public static Accepted ended(JobRecords records, Accepted accepted, JobStatus status) {
        Instant at = accepted.acceptedAt();
        records.accept(accepted);
        records.finish(accepted, new Result(1, accepted.job(), status, at, at, 1, Map.of(), null, null));
        return accepted;
    }
}
