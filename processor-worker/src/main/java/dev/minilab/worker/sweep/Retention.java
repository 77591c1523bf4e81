package dev.minilab.worker.sweep;

import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes jobs that have ended and are older than is asked for, with everything that hangs on them.
///
/// `accepted.json` goes first: without it the job is gone for everyone, and whatever a sweep that breaks off leaves
/// is
/// removed by the next, which takes all that is left of an old job. Looks when a twenty-fourth of the time has
/// passed,
/// and at least once an hour.
public final class Retention implements Sweeper.Errand {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private final Listing listing;
    private final Removal removal;
    private final Duration keep;
    private final Duration pause;

    public Retention(ObjectStore store, Duration keep) {
        listing = new Listing(store);
        removal = new Removal(store);
        this.keep = keep;
        Duration part = keep.dividedBy(24).plusMillis(1);
        pause = part.compareTo(LONGEST_PAUSE) < 0 ? part : LONGEST_PAUSE;
    }

    @Override
    public void run(Instant since, Instant now) throws InterruptedException {
        long turn = Math.floorDiv(now.toEpochMilli(), pause.toMillis());
        if (turn == Math.floorDiv(since.toEpochMilli(), pause.toMillis())) {
            return;
        }
        Instant due = now.minus(keep);
        for (Tenant tenant : listing.folders(Keys.tenants(), Keys::tenantOf)) {
            for (String hour : listing.folders(Keys.hours(tenant), Keys::hourOf)) {
                if (!Keys.endOf(hour).minus(LONGEST_PAUSE).isAfter(due)) {
                    removeDue(tenant, hour, due);
                }
            }
        }
    }

    private void removeDue(Tenant tenant, String hour, Instant due) throws InterruptedException {
        List<String> first = new ArrayList<>();
        List<String> then = new ArrayList<>();
        Set<JobId> going = new HashSet<>();
        for (JobFolder job : listing.jobs(tenant, Keys.hour(tenant, hour)).jobs()) {
            if (!job.job().createdAt().isAfter(due) && (job.ended() || !job.accepted())) {
                going.add(job.job());
                String prefix = Keys.hour(tenant, hour) + job.job() + "/";
                job.names().forEach(name -> (name.equals("accepted.json") ? first : then).add(prefix + name));
                first.add(Keys.deadLetter(tenant, job.job()));
            }
        }
        if (going.isEmpty()) {
            return;
        }
        for (String prefix : List.of(Keys.originals(tenant, hour), Keys.results(tenant, hour))) {
            listing.keys(
                    prefix,
                    page -> page.stream()
                            .filter(key ->
                                    Keys.jobOfBytes(key).filter(going::contains).isPresent())
                            .forEach(then::add));
        }
        LOG.info("Removing {} jobs of {} from {} that are older than {}", going.size(), tenant, hour, keep);
        removal.remove(first);
        removal.remove(then);
    }
}
