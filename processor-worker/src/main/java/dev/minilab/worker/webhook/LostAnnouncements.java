package dev.minilab.worker.webhook;

import dev.minilab.job.Accepted;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.WebhookQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Announces once more that jobs have ended, where no attempt to deliver that followed: the queue may lose a message.
///
/// A job is looked at when it is seen to have ended without a delivery for longer than the overdue time, and if it
/// wants a
/// webhook, again at twice that, four times that, and so on. One that wants none costs one read. For one thread at a
/// time.
public final class LostAnnouncements {

    /// When a job was first seen so, and how often it was announced; or that it wants nothing.
    private record Watch(Instant since, int announced, boolean settled) {}

    private final JobRecords records;
    private final WebhookQueue queue;
    private final Duration overdue;
    private final InstantSource clock;
    private final Map<String, Map<JobId, Watch>> folders = new HashMap<>();

    public LostAnnouncements(JobRecords records, WebhookQueue queue, Duration overdue, InstantSource clock) {
        this.records = records;
        this.queue = queue;
        this.overdue = overdue;
        this.clock = clock;
    }

    /// Looks after the jobs of one tenant and hour that have ended and of which no delivery is recorded.
    ///
    /// @return how many were announced once more
    public int send(Tenant tenant, String hour, Set<JobId> undelivered) {
        Map<JobId, Watch> watched = folders.computeIfAbsent(folder(tenant, hour), _ -> new HashMap<>());
        watched.keySet().retainAll(undelivered);
        Instant now = clock.instant();
        int sent = 0;
        for (JobId job : undelivered) {
            Watch watch = watched.computeIfAbsent(job, _ -> new Watch(now, 0, false));
            if (!watch.settled() && !now.isBefore(watch.since().plus(overdue.multipliedBy(1L << watch.announced())))) {
                boolean wanted = announceIfWanted(tenant, job);
                watched.put(job, new Watch(watch.since(), Math.min(watch.announced() + 1, 20), !wanted));
                sent += wanted ? 1 : 0;
            }
        }
        return sent;
    }

    /// Whether nothing is left to look after in that hour: its jobs were all looked at and want no webhook.
    public boolean settled(Tenant tenant, String hour) {
        return folders.getOrDefault(folder(tenant, hour), Map.of()).values().stream()
                .allMatch(Watch::settled);
    }

    /// Forgets an hour that is not looked at any more.
    public void forget(Tenant tenant, String hour) {
        folders.remove(folder(tenant, hour));
    }

    private boolean announceIfWanted(Tenant tenant, JobId job) {
        boolean wanted = records.accepted(tenant, job).map(Accepted::webhook).isPresent()
                && records.find(tenant, job).filter(LostAnnouncements::waits).isPresent();
        if (wanted) {
            queue.announce(tenant, job);
        }
        return wanted;
    }

    private static boolean waits(JobSnapshot job) {
        return job.result() != null
                && job.result().deletedAt() == null
                && job.accepted().webhook() != null
                && job.accepted().webhook().wants(job.result().status())
                && job.lastDelivery() == null;
    }

    private static String folder(Tenant tenant, String hour) {
        return tenant + "/" + hour;
    }
}
