package dev.minilab.api;

import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Lane;
import dev.minilab.job.Tenant;
import dev.minilab.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How long jobs wait, by a sample of what this process has accepted: the age of the oldest that has no result.
/// Thread-safe.
///
/// Interactive jobs only are looked at, since bulk jobs are there to wait. A look costs a read of the store for each
/// job of the sample that has ended since the last one, and one more.
final class Backlog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);
    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final int SAMPLES_IN_MAX_AGE = 100;
    private static final Duration LEAST_WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final BiPredicate<Tenant, JobId> ended;
    private final Duration maxAge;
    private final InstantSource clock;
    private final Deque<Accepted> sample = new ArrayDeque<>();
    private final Thread thread;
    private volatile Duration age = Duration.ZERO;

    /// @param ended whether a job has a result
    /// @param maxAge zero for no limit
    Backlog(BiPredicate<Tenant, JobId> ended, Duration maxAge, InstantSource clock) {
        this.ended = ended;
        this.maxAge = maxAge;
        this.clock = clock;
        thread = Thread.ofVirtual().name("backlog").unstarted(this::watch);
    }

    /// Begins to look every two seconds, if there is a limit.
    void start() {
        if (!maxAge.isZero()) {
            thread.start();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    /// @throws ProblemException if jobs wait for too long already; it says when to try again
    void check() throws ProblemException {
        if (!maxAge.isZero() && age.compareTo(maxAge) > 0) {
            Duration behind = age.minus(maxAge);
            Duration wait = behind.compareTo(LEAST_WAIT) < 0 ? LEAST_WAIT : behind;
            throw new ProblemException(
                    ErrorCode.UNAVAILABLE,
                    "too many jobs are waiting",
                    wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
        }
    }

    void accepted(Accepted job) {
        if (maxAge.isZero() || job.lane() != Lane.INTERACTIVE) {
            return;
        }
        synchronized (sample) {
            Accepted last = sample.peekLast();
            Instant next = last == null ? Instant.MIN : last.acceptedAt().plus(maxAge.dividedBy(SAMPLES_IN_MAX_AGE));
            if (!job.acceptedAt().isBefore(next)) {
                sample.addLast(job);
            }
        }
    }

    private void watch() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(PERIOD);
                look();
            } catch (InterruptedException _) {
                return;
            } catch (StoreException e) {
                LOG.warn("The age of waiting jobs is not known: {}", e.getMessage());
            }
        }
    }

    /// Forgets what has ended, up to the first job that has not.
    void look() {
        Accepted oldest = oldest();
        while (oldest != null && ended.test(oldest.tenant(), oldest.job())) {
            synchronized (sample) {
                sample.removeFirst();
            }
            oldest = oldest();
        }
        age = oldest == null ? Duration.ZERO : Duration.between(oldest.acceptedAt(), clock.instant());
    }

    private @Nullable Accepted oldest() {
        synchronized (sample) {
            return sample.peekFirst();
        }
    }
}
