package dev.minilab.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Lets so many through a second, evenly; all at once if there is no limit. Thread-safe.
final class Pace {

    private final long nanosEach;
    private long next = System.nanoTime();

    /// @param perSecond 0 for no limit
    Pace(double perSecond) {
        nanosEach = perSecond == 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
    }

    void await() {
        long mine;
        synchronized (this) {
            mine = Math.max(next, System.nanoTime());
            next = mine + nanosEach;
        }
        for (long left = mine - System.nanoTime(); left > 0; left = mine - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }
}
