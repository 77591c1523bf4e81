package dev.minilab.worker.sweep;

import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import java.util.Set;

/// What a listing shows of one job: the names of its objects, `accepted.json` among them. Immutable.
public record JobFolder(Tenant tenant, JobId job, Set<String> names) {

    public JobFolder {
        names = Set.copyOf(names);
    }

    public boolean accepted() {
        return names.contains("accepted.json");
    }

    public boolean ended() {
        return names.contains("result.json");
    }

    /// Whether an attempt to deliver its webhook is recorded.
    public boolean delivered() {
        return names.stream().anyMatch(name -> name.startsWith("deliveries/"));
    }
}
