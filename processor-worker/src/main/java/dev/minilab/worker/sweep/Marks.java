package dev.minilab.worker.sweep;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// The ages at which something is looked at: a first one, twice that, four times that, and so on. So a job that waits
/// in a long queue does not make it longer with every sweep, and one that is lost comes back before its age has
/// doubled.
///
/// A pure function of time; immutable.
final class Marks {

    private final List<Duration> ages = new ArrayList<>();

    /// All marks from `first` up to `last`.
    Marks(Duration first, Duration last) {
        for (Duration age = first; age.compareTo(last) <= 0; age = age.multipliedBy(2)) {
            ages.add(age);
        }
    }

    /// Whether something of that time passes a mark after `since` and until `now`.
    boolean passed(Instant time, Instant since, Instant now) {
        return ages.stream().map(time::plus).anyMatch(mark -> mark.isAfter(since) && !mark.isAfter(now));
    }

    /// The times, whole multiples of `step`, that pass a mark after `since` and until `now`, and are not before
    /// `oldest`; in order.
    SortedSet<Instant> passing(Duration step, Instant oldest, Instant since, Instant now) {
        SortedSet<Instant> passing = new TreeSet<>();
        long millis = step.toMillis();
        for (Duration age : ages) {
            Instant after = latest(since.minus(age), oldest.minusMillis(1));
            long number = Math.floorDiv(after.toEpochMilli(), millis) + 1;
            while (number * millis + age.toMillis() <= now.toEpochMilli()) {
                passing.add(Instant.ofEpochMilli(number * millis));
                number++;
            }
        }
        return passing;
    }

    private static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
