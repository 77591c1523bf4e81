package dev.minilab.worker.consume;

import dev.minilab.failpoint.Failpoint;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.QueueException;
import dev.minilab.trace.Step;
import dev.minilab.trace.Tracing;
import dev.minilab.worker.consume.Outcome.Done;
import dev.minilab.worker.consume.Outcome.Reject;
import dev.minilab.worker.consume.Outcome.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
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
    private static final Outcome AT_ONCE = new RetryAfter(Duration.ZERO);

    /// How a queue is consumed.
    ///
    /// @param visibility for how long a message is hidden at receive and at each heartbeat
    /// @param heartbeat how often that is renewed; less than half of `visibility`
    /// @param maxAge how long it is renewed at most
    /// @param longPoll how long a receive waits for messages, at most 20 s
    /// @param drain how long [#close] waits for what is in work
    public record Settings(
            Duration visibility, Duration heartbeat, Duration maxAge, Duration longPoll, Duration drain) {}

    private final MessageQueue queue;
    private final Handler handler;
    private final Settings settings;
    private final Permits.Lane lane;
    private final Fairness fairness;
    private final Turns turns;
    private final Semaphore parking;
    private final Set<Thread> parked = ConcurrentHashMap.newKeySet();
    private final Set<Thread> working = ConcurrentHashMap.newKeySet();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile long drainUntil;
    private volatile @Nullable Instant lastTaken;
    private volatile @Nullable Thread receiver;

    public Consumer(MessageQueue queue, Handler handler, Settings settings, Permits.Lane lane, Fairness fairness) {
        this.queue = queue;
        this.handler = handler;
        this.settings = settings;
        this.lane = lane;
        this.fairness = fairness;
        turns = new Turns(fairness.perGroup());
        parking = new Semaphore(fairness.parked());
        Meters.gauge(Metric.PERMITS, lane::free, queue.name());
    }

    public void start() {
        receiver = Thread.ofVirtual().name("receive-" + queue.name()).start(this::receiveUntilStopped);
    }

    /// Where there are other lanes, a receive waits for messages only with permits that are reserved to this one.
    /// Those beyond are used while every receive comes back full, and without waiting, so that nobody misses them.
    private void receiveUntilStopped() {
        boolean more = false;
        try {
            while (!stopping()) {
                int permits = lane.take(more ? MOST_PER_RECEIVE : Math.min(MOST_PER_RECEIVE, lane.reserved()));
                more = permits > 0 && receive(permits) == permits;
            }
        } catch (InterruptedException _) {
            return; // Someone wants this thread to end.
        }
    }

    private int receive(int permits) throws InterruptedException {
        List<Message> messages = List.of();
        try {
            Duration wait = permits <= lane.reserved() ? settings.longPoll() : Duration.ZERO;
            messages = queue.receive(permits, wait, settings.visibility());
        } catch (QueueException e) {
            LOG.warn("Cannot receive from {}: {}", queue.name(), e.getMessage());
            pauseAfterError();
        } catch (RuntimeException | Error e) {
            LOG.error("Receiving from {} failed unexpectedly", queue.name(), e);
            pauseAfterError();
        } finally {
            lane.release(permits - messages.size());
        }
        for (Message message : messages) {
            if (message.receiveCount() == 1 && message.sentAt() != null) {
                lastTaken = message.sentAt();
            }
        }
        if (!messages.isEmpty()) {
            Failpoint.RECEIVED.reach();
        }
        messages.forEach(this::begin);
        return messages.size();
    }

    private void pauseAfterError() throws InterruptedException {
        stopping.await(PAUSE_AFTER_ERROR.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void begin(Message message) {
        Thread thread = Thread.ofVirtual().name("message-" + message.id()).unstarted(() -> consume(message));
        working.add(thread);
        thread.start();
    }

    private void consume(Message message) {
        try (Seat seat = new Seat(lane)) {
            Outcome outcome = stopping() ? AT_ONCE : work(message, seat);
            // What a shutdown broke off is no failure: someone else may have it at once.
            settle(message, stopping() && outcome instanceof RetryAfter ? AT_ONCE : outcome);
        } finally {
            working.remove(Thread.currentThread());
        }
    }

    private Outcome work(Message message, Seat seat) {
        try (Heartbeat heartbeat = Heartbeat.start(queue, message, settings)) {
            String group = fairness.group().apply(message);
            if (!enter(group, seat)) {
                return AT_ONCE;
            }
            try {
                heartbeat.countFromNow();
                return handle(message);
            } finally {
                turns.leave(group);
            }
        } catch (InterruptedException _) {
            return AT_ONCE;
        } catch (RuntimeException | Error e) { // An error too costs its message one attempt, and nobody else anything.
            LOG.error("Handling message {} of {} failed", message.id(), queue.name(), e);
            return new RetryAfter(RetryPolicy.after(message.receiveCount(), ThreadLocalRandom.current()));
        }
    }

    private Outcome handle(Message message) throws InterruptedException {
        try (Step step = Tracing.receive(queue.name(), message.id(), message.traceparent())) {
            String why = "interrupted";
            try {
                Outcome outcome = handler.handle(message);
                why = switch (outcome) {
                    case Done() -> "";
                    case RetryAfter _ -> "retry";
                    case Reject _ -> "reject";
                };
                return outcome;
            } catch (RuntimeException | Error e) {
                why = e.getClass().getName();
                throw e;
            } finally {
                if (!why.isEmpty()) {
                    step.fail(why);
                }
            }
        }
    }

    /// Waits for the turn of a message's group; while there is room for that, without a permit, so that messages of
    /// other groups get it.
    private boolean enter(String group, Seat seat) throws InterruptedException {
        if (turns.tryEnter(group)) {
            return true;
        }
        if (!parking.tryAcquire()) {
            return turns.enter(group, settings.maxAge());
        }
        boolean entered = false;
        boolean seated = false;
        parked.add(Thread.currentThread());
        try {
            if (stopping()) {
                return false;
            }
            seat.leave();
            entered = turns.enter(group, settings.maxAge());
            if (entered) {
                seat.takeBack();
                seated = true;
            }
            return seated;
        } finally {
            if (entered && !seated) {
                turns.leave(group);
            }
            parked.remove(Thread.currentThread());
            parking.release();
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

    /// When the message was sent that was taken last, of those never taken before; nothing if there was none yet.
    public @Nullable Instant lastTaken() {
        return lastTaken;
    }

    private boolean stopping() {
        return stopping.getCount() == 0;
    }

    /// Asks for no more messages, gives back those that still wait for a turn, and starts the clock of the drain.
    /// [#close] does this too; whoever closes several consumers stops all of them first.
    public void stopReceiving() {
        if (!stopping()) {
            drainUntil = System.nanoTime() + settings.drain().toNanos();
            stopping.countDown();
            lane.close();
            parked.forEach(Thread::interrupt);
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
            if (awaitWork(drainUntil)) {
                return;
            }
            LOG.warn("Giving back {} messages of {} that are still in work", working.size(), queue.name());
            working.forEach(Thread::interrupt);
            if (!awaitWork(System.nanoTime() + LAST_WORDS.toNanos())) {
                LOG.warn("Leaving {} messages of {} to their visibility", working.size(), queue.name());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private long drainLeft() {
        return Math.max(0, drainUntil - System.nanoTime());
    }

    private boolean awaitWork(long until) throws InterruptedException {
        for (Thread thread : working) {
            if (!thread.join(Duration.ofNanos(Math.max(0, until - System.nanoTime())))) {
                return false;
            }
        }
        return true;
    }
}
