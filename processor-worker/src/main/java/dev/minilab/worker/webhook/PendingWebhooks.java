package dev.minilab.worker.webhook;

import dev.minilab.job.DueWebhook;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobRecords;
import dev.minilab.record.WebhookQueue;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.ObjectStore.Page;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The attempts to come, kept in the bucket in order of time: what no queue can hold for a day, and what a queue may
/// lose.
///
/// An event that failed leaves one small object for its next attempt; one that is delivered at first leaves none.
/// Attempts
/// that the queue brings in time find their object here once more and remove it. Any number of workers may look at
/// once:
/// whoever creates the reminder of an attempt asks for it. Thread-safe.
public final class PendingWebhooks {

    private final ObjectStore store;
    private final JobRecords records;
    private final WebhookQueue queue;
    private final Duration overdue;
    private final InstantSource clock;

    /// @param overdue how long after its time an attempt counts as lost
    public PendingWebhooks(
            ObjectStore store, JobRecords records, WebhookQueue queue, Duration overdue, InstantSource clock) {
        this.store = store;
        this.records = records;
        this.queue = queue;
        this.overdue = overdue;
        this.clock = clock;
    }

    /// Whether the queue can hold an attempt until its time.
    boolean fitsQueue(Instant at) {
        return Duration.between(clock.instant(), at).compareTo(WebhookQueue.LONGEST_DELAY) <= 0;
    }

    /// Keeps an attempt until it is made. What the queue holds as well is looked for only when it is overdue.
    void remember(Tenant tenant, JobId job, int attempt, Instant at) {
        store.put(
                Keys.due(new DueWebhook(fitsQueue(at) ? at.plus(overdue) : at, tenant, job, attempt, 0)),
                new byte[] {'-'},
                "text/plain");
    }

    /// Asks for every attempt whose time has come and which was not made. Costs a listing where nothing is due, and
    /// two
    /// to three calls for what is.
    ///
    /// @return how many were asked for
    public int sendDue() {
        Instant now = clock.instant();
        int sent = 0;
        for (String hour : dueHours(now)) {
            for (DueWebhook due : dueIn(hour, now)) {
                sent += send(due) ? 1 : 0;
            }
        }
        return sent;
    }

    private List<String> dueHours(Instant now) {
        List<String> hours = new ArrayList<>();
        @Nullable String next = null;
        do {
            Page page = store.list(Keys.due(), true, next);
            page.folders().forEach(folder -> Keys.dueHourOf(folder).ifPresent(hours::add));
            next = page.next();
        } while (next != null);
        return hours.stream().filter(hour -> Keys.hourHasBegun(hour, now)).toList();
    }

    /// The keys are in order of time: the first that is not due ends the listing.
    private List<DueWebhook> dueIn(String hour, Instant now) {
        List<DueWebhook> due = new ArrayList<>();
        @Nullable String next = null;
        do {
            Page page = store.list(Keys.due(hour), false, next);
            for (String key : page.keys()) {
                Optional<DueWebhook> attempt = Keys.dueOf(key);
                if (attempt.isPresent() && attempt.get().at().isAfter(now)) {
                    return due;
                }
                attempt.ifPresent(due::add);
            }
            next = page.next();
        } while (next != null);
        return due;
    }

    private boolean send(DueWebhook due) {
        boolean made = records.delivery(due.tenant(), due.job(), due.attempt()).isPresent();
        boolean mine = !made && due.reminder() < DueWebhook.MOST_REMINDERS && claim(due.reminded(overdue));
        if (mine) {
            queue.attempt(due.tenant(), due.job(), due.attempt(), Duration.ZERO);
        }
        store.delete(Keys.due(due));
        return mine;
    }

    /// The content differs with each claim, so that of two workers one creates it and the other sees that.
    private boolean claim(DueWebhook reminder) {
        byte[] unique = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
        return store.putIfAbsent(Keys.due(reminder), unique, "text/plain").isEmpty();
    }
}
