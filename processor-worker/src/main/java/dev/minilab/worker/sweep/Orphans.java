package dev.minilab.worker.sweep;

import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what no job claims from an hour that has settled: originals whose upload never became a job, outputs of no
/// job, and what the embedded store leaves behind when it is killed in a write. Keys outside our grammar stay.
final class Orphans {

    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    private final ObjectStore store;
    private final Listing listing;
    private final Removal removal;

    Orphans(ObjectStore store) {
        this.store = store;
        listing = new Listing(store);
        removal = new Removal(store);
    }

    /// Looks at everything of an hour, of which `found` are the jobs.
    void remove(Tenant tenant, String hour, Listing.Jobs found) throws InterruptedException {
        Set<JobId> known = new HashSet<>();
        found.jobs().stream().filter(JobFolder::accepted).map(JobFolder::job).forEach(known::add);
        List<String> orphans = new ArrayList<>(
                found.foreign().stream().filter(Keys::isTemporary).toList());
        collect(tenant, Keys.originals(tenant, hour), known, orphans);
        collect(tenant, Keys.results(tenant, hour), known, orphans);
        if (!orphans.isEmpty()) {
            LOG.info("Removing {} orphans of {} in {}", orphans.size(), tenant, hour);
            removal.remove(orphans);
        }
    }

    private void collect(Tenant tenant, String prefix, Set<JobId> known, List<String> orphans)
            throws InterruptedException {
        listing.keys(
                prefix,
                page -> page.stream()
                        .filter(key -> Keys.isTemporary(key)
                                || Keys.jobOfBytes(key)
                                        .filter(job -> !known.contains(job) && !exists(tenant, job))
                                        .isPresent())
                        .forEach(orphans::add));
    }

    /// Asked once more for what is about to be removed: what was listed may have grown old.
    private boolean exists(Tenant tenant, JobId job) {
        return store.head(Keys.accepted(tenant, job)).isPresent();
    }
}
