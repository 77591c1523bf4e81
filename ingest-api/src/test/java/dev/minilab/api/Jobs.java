package dev.minilab.api;

import dev.minilab.job.Accepted;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobId;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobSnapshot;
import java.time.Instant;
import java.util.Map;

/// Jobs for tests.
final class Jobs {

    private Jobs() {}

    /// A job that was accepted then, with an original of that many bytes.
    static Accepted accepted(Tenant tenant, Instant at, Lane lane, long bytes) {
        return new Accepted(
                Accepted.SCHEMA,
                JobId.create(at),
                tenant,
                at,
                new Source(ImageFormat.JPEG, 640, 480, bytes, "0123456789abcdef".repeat(4), 1, 1),
                Map.of("thumb", OutputSpec.inside(320)),
                null,
                null,
                null,
                null,
                Map.of(),
                null,
                lane,
                null,
                null);
    }

    /// A job that nobody has taken up yet.
    static JobSnapshot queued(Instant at) {
        return new JobSnapshot(accepted(Tenant.DEFAULT, at, Lane.INTERACTIVE, 1000), null, null, null);
    }
}
