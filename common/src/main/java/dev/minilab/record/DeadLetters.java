package dev.minilab.record;

import dev.minilab.job.DeadLetter;
import dev.minilab.job.Keys;
import dev.minilab.json.Json;
import dev.minilab.store.ObjectStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The jobs that were given up, for whoever looks after them. Thread-safe.
public final class DeadLetters {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private final ObjectStore store;

    public DeadLetters(ObjectStore store) {
        this.store = store;
    }

    public void add(DeadLetter letter) {
        store.put(Keys.deadLetter(letter.tenant(), letter.job()), Json.write(letter), "application/json");
    }

    public void remove(DeadLetter letter) {
        store.delete(Keys.deadLetter(letter.tenant(), letter.job()));
    }

    /// All there are, by tenant and age: a listing, and a read for each.
    public List<DeadLetter> all() {
        List<DeadLetter> all = new ArrayList<>();
        @Nullable String next = null;
        do {
            ObjectStore.Page page = store.list(Keys.deadLetters(), false, next);
            page.keys().stream()
                    .filter(Keys::isDeadLetter)
                    .flatMap(key -> read(key).stream())
                    .forEach(all::add);
            next = page.next();
        } while (next != null);
        return all;
    }

    /// Forgets those that are older than `time`.
    public void removeBefore(Instant time) {
        all().stream().filter(letter -> letter.at().isBefore(time)).forEach(this::remove);
    }

    private Optional<DeadLetter> read(String key) {
        try {
            return store.get(key).map(json -> Json.read(json, DeadLetter.class));
        } catch (Json.UnreadableJsonException e) {
            LOG.warn("Passing over {}: {}", key, e.getMessage());
            return Optional.empty();
        }
    }
}
