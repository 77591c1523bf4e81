package dev.minilab.worker.sweep;

import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.record.Attempts;
import dev.minilab.record.DamagedRecordException;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobRecords;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends jobs again that have no result although they should, to the queue of their lane; ends those whose deadline
/// has
/// passed, and those that nobody will end any more. For one thread at a time.
public final class Overdue implements Step {

    private static final Logger LOG = LoggerFactory.getLogger(Overdue.class);
    /// As long as the queues keep a message.
    static final Duration LONGEST_LIFE = Duration.ofDays(14);

    private final JobRecords records;
    private final Attempts attempts;
    private final JobLanes lanes;
    private final Endings endings;
    private final int maxAttempts;
    private final InstantSource clock;

    public Overdue(
            JobRecords records,
            Attempts attempts,
            JobLanes lanes,
            Endings endings,
            int maxAttempts,
            InstantSource clock) {
        this.records = records;
        this.attempts = attempts;
        this.lanes = lanes;
        this.endings = endings;
        this.maxAttempts = maxAttempts;
        this.clock = clock;
    }

    @Override
    public boolean visit(JobFolder job) {
        if (!job.accepted() || job.ended()) {
            return false;
        }
        try {
            Optional<Accepted> accepted = records.accepted(job.tenant(), job.job());
            return accepted.isPresent() && bringOn(accepted.get());
        } catch (DamagedRecordException _) {
            endings.giveUpUnreadable(job.tenant(), job.job());
            return false;
        }
    }

    private boolean bringOn(Accepted accepted) {
        if (accepted.schema() > Accepted.SCHEMA) {
            LOG.warn("Job {} is for newer workers than this one", accepted.job());
            return true;
        }
        Instant now = clock.instant();
        int begun = attempts.next(accepted.tenant(), accepted.job()) - 1;
        if (accepted.deadlineAt() != null && now.isAfter(accepted.deadlineAt())) {
            endings.expire(accepted, 0);
            return false;
        }
        if (now.isAfter(accepted.job().createdAt().plus(LONGEST_LIFE))) {
            endings.giveUp(accepted, begun, ErrorCode.INTERNAL, "no worker has finished it within two weeks");
            return false;
        }
        if (begun >= maxAttempts) {
            endings.giveUp(accepted, begun, ErrorCode.POISON, "workers ended while they rendered it, again and again");
            return false;
        }
        lanes.sendAgain(accepted);
        Meters.count(Metric.SWEEPER_RESENT, accepted.lane().wireName());
        LOG.info("Sent overdue job {} again", accepted.job());
        return true;
    }
}
