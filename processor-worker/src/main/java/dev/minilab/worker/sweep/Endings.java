package dev.minilab.worker.sweep;

import dev.minilab.job.Accepted;
import dev.minilab.job.DeadLetter;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobError;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Result;
import dev.minilab.job.Tenant;
import dev.minilab.record.DeadLetters;
import dev.minilab.record.JobRecords;
import dev.minilab.record.WebhookQueue;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends jobs that no worker will end: writes their result, unless one stands, and announces it. Thread-safe.
public final class Endings {

    private static final Logger LOG = LoggerFactory.getLogger(Endings.class);

    private final JobRecords records;
    private final DeadLetters deadLetters;
    private final WebhookQueue webhooks;
    private final InstantSource clock;

    public Endings(JobRecords records, DeadLetters deadLetters, WebhookQueue webhooks, InstantSource clock) {
        this.records = records;
        this.deadLetters = deadLetters;
        this.webhooks = webhooks;
        this.clock = clock;
    }

    /// Ends a job whose deadline has passed.
    public void expire(Accepted accepted, int attempts) {
        announce(accepted, records.expire(accepted, attempts, clock.instant()));
    }

    /// Ends a job that cannot be brought to a better end, and keeps it as a dead letter.
    public void giveUp(Accepted accepted, int attempts, ErrorCode code, String cause) {
        keep(accepted, code, cause);
        announce(accepted, records.finish(accepted, failed(accepted.job(), attempts, JobError.of(code, cause))));
    }

    /// Keeps a job that is given up as a dead letter, for whoever looks after the installation.
    public void keep(Accepted accepted, ErrorCode code, String cause) {
        LOG.error("Job {} of {} is given up: {}", accepted.job(), accepted.tenant(), cause);
        deadLetters.add(new DeadLetter(accepted.tenant(), accepted.job(), code, cause, clock.instant()));
    }

    /// Ends a job of which nothing is known but its id, because its request cannot be read any more. There is nothing
    /// to
    /// announce it to.
    public void giveUpUnreadable(Tenant tenant, JobId job) {
        LOG.error("Job {} of {} is given up: its accepted.json cannot be read", job, tenant);
        String cause = "the stored request cannot be read";
        deadLetters.add(new DeadLetter(tenant, job, ErrorCode.INTEGRITY, cause, clock.instant()));
        records.finish(tenant, job, failed(job, 0, JobError.of(ErrorCode.INTEGRITY, cause)));
    }

    private void announce(Accepted accepted, Result standing) {
        if (accepted.webhook() != null && accepted.webhook().wants(standing.status())) {
            webhooks.announce(accepted.tenant(), accepted.job());
        }
    }

    private Result failed(JobId job, int attempts, JobError error) {
        return new Result(Result.SCHEMA, job, JobStatus.FAILED, null, clock.instant(), attempts, Map.of(), error, null);
    }
}
