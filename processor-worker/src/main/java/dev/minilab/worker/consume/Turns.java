package dev.minilab.worker.consume;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Lets messages of one group have so many turns at once and no more, so that no group takes all permits: a turn
/// comes to those who wait, in the order of their coming. Thread-safe.
final class Turns {

    private static final class Group {
        private final Semaphore turns;
        private int members;

        Group(int turns) {
            this.turns = new Semaphore(turns, true);
        }
    }

    private final int perGroup;
    private final Map<String, Group> groups = new ConcurrentHashMap<>();

    Turns(int perGroup) {
        this.perGroup = perGroup;
    }

    /// Takes a turn if there is one.
    boolean tryEnter(String group) {
        boolean entered = join(group).turns.tryAcquire();
        if (!entered) {
            quit(group);
        }
        return entered;
    }

    /// Waits for a turn.
    ///
    /// @return whether it came within `most`
    boolean enter(String group, Duration most) throws InterruptedException {
        boolean entered = false;
        Group joined = join(group);
        try {
            entered = joined.turns.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS);
            return entered;
        } finally {
            if (!entered) {
                quit(group);
            }
        }
    }

    /// Gives a turn back.
    void leave(String group) {
        groups.compute(group, (_, left) -> {
            if (left == null) {
                throw new IllegalStateException("nobody has a turn in this group");
            }
            left.turns.release();
            return --left.members == 0 ? null : left;
        });
    }

    /// How many groups there are whose messages have or await a turn.
    int groups() {
        return groups.size();
    }

    private Group join(String group) {
        return groups.compute(group, (_, there) -> {
            Group joined = there == null ? new Group(perGroup) : there;
            joined.members++;
            return joined;
        });
    }

    private void quit(String group) {
        groups.computeIfPresent(group, (_, left) -> --left.members == 0 ? null : left);
    }
}
