package dev.minilab.cli;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/// Lets so many through a second, evenly; all at once if there is no limit. Thread-safe.
final class Pace {

    private static final double LONGEST_NANOS = 86_400e9;

    private final long nanosEach;
    private final LongSupplier nanos;
    private final LongConsumer pause;
    private long next;

    /// @param perSecond 0 for no limit
    Pace(double perSecond) {
        this(perSecond, System::nanoTime, LockSupport::parkNanos);
    }

    /// @param nanos the time, from any beginning
    /// @param pause lets so much of it pass, or less
    Pace(double perSecond, LongSupplier nanos, LongConsumer pause) {
        nanosEach = perSecond == 0 ? 0 : (long) Math.min(LONGEST_NANOS, 1e9 / perSecond);
        this.nanos = nanos;
        this.pause = pause;
        next = nanos.getAsLong();
    }

    void await() {
        long mine;
        synchronized (this) {
            long now = nanos.getAsLong();
            mine = now - next > 0 ? now : next; // The time may pass the largest number.
            next = mine + nanosEach;
        }
        for (long left = mine - nanos.getAsLong(); left > 0; left = mine - nanos.getAsLong()) {
            pause.accept(left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }
}
