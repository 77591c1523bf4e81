package dev.minilab.worker.consume;

import dev.minilab.failpoint.Failpoint;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.QueueException;
import dev.minilab.worker.consume.Outcome.Done;
import dev.minilab.worker.consume.Outcome.Reject;
import dev.minilab.worker.consume.Outcome.RetryAfter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Consumes one queue: permits first, then receives no more than they allow, one virtual thread a message.
///
/// While a message is worked on, heartbeats keep it hidden from other consumers, for `maxAge` at the most; after that
/// another may have it. [#close] stops receiving, waits for what is in work, and gives the rest back at once.
public final class Consumer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Consumer.class);
    private static final int MOST_PER_RECEIVE = 10;
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /// How a queue is consumed.
    ///
    /// @param concurrency how many messages may be in work at once
    /// @param visibility for how long a message is hidden at receive and at each heartbeat
    /// @param heartbeat how often that is renewed; less than half of `visibility`
    /// @param maxAge how long it is renewed at most
    /// @param longPoll how long a receive waits for messages, at most 20 s
    /// @param drain how long [#close] waits for what is in work
    public record Settings(
            int concurrency,
            Duration visibility,
            Duration heartbeat,
            Duration maxAge,
            Duration longPoll,
            Duration drain) {}

    private final MessageQueue queue;
    private final Handler handler;
    private final Settings settings;
    private final Semaphore permits;
    private final Set<Thread> working = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;
    private volatile long drainUntil;
    private volatile @Nullable Thread receiver;

    public Consumer(MessageQueue queue, Handler handler, Settings settings) {
        this.queue = queue;
        this.handler = handler;
        this.settings = settings;
        permits = new Semaphore(settings.concurrency());
        Meters.gauge(Metric.PERMITS, permits::availablePermits, queue.name());
    }

    public void start() {
        receiver = Thread.ofVirtual().name("receive-" + queue.name()).start(this::receiveUntilStopped);
    }

    private void receiveUntilStopped() {
        while (!stopping) {
            try {
                receiveOnce();
            } catch (InterruptedException _) {
                return; // Someone wants this thread to end.
            }
        }
    }

    private void receiveOnce() throws InterruptedException {
        permits.acquire();
        int taken = 1;
        while (taken < MOST_PER_RECEIVE && permits.tryAcquire()) {
            taken++;
        }
        List<Message> messages = List.of();
        try {
            if (!stopping) {
                messages = queue.receive(taken, settings.longPoll(), settings.visibility());
            }
        } catch (QueueException e) {
            LOG.warn("Cannot receive from {}: {}", queue.name(), e.getMessage());
            pause(PAUSE_AFTER_ERROR);
        } catch (RuntimeException | Error e) {
            LOG.error("Receiving from {} failed unexpectedly", queue.name(), e);
            pause(PAUSE_AFTER_ERROR);
        } finally {
            permits.release(taken - messages.size());
        }
        if (!messages.isEmpty()) {
            Failpoint.RECEIVED.reach();
        }
        messages.forEach(m -> Thread.ofVirtual().name("message-" + m.id()).start(() -> consume(m)));
    }

    private void pause(Duration duration) throws InterruptedException {
        if (!stopping) {
            Thread.sleep(duration);
        }
    }

    private void consume(Message message) {
        working.add(Thread.currentThread());
        try {
            Outcome outcome = work(message);
            // What a shutdown broke off is no failure: someone else may have it at once.
            settle(message, stopping && outcome instanceof RetryAfter ? new RetryAfter(Duration.ZERO) : outcome);
        } finally {
            working.remove(Thread.currentThread());
            permits.release();
        }
    }

    private Outcome work(Message message) {
        if (stopping) {
            return new RetryAfter(Duration.ZERO);
        }
        Thread heartbeat = Thread.ofVirtual().name("heartbeat-" + message.id()).start(() -> keepHidden(message));
        try {
            return handler.handle(message);
        } catch (InterruptedException _) {
            return new RetryAfter(Duration.ZERO);
        } catch (RuntimeException | Error e) { // An error too costs its message one attempt, and nobody else anything.
            LOG.error("Handling message {} of {} failed", message.id(), queue.name(), e);
            return new RetryAfter(RetryPolicy.after(message.receiveCount(), ThreadLocalRandom.current()));
        } finally {
            stop(heartbeat);
        }
    }

    /// Ends the heartbeat before the message is settled, so that no late beat undoes it.
    private static void stop(Thread heartbeat) {
        heartbeat.interrupt();
        boolean interrupted = Thread.interrupted();
        while (true) {
            try {
                heartbeat.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void keepHidden(Message message) {
        long end = System.nanoTime() + settings.maxAge().toNanos();
        try {
            while (System.nanoTime() < end) {
                Thread.sleep(settings.heartbeat());
                beat(message);
            }
            LOG.warn("Message {} of {} is taking too long: others may have it", message.id(), queue.name());
        } catch (InterruptedException _) {
            return; // The work is over.
        }
    }

    private void beat(Message message) {
        try {
            queue.changeVisibility(message, settings.visibility());
        } catch (RuntimeException e) { // The next beat may come through.
            LOG.warn("Heartbeat of message {} of {} failed: {}", message.id(), queue.name(), e.getMessage());
        }
    }

    private void settle(Message message, Outcome outcome) {
        Thread.interrupted(); // A shutdown does not keep the outcome from being told.
        try {
            switch (outcome) {
                case Done() -> {
                    queue.delete(message);
                    Failpoint.SETTLED.reach();
                }
                case RetryAfter(Duration delay) -> queue.changeVisibility(message, delay);
                case Reject(String reason) ->
                    LOG.error("Message {} of {} is left alone: {}", message.id(), queue.name(), reason);
            }
        } catch (RuntimeException e) {
            LOG.warn(
                    "Cannot settle message {} of {}, it will show again: {}",
                    message.id(),
                    queue.name(),
                    e.getMessage());
        }
    }

    /// Asks for no more messages and starts the clock of the drain. [#close] does this too; whoever closes several
    /// consumers stops all of them first.
    public void stopReceiving() {
        if (!stopping) {
            drainUntil = System.nanoTime() + settings.drain().toNanos();
            stopping = true;
        }
    }

    /// Stops receiving, awaits the receive under way and what is in work, both within the drain time, then interrupts
    /// the rest and gives it back.
    @Override
    public void close() {
        stopReceiving();
        try {
            Thread receiving = receiver;
            if (receiving != null && !receiving.join(Duration.ofNanos(drainLeft()))) {
                LOG.warn(
                        "A receive from {} is still open: what it gets shows again after its visibility", queue.name());
            }
            if (awaitWork(drainLeft())) {
                return;
            }
            LOG.warn("Giving back {} messages of {} that are still in work", working.size(), queue.name());
            working.forEach(Thread::interrupt);
            if (!awaitWork(LAST_WORDS.toNanos())) {
                LOG.warn("Leaving {} messages of {} to their visibility", working.size(), queue.name());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private long drainLeft() {
        return Math.max(0, drainUntil - System.nanoTime());
    }

    /// Every permit is back when nothing is in work; they stay back for a second close.
    private boolean awaitWork(long nanos) throws InterruptedException {
        boolean idle = permits.tryAcquire(settings.concurrency(), nanos, TimeUnit.NANOSECONDS);
        if (idle) {
            permits.release(settings.concurrency());
        }
        return idle;
    }
}
