package dev.minilab.health;

import dev.minilab.config.Config;
import dev.minilab.config.ConfigException;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.QueueException;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at bucket and queues before a process starts: what a configuration got wrong is explained, what is only away
/// is waited for later.
public final class Preflight {

    private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

    private Preflight() {}

    /// Asks for the bucket and for each queue.
    ///
    /// @throws ConfigException if bucket or queues cannot be used as configured
    public static void check(Config config, ObjectStore store, List<MessageQueue> queues) {
        List<String> mistakes = new ArrayList<>();
        try {
            store.check();
        } catch (StoreException e) {
            explain(config.store(), e)
                    .ifPresentOrElse(mistakes::add, () -> LOG.warn("Not there yet: {}", e.getMessage()));
        }
        for (MessageQueue queue : queues) {
            try {
                queue.check();
            } catch (QueueException e) {
                if (e.retryable()) {
                    LOG.warn("Not there yet: {}", e.getMessage());
                } else {
                    mistakes.add("MINILAB_SQS_: cannot use queue " + queue.name() + " (" + e.getMessage()
                            + "): check its name, MINILAB_SQS_REGION and the permissions of the credentials");
                }
            }
        }
        if (!mistakes.isEmpty()) {
            throw new ConfigException(mistakes);
        }
    }

    /// What about the configuration makes the store answer like that; nothing if that may pass by itself.
    public static Optional<String> explain(Config.Store config, StoreException e) {
        String bucket = config.bucket();
        String where = config.endpoint() == null
                ? "Amazon S3 in " + config.region()
                : config.endpoint().toString();
        boolean r2 = where.endsWith(".r2.cloudflarestorage.com");
        boolean jurisdiction = where.matches(".*\\.(eu|fedramp)\\.r2\\.cloudflarestorage\\.com");
        return switch (e.reason()) {
            case NO_BUCKET ->
                Optional.of("MINILAB_S3_BUCKET: there is no bucket " + bucket + " at " + where
                        + (jurisdiction
                                ? "; if it was created without a jurisdiction, leave MINILAB_R2_JURISDICTION out"
                                : r2
                                        ? "; if it was created in a jurisdiction, it is only visible with"
                                                + " MINILAB_R2_JURISDICTION=eu (or fedramp)"
                                        : ""));
            case DENIED ->
                Optional.of("MINILAB_S3_ACCESS_KEY_ID: " + where + " refuses these credentials for bucket " + bucket
                        + (r2
                                ? "; an R2 token is bound to its account and buckets, and a bucket of a jurisdiction"
                                        + " needs MINILAB_R2_JURISDICTION"
                                : ""));
            case REFUSED ->
                Optional.of("MINILAB_S3_ENDPOINT: " + where + " does not answer as S3 does: " + e.getMessage());
            case UNAVAILABLE, FULL, BODY_BROKEN -> Optional.empty();
        };
    }
}
