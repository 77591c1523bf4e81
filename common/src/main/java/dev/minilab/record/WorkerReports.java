package dev.minilab.record;

import dev.minilab.job.Capabilities;
import dev.minilab.job.Keys;
import dev.minilab.job.WorkerId;
import dev.minilab.json.Json;
import dev.minilab.store.ObjectStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the workers say they can do, one object each, so that whoever asks need not reach them. Thread-safe.
public final class WorkerReports {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerReports.class);

    private final ObjectStore store;

    public WorkerReports(ObjectStore store) {
        this.store = store;
    }

    /// Says what a worker can do, in place of what it said before.
    public void write(Capabilities worker) {
        store.put(Keys.worker(worker.worker()), Json.write(worker), "application/json");
    }

    /// Takes back what a worker said.
    public void remove(WorkerId worker) {
        store.delete(Keys.worker(worker));
    }

    /// What was said after `since`, the oldest worker first: a listing, and a read for each worker.
    public List<Capabilities> since(Instant since) {
        return all().stream().filter(said -> said.reportedAt().isAfter(since)).toList();
    }

    /// Takes back what was last said before `time`, by workers that ended without doing so.
    public void removeBefore(Instant time) {
        all().stream()
                .filter(said -> said.reportedAt().isBefore(time))
                .map(Capabilities::worker)
                .forEach(this::remove);
    }

    private List<Capabilities> all() {
        List<Capabilities> all = new ArrayList<>();
        @Nullable String next = null;
        do {
            ObjectStore.Page page = store.list(Keys.workers(), false, next);
            page.keys().stream()
                    .filter(key -> Keys.workerOf(key).isPresent())
                    .flatMap(key -> read(key).stream())
                    .forEach(all::add);
            next = page.next();
        } while (next != null);
        return all;
    }

    /// A worker of a later version may say what this one cannot read; it is passed over.
    private Optional<Capabilities> read(String key) {
        try {
            return store.get(key).map(json -> Json.read(json, Capabilities.class));
        } catch (Json.UnreadableJsonException e) {
            LOG.warn("Passing over {}: {}", key, e.getMessage());
            return Optional.empty();
        }
    }
}
