package dev.minilab.record;

import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lists the jobs of a tenant, newest first, with nothing but the bucket: the hours from the newest on, and an hour
/// that does not fit into one page of a listing in windows of time, since stores list in ascending order only.
/// Thread-safe.
public final class JobList implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JobList.class);
    private static final int READ_AT_ONCE = 20;
    /// Jobs that are read for one page at most, however few of them the filter lets through.
    private static final int MOST_READ = 1_000;
    /// A window of fewer jobs is followed by a wider one.
    private static final int SPARSE = 250;

    private static final int NARROWER = 4;
    /// A piece of time is what ids have in common that begin with the same characters of their time.
    private static final int PIECE_DIGITS = 7;
    /// All of the time in an id: milliseconds.
    private static final int MOMENT_DIGITS = 10;

    private static final long PIECE_MILLIS = 1 << 15;
    /// A piece of fewer jobs is not followed by another.
    private static final int DENSE = 20;

    private final ObjectStore store;
    private final JobRecords records;
    private final InstantSource clock;
    private final ExecutorService readers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("list-", 0).factory());

    public JobList(ObjectStore store, JobRecords records, InstantSource clock) {
        this.store = store;
        this.records = records;
        this.clock = clock;
    }

    /// Jobs in order, and where the next page goes on: before that job; nothing at the end.
    public record Page(List<JobSnapshot> jobs, @Nullable JobId next) {
        public Page {
            jobs = List.copyOf(jobs);
        }
    }

    /// One page. With a filter that little matches it may hold fewer than `limit` jobs, even none, and still have a
    /// next
    /// one. Deleted jobs are passed over.
    ///
    /// @param before the `next` of the page before, or nothing for the newest
    public Page page(Tenant tenant, Predicate<JobSnapshot> filter, int limit, @Nullable JobId before) {
        Search search = new Search(tenant, filter, limit, before);
        List<String> hours = hours(tenant).stream()
                .filter(hour -> before == null || hour.compareTo(before.hour()) <= 0)
                .sorted(Comparator.reverseOrder())
                .toList();
        for (String hour : hours) {
            if (!search.hour(hour)) {
                return new Page(search.found, search.last);
            }
        }
        return new Page(search.found, null);
    }

    private List<String> hours(Tenant tenant) {
        return folders(Keys.hours(tenant)).stream()
                .flatMap(folder -> Keys.hourOf(folder).stream())
                .toList();
    }

    private List<String> folders(String prefix) {
        List<String> folders = new ArrayList<>();
        String next = null;
        do {
            ObjectStore.Page page = store.list(prefix, true, next);
            folders.addAll(page.folders());
            next = page.next();
        } while (next != null);
        return folders;
    }

    private static List<JobId> jobs(ObjectStore.Page page) {
        return page.folders().stream()
                .flatMap(folder -> Keys.jobOf(folder).stream())
                .toList();
    }

    private List<JobSnapshot> read(Tenant tenant, List<JobId> jobs) {
        List<Callable<Optional<JobSnapshot>>> reads = jobs.stream()
                .<Callable<Optional<JobSnapshot>>>map(job -> () -> find(tenant, job))
                .toList();
        try {
            List<JobSnapshot> found = new ArrayList<>();
            for (Future<Optional<JobSnapshot>> read : readers.invokeAll(reads)) {
                read.get().ifPresent(found::add);
            }
            return found;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading jobs", e);
        }
    }

    /// A job whose records cannot be read keeps nobody from seeing the others.
    private Optional<JobSnapshot> find(Tenant tenant, JobId job) {
        try {
            return records.find(tenant, job);
        } catch (DamagedRecordException e) {
            LOG.warn("Passing over {}: {}", job, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        readers.close();
    }

    /// One pass, until the page is full or enough was read.
    private final class Search {
        private final Tenant tenant;
        private final Predicate<JobSnapshot> filter;
        private final int limit;
        private final @Nullable JobId before;
        private final List<JobSnapshot> found = new ArrayList<>();
        private @Nullable JobId last;
        private int read;
        /// What was created from here on has been taken.
        private Instant below = Instant.MAX;

        Search(Tenant tenant, Predicate<JobSnapshot> filter, int limit, @Nullable JobId before) {
            this.tenant = tenant;
            this.filter = filter;
            this.limit = limit;
            this.before = before;
        }

        /// @return whether to go on to the hour before
        boolean hour(String hour) {
            if (found.isEmpty() && read == 0 && !pieces(hour)) {
                return false;
            }
            if (!below.isAfter(JobId.startOf(hour))) {
                return true; // The pieces were all of it.
            }
            ObjectStore.Page page = store.list(Keys.hour(tenant, hour), true, null);
            List<JobId> oldest = jobs(page);
            return page.next() == null ? all(oldest) : windows(hour, oldest);
        }

        /// The end of an hour in pieces of half a minute, as long as there is much in them: where jobs are many
        /// that is all that is needed, and to list the whole hour would take long.
        ///
        /// The newest piece has no end, since clocks differ.
        private boolean pieces(String hour) {
            Instant start = JobId.startOf(hour);
            Instant to = end(hour);
            for (int i = 0; to.isAfter(start); i++) {
                long last = to.toEpochMilli() - 1;
                Instant from = Instant.ofEpochMilli(Math.max(start.toEpochMilli(), last - last % PIECE_MILLIS));
                ObjectStore.Page page = i == 0 && before == null
                        ? store.listAfter(Keys.hour(tenant, hour), Keys.moment(tenant, hour, from, MOMENT_DIGITS))
                        : store.list(Keys.moment(tenant, hour, from, PIECE_DIGITS), true, null);
                List<JobId> jobs = jobs(page);
                if (page.next() != null) {
                    return true;
                }
                if (!all(jobs)) {
                    return false;
                }
                to = from;
                below = from;
                if (i > 0 && jobs.size() < DENSE) {
                    return true;
                }
            }
            return true;
        }

        /// An hour that does not fit, in windows of time from its end on. How many jobs a window holds is guessed from
        /// how dense the oldest are; one of which a listing does not reach the end is made narrower.
        private boolean windows(String hour, List<JobId> oldest) {
            Instant start = JobId.startOf(hour);
            Instant to = end(hour);
            boolean open = below.equals(Instant.MAX) && before == null; // Clocks differ.
            long width = oldest.isEmpty()
                    ? 0
                    : oldest.getLast().createdAt().toEpochMilli()
                            - oldest.getFirst().createdAt().toEpochMilli();
            width = Math.max(1, width / NARROWER);
            while (to.isAfter(start)) {
                Instant from = Instant.ofEpochMilli(Math.max(start.toEpochMilli(), to.toEpochMilli() - width));
                Instant end = open ? Instant.MAX : to;
                Optional<List<JobId>> window = window(hour, from, end, width == 1);
                if (window.isEmpty()) {
                    width = Math.max(1, width / NARROWER);
                    continue;
                }
                if (!all(window.get())) {
                    return false;
                }
                width *= window.get().size() < SPARSE ? NARROWER : 1;
                to = from;
                open = false;
            }
            return true;
        }

        /// Where the jobs end that were not taken yet. Another API's clock may be a little ahead.
        private Instant end(String hour) {
            Instant end = JobId.startOf(hour).plus(Duration.ofHours(1));
            Instant now = Instant.ofEpochMilli(clock.millis() + PIECE_MILLIS);
            Instant latest = before == null ? now : before.createdAt().plusMillis(1);
            Instant bound = latest.isBefore(below) ? latest : below;
            return bound.isAfter(JobId.startOf(hour)) && bound.isBefore(end) ? bound : end;
        }

        /// The jobs from a time on and before another, or nothing if they are more than a listing shows.
        ///
        /// @param all whether to go through as many listings as it takes
        private Optional<List<JobId>> window(String hour, Instant from, Instant to, boolean all) {
            String prefix = Keys.hour(tenant, hour);
            ObjectStore.Page page = store.listAfter(prefix, Keys.moment(tenant, hour, from, MOMENT_DIGITS));
            List<JobId> listed = new ArrayList<>(jobs(page));
            while (page.next() != null
                    && (listed.isEmpty() || listed.getLast().createdAt().isBefore(to))) {
                if (!all) {
                    return Optional.empty();
                }
                page = store.list(prefix, true, page.next());
                listed.addAll(jobs(page));
            }
            return Optional.of(
                    listed.stream().filter(job -> job.createdAt().isBefore(to)).toList());
        }

        private boolean all(List<JobId> listed) {
            List<JobId> jobs = listed.stream()
                    .filter(job -> before == null || job.compareTo(before) < 0)
                    .filter(job -> job.createdAt().isBefore(below))
                    .sorted(Comparator.reverseOrder())
                    .toList();
            int next = 0;
            for (int from = 0; from < jobs.size(); from = next) {
                next = Math.min(jobs.size(), from + atOnce());
                List<JobId> some = jobs.subList(from, next);
                read += some.size();
                if (!take(read(tenant, some))) {
                    return false;
                }
                last = some.getLast();
                if (read >= MOST_READ) {
                    return false;
                }
            }
            return true;
        }

        /// As many as the page lacks and one more, which tells whether there is a next one; many, where a filter lets
        /// few through.
        private int atOnce() {
            boolean picky = found.size() < read;
            return picky ? READ_AT_ONCE : Math.min(READ_AT_ONCE, limit - found.size() + 1);
        }

        private boolean take(List<JobSnapshot> jobs) {
            for (JobSnapshot job : jobs) {
                if (found.size() == limit) {
                    last = found.getLast().accepted().job();
                    return false;
                }
                if (!job.deleted() && filter.test(job)) {
                    found.add(job);
                }
            }
            return true;
        }
    }

    /// A filter that lets through what has this status and this external id, as far as they are given.
    public static Predicate<JobSnapshot> filter(@Nullable String status, @Nullable String externalId) {
        return job -> (status == null || job.status().wireName().equals(status))
                && (externalId == null || externalId.equals(job.accepted().externalId()));
    }
}
