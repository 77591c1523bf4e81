package dev.minilab.worker.sweep;

import dev.minilab.job.Claim;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.record.DamagedRecordException;
import dev.minilab.store.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Comes by the jobs that are due to be looked at, and lists no others.
///
/// Young jobs, of this hour and the two or three before, are listed in moments: all ids that begin alike, which is
/// one
/// page for a few hundred jobs, each at the marks of the overdue time. An hour that has been over for two hours is
/// listed whole, once; then again, at marks of its own, only if a step asked for that. For one thread at a time.
public final class JobWalk {

    private static final Duration CLOCKS = Duration.ofMinutes(15);

    /// When an hour has been over so long, everything that began in it has been written: a claim may be resumed for a
    /// while, the upload then takes its time, and two clocks may each be off.
    static final Duration SETTLED =
            Claim.RESUMABLE.plus(ObjectStore.LONGEST_UPLOAD).plus(CLOCKS).plus(CLOCKS);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int DIGITS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(JobWalk.class);

    private final Listing listing;
    private final List<Step> steps;
    private final Orphans orphans;
    private final Marks young;
    private final Marks old = new Marks(SETTLED, Overdue.LONGEST_LIFE.multipliedBy(2));
    private final int digits;
    private final Duration moment;

    /// @param overdue the first mark; a moment is shorter than that
    /// @param steps what to do with each job
    public JobWalk(ObjectStore store, Duration overdue, List<Step> steps) {
        listing = new Listing(store);
        orphans = new Orphans(store);
        this.steps = List.copyOf(steps);
        young = new Marks(overdue, SETTLED.plus(HOUR).plus(HOUR));
        digits = overdue.toMillis() > momentOf(DIGITS - 3) ? DIGITS - 3 : DIGITS - 2;
        moment = Duration.ofMillis(momentOf(digits));
    }

    /// How long a moment lasts, in milliseconds: 32.8 s without the last three digits, 1 s without the last two.
    private static long momentOf(int digits) {
        return 1L << (5 * (DIGITS - digits));
    }

    /// Comes by everything that passes a mark after `since` and until `now`.
    ///
    /// @return the checkpoint from which to go on
    Checkpoint walk(Checkpoint before, Instant since, Instant now) throws InterruptedException {
        Map<String, List<String>> open = new TreeMap<>();
        for (Tenant tenant : listing.folders(Keys.tenants(), Keys::tenantOf)) {
            Set<String> hours = listing.folders(Keys.hours(tenant), Keys::hourOf);
            walkYoung(tenant, hours, since, now);
            List<String> stillOpen = walkOld(tenant, hours, before, since, now);
            if (!stillOpen.isEmpty()) {
                open.put(tenant.value(), stillOpen);
            }
        }
        if (Hourly.isDue(since.minus(SETTLED), now.minus(SETTLED))) {
            removeLoneOriginals(since, now);
        }
        return new Checkpoint(now, open);
    }

    /// Looks at hours that have settled and in which uploads began but no job came into being.
    private void removeLoneOriginals(Instant since, Instant now) throws InterruptedException {
        for (Tenant tenant : listing.folders(Keys.originals(), Keys::tenantOf)) {
            Set<String> hours = listing.folders(Keys.originals() + tenant + "/", Keys::hourOf);
            hours.removeAll(listing.folders(Keys.hours(tenant), Keys::hourOf));
            for (String hour : hours) {
                if (isSettled(hour, now) && !isSettled(hour, since)) {
                    orphans.remove(tenant, hour, new Listing.Jobs(List.of(), List.of()));
                }
            }
        }
    }

    private void walkYoung(Tenant tenant, Set<String> hours, Instant since, Instant now) throws InterruptedException {
        Instant oldest = now.minus(SETTLED).minus(HOUR);
        for (Instant end : young.passing(moment, oldest, since, now)) {
            Instant start = end.minus(moment);
            for (String hour : new TreeSet<>(List.of(JobId.hourOf(start), JobId.hourOf(end.minusMillis(1))))) {
                if (hours.contains(hour) && !isSettled(hour, now)) {
                    visit(listing.jobs(tenant, Keys.moment(tenant, hour, start, digits))
                            .jobs());
                }
            }
        }
    }

    private List<String> walkOld(Tenant tenant, Set<String> hours, Checkpoint before, Instant since, Instant now)
            throws InterruptedException {
        List<String> open = new ArrayList<>();
        for (String hour : hours) {
            if (!isSettled(hour, now)) {
                continue;
            }
            boolean first = !isSettled(hour, since);
            boolean wasOpen = before.isOpen(tenant.value(), hour);
            if (first || (wasOpen && old.passed(Keys.endOf(hour), since, now))) {
                wasOpen = walkHour(tenant, hour, first);
            }
            if (wasOpen) {
                open.add(hour);
            }
        }
        return open;
    }

    private static boolean isSettled(String hour, Instant now) {
        return !Keys.endOf(hour).plus(SETTLED).isAfter(now);
    }

    private boolean walkHour(Tenant tenant, String hour, boolean first) throws InterruptedException {
        Listing.Jobs found = listing.jobs(tenant, Keys.hour(tenant, hour));
        if (first) {
            orphans.remove(tenant, hour, found);
        }
        return visit(found.jobs());
    }

    private boolean visit(List<JobFolder> jobs) throws InterruptedException {
        boolean again = false;
        for (JobFolder job : jobs) {
            for (Step step : steps) {
                again |= visit(job, step);
            }
        }
        return again;
    }

    /// A record that cannot be read costs its own job a visit, and no other.
    private static boolean visit(JobFolder job, Step step) throws InterruptedException {
        try {
            return step.visit(job);
        } catch (DamagedRecordException e) {
            LOG.warn("Passing over {}: {}", job.job(), e.getMessage());
            return false;
        }
    }
}
