package dev.minilab.worker.sweep;

import dev.minilab.job.Keys;
import dev.minilab.record.DeadLetters;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.ObjectStore.Listed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes, with the first sweep of an hour, what has outlived its use: direct uploads that no job took over within a
/// day, claims of idempotency keys two days after they were made, which is one day after they expired, and dead
/// letters
/// after two weeks.
///
/// Of the claims a sixteenth is listed each hour, by the first digit of their hash, so that millions cost little.
public final class Leftovers implements Sweeper.Errand {

    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final Duration UPLOADS = Duration.ofDays(1);
    private static final Duration CLAIMS = Duration.ofDays(2);
    private static final Duration DEAD_LETTERS = Duration.ofDays(14);
    private static final int UUID_LENGTH = 36;

    private final Listing listing;
    private final Removal removal;
    private final DeadLetters deadLetters;

    public Leftovers(ObjectStore store) {
        listing = new Listing(store);
        removal = new Removal(store);
        deadLetters = new DeadLetters(store);
    }

    @Override
    public void run(Instant since, Instant now) throws InterruptedException {
        if (!Hourly.isDue(since, now)) {
            return;
        }
        remove(
                Keys.uploads(),
                object -> isUpload(object.key())
                        && object.modified().plus(UPLOADS).isBefore(now));
        String digit = Long.toHexString(Math.floorMod(Hourly.number(now), 16L));
        for (String tenant : listing.folders(Keys.claims(), Optional::of)) {
            remove(tenant + digit, object -> object.modified().plus(CLAIMS).isBefore(now));
        }
        deadLetters.removeBefore(now.minus(DEAD_LETTERS));
    }

    private void remove(String prefix, Predicate<Listed> outlived) throws InterruptedException {
        int removed = 0;
        @Nullable String next = null;
        do {
            ObjectStore.TimedPage page = listing.timed(prefix, next);
            List<String> keys =
                    page.objects().stream().filter(outlived).map(Listed::key).toList();
            removal.remove(keys);
            removed += keys.size();
            next = page.next();
        } while (next != null);
        if (removed > 0) {
            LOG.info("Removed {} leftovers of {}", removed, prefix);
        }
    }

    /// Also what the embedded store left behind of one.
    private static boolean isUpload(String key) {
        String whole = Keys.isTemporary(key) ? key.substring(0, key.length() - 1 - UUID_LENGTH) : key;
        return Keys.uploadOf(whole).isPresent();
    }
}
