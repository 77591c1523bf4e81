package dev.minilab.record;

import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
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
/// that
/// does not fit into one page of a listing in slices of time, since stores list in ascending order only. Thread-safe.
public final class JobList implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JobList.class);
    private static final int READ_AT_ONCE = 20;
    /// Jobs that are read for one page at most, however few of them the filter lets through.
    private static final int MOST_READ = 1_000;

    private final ObjectStore store;
    private final JobRecords records;
    private final ExecutorService readers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("list-", 0).factory());

    public JobList(ObjectStore store, JobRecords records) {
        this.store = store;
        this.records = records;
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

        Search(Tenant tenant, Predicate<JobSnapshot> filter, int limit, @Nullable JobId before) {
            this.tenant = tenant;
            this.filter = filter;
            this.limit = limit;
            this.before = before;
        }

        /// @return whether to go on to the hour before
        boolean hour(String hour) {
            String prefix = Keys.hour(tenant, hour);
            ObjectStore.Page page = store.list(prefix, true, null);
            return page.next() == null
                    ? all(page.folders())
                    : JobId.slices(hour, 6).stream().allMatch(slice -> slice(prefix, slice));
        }

        /// A slice of some 17 minutes, in pieces of half a minute if it is large.
        private boolean slice(String hour, String slice) {
            if (before != null && slice.compareTo(before.value()) > 0) {
                return true; // Wholly after what was shown before.
            }
            ObjectStore.Page page = store.list(hour + slice, true, null);
            return page.next() == null
                    ? all(page.folders())
                    : JobId.finer(slice).stream()
                            .filter(piece -> before == null || piece.compareTo(before.value()) <= 0)
                            .allMatch(piece -> all(folders(hour + piece)));
        }

        private boolean all(List<String> folders) {
            List<JobId> jobs = folders.stream()
                    .flatMap(folder -> Keys.jobOf(folder).stream())
                    .filter(job -> before == null || job.compareTo(before) < 0)
                    .sorted(Comparator.reverseOrder())
                    .toList();
            for (int from = 0; from < jobs.size(); from += READ_AT_ONCE) {
                List<JobId> some = jobs.subList(from, Math.min(jobs.size(), from + READ_AT_ONCE));
                if (!take(read(tenant, some))) {
                    return false;
                }
                last = some.getLast();
                read += some.size();
                if (read >= MOST_READ) {
                    return false;
                }
            }
            return true;
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
