package dev.minilab.worker.sweep;

import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobMessage;
import dev.minilab.json.Json.UnreadableJsonException;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.record.Attempts;
import dev.minilab.record.DamagedRecordException;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Empties the dead-letter queue of a queue of jobs: a message there was handed out as often as the queue allows.
///
/// A job that brought down its workers is given up. One that had no part in it, because a store was away or
/// workers were killed with its message in hand, is sent once more while it is young, and left to the sweep after
/// that. Messages that this version cannot read stay where they are.
public final class DeadLetterBox implements Sweeper.Errand {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterBox.class);
    private static final Duration YOUNG = Duration.ofHours(1);

    private final MessageQueue box;
    private final JobRecords records;
    private final Attempts attempts;
    private final JobLanes lanes;
    private final Endings endings;
    private final int maxAttempts;
    private final InstantSource clock;

    public DeadLetterBox(
            MessageQueue box,
            JobRecords records,
            Attempts attempts,
            JobLanes lanes,
            Endings endings,
            int maxAttempts,
            InstantSource clock) {
        this.box = box;
        this.records = records;
        this.attempts = attempts;
        this.lanes = lanes;
        this.endings = endings;
        this.maxAttempts = maxAttempts;
        this.clock = clock;
    }

    @Override
    public void run(Instant since, Instant now) {
        LetterBox.empty(box, this::settle);
    }

    private boolean settle(Message letter) {
        try {
            JobMessage message = JobQueue.read(letter);
            if (message.schema() <= JobMessage.SCHEMA) {
                Optional<Accepted> accepted = records.accepted(message.tenant(), message.job());
                if (accepted.isPresent()
                        && records.result(message.tenant(), message.job()).isEmpty()) {
                    decide(accepted.get());
                }
                return true;
            }
            LOG.error("A dead letter in {} is for newer workers: {}", box.name(), letter.body());
            return false;
        } catch (UnreadableJsonException e) {
            LOG.error("A dead letter in {} is none of ours: {}", box.name(), e.getMessage());
            return false;
        } catch (DamagedRecordException e) {
            LOG.warn("A dead letter in {} is left to the sweep: {}", box.name(), e.getMessage());
            return true;
        }
    }

    private void decide(Accepted accepted) {
        int begun = attempts.next(accepted.tenant(), accepted.job()) - 1;
        if (begun >= maxAttempts) {
            endings.giveUp(accepted, begun, ErrorCode.POISON, "workers ended while they rendered it, again and again");
        } else if (accepted.job().createdAt().plus(YOUNG).isAfter(clock.instant())) {
            lanes.sendAgain(accepted);
        }
    }
}
