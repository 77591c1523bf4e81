package dev.minilab.worker.sweep;

import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.queue.QueueException;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Walks the bucket once a period, for all workers together, and does what the queues have forgotten: the bucket
/// alone
/// is enough for every job to end.
///
/// A sweep begins where the last one of any worker ended (`sweeps/checkpoint.json`) and does nothing if that was less
/// than a period ago. Two at once do the same twice, which is harmless. For one thread at a time.
public final class Sweeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    /// Where clocks contradict each other, so much is looked at once more: they may differ by a quarter of an hour.
    private static final Duration DOUBT = Duration.ofMinutes(30);

    private final ObjectStore store;
    private final JobWalk walk;
    private final List<Errand> errands;
    private final Duration period;
    private final InstantSource clock;
    private @Nullable Thread thread;

    /// Something else that is done with each sweep.
    @FunctionalInterface
    public interface Errand {
        /// Does it, once a sweep.
        ///
        /// @param since how far the sweep before came
        void run(Instant since, Instant now) throws InterruptedException;
    }

    public Sweeper(ObjectStore store, JobWalk walk, List<Errand> errands, Duration period, InstantSource clock) {
        this.store = store;
        this.walk = walk;
        this.errands = List.copyOf(errands);
        this.period = period;
        this.clock = clock;
    }

    /// Sweeps once a period until closed, and begins at a random moment of the first.
    public void start() {
        thread = Thread.ofVirtual().name("sweeper").start(() -> {
            try {
                Thread.sleep(ThreadLocalRandom.current().nextLong(period.toMillis()));
                while (true) {
                    sweepAndGoOn();
                    long millis = period.toMillis();
                    Thread.sleep(ThreadLocalRandom.current().nextLong(millis * 9 / 10, millis * 11 / 10));
                }
            } catch (InterruptedException _) {
                return; // Closed.
            }
        });
    }

    private void sweepAndGoOn() throws InterruptedException {
        long start = System.nanoTime();
        String outcome = "failed";
        try {
            outcome = sweep() ? "done" : "skipped";
        } catch (StoreException | QueueException e) {
            LOG.warn("This sweep was cut short: {}", e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("This sweep failed unexpectedly", e);
        } finally {
            Meters.timeSince(Metric.SWEEPS, start, outcome);
        }
    }

    /// One sweep, unless another worker has just done it.
    ///
    /// @return whether it was done
    public boolean sweep() throws InterruptedException {
        Instant now = clock.instant();
        Optional<Checkpoint> before = Checkpoint.read(store);
        Instant last = before.map(Checkpoint::sweptTo).orElse(Instant.EPOCH);
        if (!last.isAfter(now) && last.plus(period.dividedBy(2)).isAfter(now)) {
            return false;
        }
        Instant since = last.isAfter(now) ? now.minus(DOUBT) : last;
        Checkpoint base = before.orElse(new Checkpoint(since, Map.of()));
        for (Errand errand : errands) {
            errand.run(since, now);
        }
        walk.walk(base, since, now).write(store);
        return true;
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
