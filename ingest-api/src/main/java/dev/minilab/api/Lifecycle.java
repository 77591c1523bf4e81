package dev.minilab.api;

import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Result;
import dev.minilab.job.Tenant;
import dev.minilab.queue.QueueException;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobRemains;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.WebhookQueue;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends jobs before their time, and removes them. Both are one conditional write of `result.json`: a worker that is
/// at
/// the job loses it, and removes what it has written. Thread-safe.
final class Lifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    private final JobRecords records;
    private final JobRemains remains;
    private final WebhookQueue webhooks;
    private final InstantSource clock;

    Lifecycle(JobRecords records, JobRemains remains, WebhookQueue webhooks, InstantSource clock) {
        this.records = records;
        this.remains = remains;
        this.webhooks = webhooks;
        this.clock = clock;
    }

    /// Ends a job as canceled.
    ///
    /// @throws ProblemException if it has ended already
    JobSnapshot cancel(JobSnapshot job) throws ProblemException {
        Accepted accepted = job.accepted();
        Result canceled = Result.canceled(accepted.job(), job.startedAt(), job.attempts(), clock.instant());
        if (job.result() != null || !records.finish(accepted, canceled).equals(canceled)) {
            throw new ProblemException(ErrorCode.JOB_ALREADY_TERMINAL, "the job has ended already");
        }
        announce(accepted, canceled);
        return new JobSnapshot(accepted, null, canceled, null);
    }

    private void announce(Accepted accepted, Result canceled) {
        if (accepted.webhook() == null || !accepted.webhook().wants(canceled.status())) {
            return;
        }
        try {
            webhooks.announce(accepted.tenant(), accepted.job());
        } catch (QueueException e) {
            LOG.warn("The webhook of job {} waits for the sweeper: {}", accepted.job(), e.getMessage());
        }
    }

    /// Deletes a job with all that hangs on it; of one that was deleted before, what may have been left over.
    ///
    /// @return whether it was there
    /// @throws ProblemException if there never was such a job
    boolean delete(Tenant tenant, JobId job) throws ProblemException {
        if (!records.exists(tenant, job)) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "there is no such job");
        }
        boolean deleted = records.bury(tenant, job, clock.instant());
        remains.remove(tenant, job);
        return deleted;
    }
}
