package dev.minilab.worker.webhook;

import dev.minilab.job.Delivery;
import java.time.Duration;

/// Hears what happens to webhooks. Called by many threads at once.
public interface DeliveryEvents {

    /// An attempt was made, or skipped, and is recorded.
    void attempted(String host, Delivery delivery);

    /// A host only fails, and is left alone for a while.
    void paused(String host, Duration pause);

    /// A paused host works again.
    void resumed(String host);
}
