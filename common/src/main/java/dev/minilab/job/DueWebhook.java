package dev.minilab.job;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// That an attempt to deliver a webhook is due: an object without content, whose key says everything.
///
/// `at` is a whole second; `attempt` counts from 1; `reminder` counts from 0 how often the attempt was asked for in
/// vain.
public record DueWebhook(Instant at, Tenant tenant, JobId job, int attempt, int reminder) {

    /// After that many reminders, each twice as far away as the one before, an attempt is given up: nobody reads its
    /// job.
    public static final int MOST_REMINDERS = 12;

    public DueWebhook {
        at = at.truncatedTo(ChronoUnit.SECONDS);
        if (attempt < 1 || reminder < 0 || reminder > 99) {
            throw new IllegalArgumentException("impossible attempt");
        }
    }

    /// The same attempt, to be looked after once more: `patience` later, and twice as much with each reminder.
    public DueWebhook reminded(Duration patience) {
        return new DueWebhook(at.plus(patience.multipliedBy(1L << reminder)), tenant, job, attempt, reminder + 1);
    }
}
