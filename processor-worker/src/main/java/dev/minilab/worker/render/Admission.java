package dev.minilab.worker.render;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Lets renders in as long as their predicted bytes fit a budget, in the order they came: a large one waits until
/// there is room, and the later ones behind it. One larger than the budget waits until it is alone. Thread-safe.
final class Admission {

    /// What is counted: the budget in bytes would overflow a semaphore.
    private static final long UNIT = 64 << 10;

    private final int units;
    private final Semaphore free;

    /// @param budget bytes, from 1
    Admission(long budget) {
        units = units(budget, Integer.MAX_VALUE);
        free = new Semaphore(units, true);
    }

    /// Waits for room.
    ///
    /// @param bytes predicted, 0 or more
    /// @throws RendererBusyException if there was none in time
    Pass enter(long bytes, Duration wait) throws InterruptedException {
        int taken = units(bytes, units);
        if (!free.tryAcquire(taken, wait.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new RendererBusyException("no memory for a render of about " + (bytes >> 20) + " MiB was free within "
                    + wait.toSeconds() + " s");
        }
        return () -> free.release(taken);
    }

    private static int units(long bytes, int max) {
        return Math.clamp(bytes / UNIT, 1, max);
    }

    /// Room that was taken; closed once, it is free again.
    interface Pass extends AutoCloseable {
        @Override
        void close();
    }
}
