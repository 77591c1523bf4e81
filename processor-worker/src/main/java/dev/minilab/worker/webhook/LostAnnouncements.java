package dev.minilab.worker.webhook;

import dev.minilab.job.JobId;
import dev.minilab.job.Result;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.WebhookQueue;
import dev.minilab.worker.sweep.JobFolder;
import dev.minilab.worker.sweep.Step;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Announces once more that jobs have ended, where no attempt to deliver that followed: the queue may lose a message.
///
/// A job is announced each time the sweep comes by and it has ended for longer than the overdue time. One that
/// wants no
/// webhook costs one read. For one thread at a time.
public final class LostAnnouncements implements Step {

    /// So many jobs that want nothing are remembered, so that they are not read again soon.
    private static final int REMEMBERED = 50_000;

    private final JobRecords records;
    private final WebhookQueue queue;
    private final Duration overdue;
    private final InstantSource clock;
    private final Set<JobId> wantNothing = new HashSet<>();

    public LostAnnouncements(JobRecords records, WebhookQueue queue, Duration overdue, InstantSource clock) {
        this.records = records;
        this.queue = queue;
        this.overdue = overdue;
        this.clock = clock;
    }

    @Override
    public boolean visit(JobFolder job) {
        if (!job.accepted() || !job.ended() || job.delivered() || wantNothing.contains(job.job())) {
            return false;
        }
        Optional<Result> undelivered = undelivered(job);
        if (undelivered.isEmpty()) {
            remember(job.job());
            return false;
        }
        if (!clock.instant().isBefore(undelivered.get().finishedAt().plus(overdue))) {
            queue.announce(job.tenant(), job.job());
        }
        return true;
    }

    /// The result of a job that wants a webhook and has had no attempt.
    private Optional<Result> undelivered(JobFolder job) {
        boolean wants = records.accepted(job.tenant(), job.job())
                .map(accepted -> accepted.webhook() != null)
                .orElse(false);
        return wants
                ? records.find(job.tenant(), job.job())
                        .filter(LostAnnouncements::waits)
                        .map(JobSnapshot::result)
                : Optional.empty();
    }

    private static boolean waits(JobSnapshot job) {
        return job.result() != null
                && job.result().deletedAt() == null
                && job.accepted().webhook() != null
                && job.accepted().webhook().wants(job.result().status())
                && job.lastDelivery() == null;
    }

    private void remember(JobId job) {
        if (wantNothing.size() >= REMEMBERED) {
            wantNothing.clear();
        }
        wantNothing.add(job);
    }
}
