package dev.minilab.worker.sweep;

import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.ObjectStore.Page;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Lists the bucket for the sweeper, page by page, and ends where its thread is interrupted.
final class Listing {

    private final ObjectStore store;

    Listing(ObjectStore store) {
        this.store = store;
    }

    /// The folders right below a prefix that mean something to `parse`.
    <T> Set<T> folders(String prefix, Function<String, Optional<T>> parse) throws InterruptedException {
        Set<T> found = new LinkedHashSet<>();
        pages(
                prefix,
                true,
                page -> page.folders().forEach(folder -> parse.apply(folder).ifPresent(found::add)));
        return found;
    }

    /// All keys with a prefix, a page at a time.
    void keys(String prefix, Consumer<List<String>> page) throws InterruptedException {
        pages(prefix, false, found -> page.accept(found.keys()));
    }

    /// The jobs whose keys have a prefix, in order of time, and the keys that are none of theirs.
    Jobs jobs(Tenant tenant, String prefix) throws InterruptedException {
        Map<JobId, Set<String>> names = new LinkedHashMap<>();
        List<String> foreign = new ArrayList<>();
        keys(
                prefix,
                page -> page.forEach(key -> Keys.jobObject(key)
                        .ifPresentOrElse(
                                object -> names.computeIfAbsent(object.job(), _ -> new HashSet<>())
                                        .add(object.name()),
                                () -> foreign.add(key))));
        List<JobFolder> jobs = new ArrayList<>();
        names.forEach((job, its) -> jobs.add(new JobFolder(tenant, job, its)));
        return new Jobs(jobs, foreign);
    }

    /// What was found in a listing of jobs.
    record Jobs(List<JobFolder> jobs, List<String> foreign) {}

    /// A page of objects with a prefix, and when they were written.
    ObjectStore.TimedPage timed(String prefix, @Nullable String after) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return store.listTimed(prefix, after);
    }

    private void pages(String prefix, boolean folders, Consumer<Page> found) throws InterruptedException {
        @Nullable String next = null;
        do {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Page page = store.list(prefix, folders, next);
            found.accept(page);
            next = page.next();
        } while (next != null);
    }
}
