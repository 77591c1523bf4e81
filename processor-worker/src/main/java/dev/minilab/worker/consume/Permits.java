package dev.minilab.worker.consume;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How many messages a process works on at once, divided among lanes. Thread-safe.
///
/// Each lane has some permits reserved, which no other can take, so that none starves; what is left goes to whoever
/// asks, and to the lane that was made first when several do. A lane that comes first therefore waits for no more
/// than what is in flight already, and the others still get on.
public final class Permits {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Lane> lanes = new ArrayList<>();
    private final int total;
    private int free;

    public Permits(int total) {
        this.total = total;
        free = total;
    }

    /// One lane that has all the permits.
    public static Lane alone(int total) {
        return new Permits(total).lane(total);
    }

    /// Makes the next lane, to which those made before go first.
    ///
    /// @param reserved its own permits, at least 1
    /// @throws IllegalArgumentException if more would be reserved than there is
    public Lane lane(int reserved) {
        lock.lock();
        try {
            int taken = lanes.stream().mapToInt(l -> l.reserved).sum();
            if (reserved < 1 || taken + reserved > total) {
                throw new IllegalArgumentException("cannot reserve " + reserved + " of " + total + " less " + taken);
            }
            Lane lane = new Lane(reserved);
            lanes.add(lane);
            return lane;
        } finally {
            lock.unlock();
        }
    }

    /// The permits of one lane.
    public final class Lane {
        private final int reserved;
        private int used;
        private int asking;
        private int returning;
        private boolean closed;

        private Lane(int reserved) {
            this.reserved = reserved;
        }

        int reserved() {
            return reserved;
        }

        /// How many this lane could take now.
        int free() {
            lock.lock();
            try {
                return available();
            } finally {
                lock.unlock();
            }
        }

        /// Waits for a permit and takes up to `most`.
        ///
        /// @return how many were taken; 0 once the lane is closed
        int take(int most) throws InterruptedException {
            lock.lock();
            asking++;
            try {
                while (!closed && (returning > 0 || available() == 0)) {
                    changed.await();
                }
                return closed ? 0 : use(Math.min(most, available()));
            } finally {
                asking--;
                changed.signalAll();
                lock.unlock();
            }
        }

        /// Waits for one permit, before those who wait for new messages.
        void takeBack() throws InterruptedException {
            lock.lock();
            returning++;
            try {
                while (available() == 0) {
                    changed.await();
                }
                use(1);
            } finally {
                returning--;
                changed.signalAll();
                lock.unlock();
            }
        }

        void release(int permits) {
            lock.lock();
            try {
                used -= permits;
                free += permits;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /// Lets nobody take new permits any more; what is taken comes back by [#release].
        void close() {
            lock.lock();
            try {
                closed = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private int use(int permits) {
            used += permits;
            free -= permits;
            return permits;
        }

        /// What this lane may take now: of its own always all; beyond that only what others have not reserved, and
        /// nothing while a lane that goes first asks.
        private int available() {
            int own = Math.min(free, Math.max(0, reserved - used)); // Fewer where others took them before it was made.
            if (lanes.stream().takeWhile(l -> l != this).anyMatch(l -> l.asking + l.returning > 0 && !l.closed)) {
                return own;
            }
            int kept = lanes.stream()
                    .filter(l -> l != this)
                    .mapToInt(l -> Math.max(0, l.reserved - l.used))
                    .sum();
            return Math.max(0, free - kept); // Less than none where others took what a later lane reserves.
        }
    }
}
