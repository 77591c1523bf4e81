package dev.minilab.cli;

import dev.minilab.client.Job;
import dev.minilab.client.JobFilter;
import dev.minilab.client.JobRequest;
import dev.minilab.client.JobStatus;
import dev.minilab.client.Lane;
import dev.minilab.client.Minilab;
import dev.minilab.client.MinilabException;
import dev.minilab.client.Source;
import dev.minilab.job.Sha256;
import dev.minilab.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Makes jobs of objects of the bucket, on the bulk lane, one of each key and wish: `external_id` follows from the key,
/// so that a later run finds what earlier ones made, and metadata tells key and wish. Thread-safe.
///
/// @param wish what is asked for, in a few characters: `product@3`, or a digest of outputs
record Backfill(Minilab minilab, JobRequest request, String wish, Ledger ledger) {

    private static final int LARGEST_PAGE = 100;
    private static final int LONGEST_METADATA = 500;

    /// What became of a key.
    record Made(String key, @Nullable String job, @Nullable String problem) {
        String text() {
            return key + (job == null ? "" : " " + job) + (problem == null ? "" : ": " + problem);
        }
    }

    /// Which of the wishes, or what digest of outputs, this is.
    static String wish(JobRequest request, List<?> presets) {
        if (!request.outputs().isEmpty()) {
            return "outputs@"
                    + Sha256.of(Json.write(new TreeMap<>(request.outputs()))).substring(0, 16);
        }
        String name = request.preset() == null ? "default" : request.preset();
        return presets.stream()
                .filter(preset -> preset instanceof Map<?, ?> map && name.equals(map.get("name")))
                .map(preset -> name + "@" + ((Map<?, ?>) preset).get("version"))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--preset: there is no preset " + name));
    }

    /// Whether this run, or an earlier one that was broken off, has made the job already.
    boolean isDone(String key) {
        return ledger.job(entry(key)).isPresent();
    }

    private String entry(String key) {
        return id(key) + " " + wish;
    }

    Made make(String key) {
        String id = id(key);
        String entry = entry(key);
        try {
            String earlier = ledger.job(entry).orElse(null);
            if (earlier != null) {
                return new Made(key, earlier, null);
            }
            Map<String, String> metadata = new HashMap<>();
            metadata.put("backfill_wish", wish);
            if (key.length() <= LONGEST_METADATA) {
                metadata.put("backfill_key", key);
            }
            JobRequest of = request.externalId(id).metadata(metadata).lane(Lane.BULK);
            String job = minilab.create(new Source.Stored(key), of, id + "-" + Sha256.of(bytes(wish)))
                    .id();
            ledger.add(entry, job);
            return new Made(key, job, null);
        } catch (MinilabException.Refused e) {
            if (e.problem().status() == 401 || e.problem().status() == 403) {
                throw e; // The next one would fare no better.
            }
            return new Made(key, null, String.valueOf(e.getMessage()));
        }
    }

    /// Which keys to leave out, by what earlier runs made: reads all jobs once.
    ///
    /// @param outdatedOnly whether to leave out what has no result at all, and what is of this very wish
    Predicate<String> made(boolean outdatedOnly) {
        Map<String, String> newest = new HashMap<>();
        minilab.list(JobFilter.ALL.pageSize(LARGEST_PAGE).status(JobStatus.SUCCEEDED))
                .filter(job -> job.metadata().containsKey("backfill_wish"))
                .forEach(job -> newest.putIfAbsent(String.valueOf(job.externalId()), wishOf(job)));
        return key -> {
            String standing = newest.get(id(key));
            return outdatedOnly ? standing == null || standing.equals(wish) : standing != null;
        };
    }

    private static String wishOf(Job job) {
        return job.metadata().getOrDefault("backfill_wish", "");
    }

    private static String id(String key) {
        return "backfill-" + Sha256.of(bytes(key));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
