package dev.minilab.worker;

import dev.minilab.job.Capabilities;
import dev.minilab.record.WorkerReports;
import dev.minilab.store.StoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says in the bucket what this worker can do, at its start and every ten minutes, and takes it back when the worker
/// stops: the API knows workers by nothing else. A store that is away costs a report, never the worker.
final class CapabilityReporter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CapabilityReporter.class);
    private static final Duration PERIOD = Duration.ofMinutes(10);
    /// Of workers that were killed.
    private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final WorkerReports reports;
    private final Capabilities capabilities;
    private final InstantSource clock;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Thread thread;

    CapabilityReporter(WorkerReports reports, Capabilities capabilities, InstantSource clock) {
        this.reports = reports;
        this.capabilities = capabilities;
        this.clock = clock;
    }

    /// Reports before it returns, then once a period until closed.
    void start() {
        report();
        thread = Thread.ofVirtual().name("capabilities").start(() -> {
            try {
                forgetOthers();
                while (!closed.await(PERIOD.toSeconds(), TimeUnit.SECONDS)) {
                    report();
                }
            } catch (InterruptedException _) {
                return; // Closed.
            }
        });
    }

    private void report() {
        try {
            reports.write(capabilities.reportedAt(clock.instant()));
        } catch (StoreException e) {
            LOG.warn("Cannot say what this worker can do: {}", e.getMessage());
        }
    }

    private void forgetOthers() {
        try {
            reports.removeBefore(clock.instant().minus(FORGOTTEN_AFTER));
        } catch (StoreException e) {
            LOG.warn("Cannot remove what killed workers said: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        closed.countDown();
        awaitLastReport();
        try {
            reports.remove(capabilities.worker());
        } catch (StoreException e) {
            LOG.warn("Cannot take back what this worker said: {}", e.getMessage());
        }
    }

    /// A report under way would outlive its removal.
    private void awaitLastReport() {
        try {
            if (thread != null) {
                thread.join(PATIENCE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
