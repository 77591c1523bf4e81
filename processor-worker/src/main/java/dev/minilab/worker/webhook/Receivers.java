package dev.minilab.worker.webhook;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Keeps webhooks bearable for the hosts that receive them, and hosts that bear nothing from holding up the others.
///
/// To one host a worker makes 8 attempts at once. A host that failed ten times in a row, by not answering or with
/// 5xx,
/// is
/// paused for a minute; then one attempt goes through, and while those fail the pauses double, up to 15 minutes. Any
/// other
/// answer ends that. The state is that of this worker alone. Thread-safe.
final class Receivers {

    static final int AT_ONCE = 8;
    static final int FAILURES_TO_PAUSE = 10;
    static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);
    /// Of hosts that nobody calls, the one not called for longest is forgotten first.
    private static final int REMEMBERED = 10_000;

    /// Whether an attempt may be made now.
    sealed interface Admission {
        /// It may; whoever has it says how it went.
        record Granted(Host host, boolean probe) implements Admission {}

        /// Too many are under way.
        record Busy() implements Admission {}

        /// The host only fails.
        record Paused(Duration rest) implements Admission {}
    }

    /// What is known of one host.
    static final class Host {
        private final String name;
        private final Semaphore slots = new Semaphore(AT_ONCE);
        private int failures;
        private int pauses;
        private long pausedUntil;
        private boolean probing;

        Host(String name) {
            this.name = name;
        }
    }

    private final DeliveryEvents events;
    private final LongSupplier nanos;
    private final Duration patience;
    private final Map<String, Host> hosts = new LinkedHashMap<>(16, 0.75f, true);

    /// @param patience how long an attempt may wait for others to the same host
    Receivers(DeliveryEvents events, LongSupplier nanos, Duration patience) {
        this.events = events;
        this.nanos = nanos;
        this.patience = patience;
    }

    /// Asks for an attempt.
    ///
    /// @param insist whether it is to be made even while the host is paused
    Admission enter(String name, boolean insist) throws InterruptedException {
        Host host;
        boolean probe = false;
        synchronized (hosts) {
            host = host(name);
            if (host.pauses > 0 && !insist) {
                long rest = host.pausedUntil - nanos.getAsLong();
                if (rest > 0 || host.probing) {
                    return new Admission.Paused(rest > 0 ? Duration.ofNanos(rest) : FIRST_PAUSE);
                }
                host.probing = true;
                probe = true;
            }
        }
        boolean granted = false;
        try {
            granted = host.slots.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
            return granted ? new Admission.Granted(host, probe) : new Admission.Busy();
        } finally {
            if (probe && !granted) {
                endProbe(host);
            }
        }
    }

    /// How many hosts are paused.
    int paused() {
        synchronized (hosts) {
            return (int) hosts.values().stream().filter(host -> host.pauses > 0).count();
        }
    }

    private Host host(String name) {
        Host host = hosts.computeIfAbsent(name, Host::new);
        if (hosts.size() > REMEMBERED) {
            hosts.values().stream()
                    .filter(other -> other != host && other.slots.availablePermits() == AT_ONCE)
                    .findFirst()
                    .ifPresent(idle -> hosts.remove(idle.name));
        }
        return host;
    }

    private void endProbe(Host host) {
        synchronized (hosts) {
            host.probing = false;
        }
    }

    /// Says how an attempt went that was granted; to be called exactly once for each.
    void leave(Admission.Granted granted, boolean hostWorks) {
        Host host = granted.host();
        host.slots.release();
        Duration pause = Duration.ZERO;
        boolean resumed = false;
        synchronized (hosts) {
            if (granted.probe()) {
                host.probing = false;
            }
            if (hostWorks) {
                resumed = host.pauses > 0;
                host.failures = 0;
                host.pauses = 0;
            } else if (++host.failures >= FAILURES_TO_PAUSE && (host.pauses == 0 || granted.probe())) {
                pause = pauseAfter(host.pauses++);
                host.pausedUntil = nanos.getAsLong() + pause.toNanos();
            }
        }
        if (resumed) {
            events.resumed(host.name);
        } else if (!pause.isZero()) {
            events.paused(host.name, pause);
        }
    }

    private static Duration pauseAfter(int pauses) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(pauses, 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }
}
