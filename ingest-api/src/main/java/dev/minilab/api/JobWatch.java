package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobSnapshot;
import dev.minilab.store.StoreException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at jobs for all who wait for them: one watcher a job, however many wait, that looks less and less often
/// (from 100 ms to 2 s) and ends with the job or with the last who waits. Thread-safe.
final class JobWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JobWatch.class);
    /// How many clients may wait at once.
    static final int MOST_WAITING = 2_000;

    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 2_000;

    private final UnaryOperator<JobSnapshot> lookAgain;
    private final int most;
    private final Semaphore places;
    private final Map<JobId, Watcher> watchers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /// @param lookAgain reads the state of a job anew
    /// @param most how many may wait at once
    JobWatch(UnaryOperator<JobSnapshot> lookAgain, int most) {
        this.lookAgain = lookAgain;
        this.most = most;
        this.places = new Semaphore(most);
    }

    /// How many wait now.
    int waiting() {
        return most - places.availablePermits();
    }

    /// The job as its watcher last saw it: whoever means to wait for it need not read it again. Nothing if nobody
    /// watches it, or if it has ended.
    Optional<JobSnapshot> watched(Tenant tenant, JobId job) {
        return Optional.ofNullable(watchers.get(job))
                .map(Watcher::latest)
                .filter(seen -> seen.accepted().tenant().equals(tenant)
                        && !seen.status().terminal());
    }

    /// Waits until a job has ended, or the time is over, or this API drains.
    ///
    /// @return the job as it was seen after this was called, or when it drains as it was last seen
    /// @throws ProblemException if too many wait already
    JobSnapshot await(JobSnapshot job, Duration wait) throws ProblemException {
        long begin = System.nanoTime();
        long end = begin + wait.toNanos();
        JobSnapshot seen = job;
        try (Watch watch = open(job)) {
            while (!seen.status().terminal() && System.nanoTime() < end && !closed) {
                seen = watch.next(seen, Duration.ofNanos(end - System.nanoTime()));
            }
            boolean old = !seen.status().terminal() && !watch.lookedSince(begin);
            return old && !closed ? lookAgain.apply(seen) : seen;
        }
    }

    /// Begins to watch a job, until the watch is closed.
    ///
    /// @throws ProblemException if too many wait already
    Watch open(JobSnapshot job) throws ProblemException {
        if (!places.tryAcquire()) {
            throw new ProblemException(ErrorCode.UNAVAILABLE, "too many clients are waiting for jobs");
        }
        Watcher joined = watchers.compute(job.accepted().job(), (_, known) -> {
            Watcher watcher = known == null ? new Watcher(job) : known;
            watcher.watching++;
            return watcher;
        });
        joined.startOnce();
        return new Watch(joined);
    }

    private void leave(Watcher watcher) {
        watchers.computeIfPresent(watcher.id, (_, known) -> {
            watcher.watching--;
            return watcher.watching == 0 ? null : known;
        });
        places.release();
    }

    /// Ends all waits with what is known; new ones end at once.
    @Override
    public void close() {
        closed = true;
        watchers.values().forEach(Watcher::wake);
    }

    /// One client that waits. For one thread.
    final class Watch implements AutoCloseable {
        private final Watcher watcher;

        private Watch(Watcher watcher) {
            this.watcher = watcher;
        }

        /// The next state that differs from what was seen, or the same when the time is over.
        JobSnapshot next(JobSnapshot seen, Duration wait) {
            return closed ? seen : watcher.next(seen, wait);
        }

        /// Whether the job was read since a time of [System#nanoTime].
        boolean lookedSince(long nanos) {
            return watcher.lookedSince(nanos);
        }

        /// Whether there is nothing more to wait for here, because this API is about to stop.
        boolean over() {
            return closed;
        }

        @Override
        public void close() {
            leave(watcher);
        }
    }

    private final class Watcher {
        private final JobId id;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private JobSnapshot latest;
        /// When the read began that showed it.
        private long looked = System.nanoTime();

        private boolean started;
        /// Guarded by the map's lock on its entry.
        private int watching;

        Watcher(JobSnapshot job) {
            id = job.accepted().job();
            latest = job;
        }

        void startOnce() {
            lock.lock();
            try {
                if (!started) {
                    started = true;
                    Thread.ofVirtual().name("watch-" + id).start(this::look);
                }
            } finally {
                lock.unlock();
            }
        }

        private void look() {
            JobSnapshot seen = latest();
            try {
                for (long pause = FIRST_PAUSE_MS; !seen.status().terminal() && !closed && watchers.get(id) == this; ) {
                    Thread.sleep(pause + ThreadLocalRandom.current().nextLong(pause / 4));
                    pause = Math.min(LONGEST_PAUSE_MS, pause * 3 / 2);
                    seen = lookOnce(seen);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt(); // Nobody does; whoever waits has a time of their own.
            }
        }

        private JobSnapshot lookOnce(JobSnapshot seen) {
            try {
                long begin = System.nanoTime();
                JobSnapshot now = lookAgain.apply(seen);
                show(now, begin);
                return now;
            } catch (StoreException e) {
                LOG.warn("Cannot look at {}: {}", id, e.getMessage());
            } catch (RuntimeException | Error e) {
                LOG.error("Cannot look at {}", id, e);
            }
            return seen; // The next look may be luckier, and others may wait.
        }

        private void show(JobSnapshot now, long begin) {
            lock.lock();
            try {
                latest = now;
                looked = begin;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        JobSnapshot latest() {
            lock.lock();
            try {
                return latest;
            } finally {
                lock.unlock();
            }
        }

        boolean lookedSince(long nanos) {
            lock.lock();
            try {
                return looked - nanos >= 0;
            } finally {
                lock.unlock();
            }
        }

        void wake() {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        JobSnapshot next(JobSnapshot seen, Duration wait) {
            lock.lock();
            try {
                long left = wait.toNanos();
                while (latest.equals(seen) && left > 0 && !closed) {
                    left = changed.awaitNanos(left);
                }
                return latest;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return latest;
            } finally {
                lock.unlock();
            }
        }
    }
}
