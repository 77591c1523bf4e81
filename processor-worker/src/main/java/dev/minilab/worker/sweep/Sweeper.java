package dev.minilab.worker.sweep;

import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.queue.QueueException;
import dev.minilab.record.JobQueue;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.ObjectStore.Page;
import dev.minilab.store.StoreException;
import dev.minilab.worker.webhook.LostAnnouncements;
import dev.minilab.worker.webhook.PendingWebhooks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Walks the recent jobs in the bucket and sends those again that are overdue without a result: the queue may forget,
/// the bucket does not.
///
/// Sending again is harmless, so any number of sweepers may run. A job is sent again when its age passes the overdue
/// time, and then at twice that, four times that, and so on, so that a long queue is not made longer with every
/// sweep. An hour in which every job has ended is not listed again. For one thread at a time.
public final class Sweeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    /// As long as the queues keep a message: what is older was given up long ago.
    private static final Duration WINDOW = Duration.ofDays(14);
    /// A job has its hour from the beginning of its upload, and clocks may differ by a quarter of an hour: so long
    /// hours stay open.
    private static final Duration SKEW = ObjectStore.LONGEST_UPLOAD.plusMinutes(15);

    private final ObjectStore store;
    private final JobQueue jobs;
    private final PendingWebhooks pending;
    private final LostAnnouncements announcements;
    private final Duration period;
    private final Duration overdue;
    private final InstantSource clock;
    private final Set<String> finishedHours = new HashSet<>();
    private @Nullable Instant lastSweep;
    private @Nullable Thread thread;

    public Sweeper(
            ObjectStore store,
            JobQueue jobs,
            PendingWebhooks pending,
            LostAnnouncements announcements,
            Duration period,
            Duration overdue,
            InstantSource clock) {
        this.store = store;
        this.jobs = jobs;
        this.pending = pending;
        this.announcements = announcements;
        this.period = period;
        this.overdue = overdue;
        this.clock = clock;
    }

    /// Sweeps now and then once a period, until closed.
    public void start() {
        thread = Thread.ofVirtual().name("sweeper").start(() -> {
            try {
                while (true) {
                    sweepAndGoOn();
                    Thread.sleep(period);
                }
            } catch (InterruptedException _) {
                return; // Closed.
            }
        });
    }

    private void sweepAndGoOn() throws InterruptedException {
        try {
            int sent = sweep();
            if (sent > 0) {
                LOG.info("Sent {} overdue jobs again", sent);
            }
        } catch (StoreException | QueueException e) {
            LOG.warn("This sweep was cut short: {}", e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("This sweep failed unexpectedly", e);
        }
    }

    /// One pass.
    ///
    /// @return how many jobs were sent again
    public int sweep() throws InterruptedException {
        pending.sendDue();
        Instant now = clock.instant();
        int sent = 0;
        for (Tenant tenant : folders(Keys.tenants(), Keys::tenantOf)) {
            for (String hour : folders(Keys.hours(tenant), Keys::hourOf)) {
                if (!finishedHours.contains(tenant + "/" + hour)) {
                    sent += sweepHour(tenant, hour, now);
                }
            }
        }
        lastSweep = now;
        return sent;
    }

    private <T> Set<T> folders(String prefix, Function<String, Optional<T>> parse) throws InterruptedException {
        Set<T> found = new LinkedHashSet<>();
        String next = null;
        do {
            Page page = page(prefix, true, next);
            page.folders().forEach(folder -> parse.apply(folder).ifPresent(found::add));
            next = page.next();
        } while (next != null);
        return found;
    }

    private int sweepHour(Tenant tenant, String hour, Instant now) throws InterruptedException {
        Set<JobId> open = new TreeSet<>();
        Set<JobId> ended = new HashSet<>();
        Set<JobId> attempted = new HashSet<>();
        String next = null;
        do {
            Page page = page(Keys.hour(tenant, hour), false, next);
            for (String key : page.keys()) {
                Keys.jobObject(key).ifPresent(object -> {
                    if (object.isAccepted()) {
                        open.add(object.job());
                    } else if (object.isResult()) {
                        ended.add(object.job());
                    } else if (object.delivery() > 0) {
                        attempted.add(object.job());
                    }
                });
            }
            next = page.next();
        } while (next != null);
        open.removeAll(ended);
        ended.removeAll(attempted);
        announcements.send(tenant, hour, ended);
        boolean past = Keys.hourIsOver(hour, now.minus(SKEW));
        boolean ready = open.isEmpty() && announcements.settled(tenant, hour);
        if (past && (ready || Keys.hourIsOver(hour, now.minus(WINDOW)))) {
            finishedHours.add(tenant + "/" + hour);
            announcements.forget(tenant, hour);
        }
        int sent = 0;
        for (JobId job : open) {
            if (isDue(job.createdAt(), now)) {
                jobs.send(tenant, job);
                sent++;
            }
        }
        return sent;
    }

    /// Whether a job of that age has passed one of its marks (the overdue time, doubled again and again) since the
    /// last sweep.
    private boolean isDue(Instant created, Instant now) {
        if (created.plus(WINDOW).isBefore(now)) {
            return false;
        }
        long before = lastSweep == null ? -1 : marksPassed(Duration.between(created, lastSweep));
        long passed = marksPassed(Duration.between(created, now));
        return passed > 0 && passed > before;
    }

    private long marksPassed(Duration age) {
        long times = age.toMillis() / Math.max(1, overdue.toMillis());
        return times < 1 ? 0 : 64 - Long.numberOfLeadingZeros(times);
    }

    private Page page(String prefix, boolean folders, @Nullable String next) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return store.list(prefix, folders, next);
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
