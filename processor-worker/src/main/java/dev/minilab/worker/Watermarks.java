package dev.minilab.worker;

import dev.minilab.job.Accepted;
import dev.minilab.job.Keys;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.store.ObjectStore;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fetches the images that a job's outputs bear as watermarks, from among those of its tenant. Thread-safe.
final class Watermarks {

    /// A logo is smaller by far; a job may name as many as it has outputs.
    static final int MAX_BYTES = 5 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Watermarks.class);

    private final ObjectStore store;

    Watermarks(ObjectStore store) {
        this.store = store;
    }

    /// The files by their `image_key`, each fetched once. One that is not there, or has more than 5 MiB, is left out:
    /// only the outputs that name it fail, with `source_not_found`.
    Map<String, byte[]> of(Accepted job) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String imageKey : imageKeys(job.outputs().values())) {
            String key = Keys.watermark(job.tenant(), imageKey);
            store.getUpTo(key, MAX_BYTES)
                    .ifPresentOrElse(
                            file -> files.put(imageKey, file),
                            () -> LOG.info("There is no {}, or it is larger than {} bytes", key, MAX_BYTES));
        }
        return files;
    }

    private static Set<String> imageKeys(Collection<OutputSpec> outputs) {
        return outputs.stream()
                .map(OutputSpec::watermark)
                .filter(Objects::nonNull)
                .map(Watermark::imageKey)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }
}
