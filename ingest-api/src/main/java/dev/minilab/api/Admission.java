package dev.minilab.api;

import dev.minilab.inspect.Inspector;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.Tenant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/// Whether there is room for one more job: before a byte of it is read, and so that memory and disk hold.
/// Thread-safe.
final class Admission {

    /// Fewer than the store has connections.
    private static final long MOST_UPLOADS = 400;
    private static final long LEAST_UPLOADS = 16;

    private final Semaphore uploads;
    private final AtomicLong bytes = new AtomicLong();
    private final long mostBytes;
    private final long mostBytesEach;
    private final Quotas quotas;
    private final Backlog backlog;

    /// @param uploads how many at once; 0 for as many as half of the heap has room for the headers of
    /// @param mostBytes how many all of them may have together
    /// @param mostBytesEach how many one may have, which is taken for those that do not say
    Admission(int uploads, long mostBytes, long mostBytesEach, Quotas quotas, Backlog backlog) {
        this.uploads = new Semaphore(uploads > 0 ? uploads : bearable());
        this.mostBytes = mostBytes;
        this.mostBytesEach = mostBytesEach;
        this.quotas = quotas;
        this.backlog = backlog;
    }

    private static int bearable() {
        return (int)
                Math.clamp(Runtime.getRuntime().maxMemory() / 2 / Inspector.HEAD_LIMIT, LEAST_UPLOADS, MOST_UPLOADS);
    }

    /// Takes a place for a request that makes a job. Closing gives it back.
    ///
    /// @param stated the length of its body, or -1 if that is not known
    /// @throws ProblemException if there is no place, if jobs wait for too long already, or if a quota is used up
    Place enter(Tenant tenant, long stated) throws ProblemException {
        backlog.check();
        quotas.check(tenant, stated);
        long length = stated < 0 ? mostBytesEach : stated;
        if (bytes.addAndGet(length) > mostBytes && bytes.get() > length) {
            bytes.addAndGet(-length);
            throw tooMany();
        }
        if (!uploads.tryAcquire()) {
            bytes.addAndGet(-length);
            throw tooMany();
        }
        return new Place(length);
    }

    private static ProblemException tooMany() {
        return new ProblemException(ErrorCode.UNAVAILABLE, "too many uploads are under way");
    }

    /// The place of one request. For one thread.
    final class Place implements AutoCloseable {
        private final long length;

        private Place(long length) {
            this.length = length;
        }

        /// That a job was made of the request.
        void accepted(Accepted job) {
            quotas.accepted(job);
            backlog.accepted(job);
        }

        @Override
        public void close() {
            uploads.release();
            bytes.addAndGet(-length);
        }
    }
}
