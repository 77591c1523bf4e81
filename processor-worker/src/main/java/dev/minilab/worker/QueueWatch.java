package dev.minilab.worker;

import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.queue.Depth;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.QueueException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows in the metrics how much waits in a queue, and for how long. Thread-safe.
///
/// SQS tells no age. What was sent before the last message that was taken is taken too, nearly always; and what waits
/// came after the queue was last seen empty. So the oldest has waited since the later of the two, at most.
final class QueueWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(QueueWatch.class);
    private static final Duration PERIOD = Duration.ofSeconds(30);

    private final MessageQueue queue;
    private final Supplier<@Nullable Instant> lastTaken;
    private final InstantSource clock;
    private final Thread thread;
    private volatile Depth depth = new Depth(0, 0, 0);
    private volatile Instant emptyAt;

    /// @param lastTaken when the message was sent that was taken last
    QueueWatch(MessageQueue queue, Supplier<@Nullable Instant> lastTaken, InstantSource clock) {
        this.queue = queue;
        this.lastTaken = lastTaken;
        this.clock = clock;
        emptyAt = clock.instant();
        thread = Thread.ofVirtual().name("depth-" + queue.name()).unstarted(this::watch);
        Meters.gauge(Metric.QUEUE_MESSAGES, () -> depth.visible(), queue.name(), "visible");
        Meters.gauge(Metric.QUEUE_MESSAGES, () -> depth.inFlight(), queue.name(), "in_flight");
        Meters.gauge(Metric.QUEUE_MESSAGES, () -> depth.delayed(), queue.name(), "delayed");
        Meters.gauge(Metric.QUEUE_OLDEST_AGE, this::oldestAgeSeconds, queue.name());
    }

    /// Begins to look every 30 s.
    QueueWatch start() {
        thread.start();
        return this;
    }

    private void watch() {
        try {
            while (true) {
                try {
                    look();
                } catch (QueueException e) {
                    LOG.warn("The depth of {} is not known: {}", queue.name(), e.getMessage());
                }
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException _) {
            return; // Closed.
        }
    }

    void look() {
        Depth found = queue.depth();
        if (found.visible() == 0) {
            emptyAt = clock.instant();
        }
        depth = found;
    }

    double oldestAgeSeconds() {
        if (depth.visible() == 0) {
            return 0;
        }
        Instant taken = lastTaken.get();
        Instant since = taken != null && taken.isAfter(emptyAt) ? taken : emptyAt;
        return Math.max(0, Duration.between(since, clock.instant()).toMillis() / 1000.0);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
