package dev.minilab.record;

import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Result;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Removes what hangs on jobs. Removing what is gone already does no harm, so everything may be done twice, and a
/// removal that broke off may be done again. Thread-safe.
public final class JobRemains {

    private final ObjectStore store;

    public JobRemains(ObjectStore store) {
        this.store = store;
    }

    /// Removes everything of a job but `accepted.json` and `result.json`.
    public void remove(Tenant tenant, JobId job) {
        store.delete(Keys.original(tenant, job));
        store.delete(Keys.started(tenant, job));
        removeAll(Keys.outputs(tenant, job), Set.of());
        removeAll(Keys.deliveries(tenant, job), Set.of());
        removeAll(Keys.attempts(tenant, job), Set.of());
    }

    /// Removes outputs that a worker wrote for a job that ended without them.
    public void removeStray(Tenant tenant, JobId job, Result standing) {
        if (standing.deletedAt() != null) {
            remove(tenant, job);
            return;
        }
        removeAll(
                Keys.outputs(tenant, job),
                standing.outputs().entrySet().stream()
                        .filter(output -> output.getValue().stored() != null)
                        .map(output -> Keys.output(
                                tenant,
                                job,
                                output.getKey(),
                                output.getValue().stored().format()))
                        .collect(Collectors.toSet()));
    }

    private void removeAll(String prefix, Set<String> spared) {
        @Nullable String next = null;
        do {
            ObjectStore.Page page = store.list(prefix, false, next);
            page.keys().stream().filter(key -> !spared.contains(key)).forEach(store::delete);
            next = page.next();
        } while (next != null);
    }
}
