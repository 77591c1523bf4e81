package dev.minilab.record;

import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Started;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.store.ObjectStore;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/// Counts in the bucket how often workers have begun to render a job, because no queue counts that: a job has a new
/// message each time the sweeper sends it. Only attempts after the first are recorded, so that a job that goes well
/// costs nothing. Thread-safe.
public final class Attempts {

    private static final Pattern NAME = Pattern.compile("\\d{1,4}\\.json");

    private final ObjectStore store;

    public Attempts(ObjectStore store) {
        this.store = store;
    }

    /// The number of the attempt to come, if it is not the first: 2 or more. One listing.
    public int next(Tenant tenant, JobId job) {
        return numbers(tenant, job).stream().max(Comparator.naturalOrder()).orElse(1) + 1;
    }

    /// Notes that an attempt after the first begins.
    public void begin(Tenant tenant, JobId job, Started attempt) {
        store.putIfAbsent(Keys.attempt(tenant, job, attempt.attempt()), Json.write(attempt), "application/json");
    }

    /// Takes back an attempt that broke off for no fault of the job's.
    public void withdraw(Tenant tenant, JobId job, int attempt) {
        store.delete(Keys.attempt(tenant, job, attempt));
    }

    private List<Integer> numbers(Tenant tenant, JobId job) {
        String prefix = Keys.attempts(tenant, job);
        return store.list(prefix, false, null).keys().stream()
                .map(key -> key.substring(prefix.length()))
                .filter(name -> NAME.matcher(name).matches())
                .map(name -> Integer.parseInt(name.substring(0, name.length() - ".json".length())))
                .toList();
    }
}
