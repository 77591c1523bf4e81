package dev.minilab.api;

import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// What a tenant may have in the queue, and upload in a day of UTC. Thread-safe.
///
/// Each process counts what it has accepted itself since it started. Whether jobs have ended is looked up only when
/// their quota seems used up, a few at a time.
final class Quotas {

    private static final int LOOKED_UP = 10;
    private static final Duration WAIT_FOR_JOBS = Duration.ofSeconds(10);

    private final BiPredicate<Tenant, JobId> ended;
    private final int queuedJobs;
    private final long bytesADay;
    private final InstantSource clock;
    private final Map<Tenant, Use> uses = new ConcurrentHashMap<>();

    /// @param ended whether a job has a result
    /// @param queuedJobs 0 for no limit
    /// @param bytesADay 0 for no limit
    Quotas(BiPredicate<Tenant, JobId> ended, int queuedJobs, long bytesADay, InstantSource clock) {
        this.ended = ended;
        this.queuedJobs = queuedJobs;
        this.bytesADay = bytesADay;
        this.clock = clock;
    }

    /// @param bytes how many are to come, or -1 if that is not known
    /// @throws ProblemException if a quota of the tenant is used up
    void check(Tenant tenant, long bytes) throws ProblemException {
        if (queuedJobs > 0 || bytesADay > 0) {
            use(tenant).check(Math.max(0, bytes));
        }
    }

    void accepted(Accepted job) {
        if (queuedJobs > 0 || bytesADay > 0) {
            use(job.tenant())
                    .add(job.job(), job.source() == null ? 0 : job.source().bytes());
        }
    }

    private Use use(Tenant tenant) {
        return uses.computeIfAbsent(tenant, Use::new);
    }

    /// What one tenant uses. Thread-safe.
    private final class Use {
        private final Tenant tenant;
        private final Deque<JobId> open = new ArrayDeque<>();
        private LocalDate day = LocalDate.EPOCH;
        private long bytes;

        Use(Tenant tenant) {
            this.tenant = tenant;
        }

        void check(long more) throws ProblemException {
            if (queuedJobs > 0 && queued() >= queuedJobs) {
                forgetEnded();
                if (queued() >= queuedJobs) {
                    throw new ProblemException(
                            ErrorCode.QUOTA_EXCEEDED, "as many jobs as are allowed are unfinished", WAIT_FOR_JOBS);
                }
            }
            if (bytesADay > 0 && uploaded() + more > bytesADay) {
                throw new ProblemException(
                        ErrorCode.QUOTA_EXCEEDED,
                        "as many bytes as are allowed were uploaded today",
                        Duration.between(
                                clock.instant(),
                                today().plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()));
            }
        }

        synchronized void add(JobId job, long more) {
            if (queuedJobs > 0) {
                open.addLast(job);
            }
            bytes = uploaded() + more;
        }

        private synchronized int queued() {
            return open.size();
        }

        private synchronized long uploaded() {
            LocalDate today = today();
            if (!today.equals(day)) {
                day = today;
                bytes = 0;
            }
            return bytes;
        }

        private LocalDate today() {
            return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        }

        /// Looks the first few up; those that go on are asked for again after all others.
        private void forgetEnded() {
            for (int i = 0; i < LOOKED_UP; i++) {
                JobId job = next();
                if (job != null && !ended.test(tenant, job)) {
                    putBack(job);
                }
            }
        }

        private synchronized @Nullable JobId next() {
            return open.pollFirst();
        }

        private synchronized void putBack(JobId job) {
            open.addLast(job);
        }
    }
}
