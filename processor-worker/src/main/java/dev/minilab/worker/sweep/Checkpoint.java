package dev.minilab.worker.sweep;

import dev.minilab.job.Keys;
import dev.minilab.json.Json;
import dev.minilab.store.ObjectStore;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How far the sweepers of an installation have come together: the content of `sweeps/checkpoint.json`.
///
/// Whoever sweeps goes on from there, so that any number of sweepers do the work of one. It may be old or gone: then
/// the next sweep looks at more than it has to, and sends again what is sent again in vain. Immutable.
///
/// @param sweptTo everything that came due until then was looked at
/// @param openHours by tenant, the past hours in which some jobs are still unfinished; all others are finished
record Checkpoint(Instant sweptTo, Map<String, List<String>> openHours) {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);

    Checkpoint {
        Map<String, List<String>> copy = new TreeMap<>();
        openHours.forEach((tenant, hours) -> copy.put(tenant, List.copyOf(hours)));
        openHours = Map.copyOf(copy);
    }

    boolean isOpen(String tenant, String hour) {
        return openHours.getOrDefault(tenant, List.of()).contains(hour);
    }

    /// The checkpoint that stands, if there is one that can be read.
    static Optional<Checkpoint> read(ObjectStore store) {
        try {
            return store.get(Keys.checkpoint()).map(json -> Json.read(json, Checkpoint.class));
        } catch (Json.UnreadableJsonException e) {
            LOG.warn("Sweeping without {}: {}", Keys.checkpoint(), e.getMessage());
            return Optional.empty();
        }
    }

    void write(ObjectStore store) {
        store.put(Keys.checkpoint(), Json.write(this), "application/json");
    }
}
