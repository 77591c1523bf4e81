package dev.minilab.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.minilab.queue.FakeQueue;
import dev.minilab.queue.FakeQueue.Call;
import dev.minilab.queue.FakeQueue.Kind;
import dev.minilab.queue.Message;
import dev.minilab.worker.consume.Outcome.Reject;
import dev.minilab.worker.consume.Outcome.RetryAfter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The consumer")
@Timeout(60)
class ConsumerTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration LONG_POLL = Duration.ofMillis(200);
    private static final Duration DRAIN = Duration.ofSeconds(20);
    private static final Duration SHORT_POLL = Duration.ofMillis(20);
    private static final Duration SHORT_DRAIN = Duration.ofSeconds(1);

    private final FakeQueue queue = new FakeQueue();
    private final BlockingQueue<Message> handled = new LinkedBlockingQueue<>();
    private final CountDownLatch blocked = new CountDownLatch(1);
    private AutoCloseable consumer = () -> {};

    @AfterEach
    void unblockAndClose() throws Exception {
        blocked.countDown();
        close();
    }

    private void close() throws Exception {
        consumer.close();
        consumer = () -> {};
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10, 25})
    @DisplayName("I22 works on as many messages at once as it may, and never receives more than it has room for")
    void concurrency(int concurrency) throws Exception {
        int messages = 3 * concurrency;
        send(messages);
        AtomicInteger working = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(concurrency);
        start(concurrency, message -> {
            most.accumulateAndGet(working.incrementAndGet(), Math::max);
            full.countDown();
            await(full);
            working.decrementAndGet();
            return Outcome.DONE;
        });
        queue.awaitCalls(messages, c -> c.kind() == Kind.DELETE);

        assertThat(most).hasValue(concurrency);
        assertThat(queue.mostInWork()).isEqualTo(concurrency);
        assertThat(queue.receives()).allMatch(c -> c.number() >= 1 && c.number() <= 10);
        assertThat(queue.ids()).isEmpty();
    }

    @Test
    @DisplayName("deletes a message that is done")
    void done() throws Exception {
        send(1);
        start(1, message -> {
            handled.add(message);
            return Outcome.DONE;
        });
        queue.awaitCalls(1, c -> c.kind() == Kind.DELETE);

        assertThat(handled)
                .extracting(Message::id, Message::body, Message::receiveCount)
                .containsExactly(tuple("m1", "body 1", 1));
        assertThat(queue.ids()).isEmpty();
        assertThat(queue.settlements()).containsExactly(new Call(Kind.DELETE, "m1", 0));
    }

    @Test
    @DisplayName("hides a message that is to be retried, for as long as the outcome says")
    void retryAfter() throws Exception {
        send(1);
        start(1, _ -> new RetryAfter(Duration.ofMinutes(5)));
        queue.awaitCalls(1, c -> c.kind() == Kind.HIDE);

        assertThat(queue.settlements()).containsExactly(new Call(Kind.HIDE, "m1", 300_000));
        assertThat(queue.ids()).containsExactly("m1");
    }

    @Test
    @DisplayName("gets a message again that is to be retried at once, with the next receive count")
    void retryAtOnce() throws Exception {
        send(1);
        start(1, message -> {
            handled.add(message);
            return message.receiveCount() < 3 ? new RetryAfter(Duration.ZERO) : Outcome.DONE;
        });
        queue.awaitCalls(1, c -> c.kind() == Kind.DELETE);

        assertThat(handled).extracting(Message::receiveCount).containsExactly(1, 2, 3);
        assertThat(queue.ids()).isEmpty();
    }

    @Test
    @DisplayName("leaves a rejected message to its visibility and goes on with the next")
    void reject() throws Exception {
        send(2);
        start(1, message -> message.id().equals("m1") ? new Reject("from the future") : Outcome.DONE);
        queue.awaitCalls(1, c -> c.kind() == Kind.DELETE);

        assertThat(queue.settlements()).containsExactly(new Call(Kind.DELETE, "m2", 0));
        assertThat(queue.ids()).containsExactly("m1");
    }

    @Test
    @DisplayName("retries by policy what ends with an exception")
    void exception() throws Exception {
        send(1);
        start(1, _ -> {
            throw new IllegalStateException("a bug");
        });
        queue.awaitCalls(1, c -> c.kind() == Kind.HIDE);

        Call hidden = queue.settlements().getFirst();
        assertThat(hidden.number()).isBetween(1L, RetryPolicy.ceiling(1).toMillis());
        assertThat(queue.ids()).containsExactly("m1");
    }

    @Test
    @DisplayName("goes on with the next message after an error of the machine, and leaves that one to its visibility")
    void error() throws Exception {
        send(2);
        start(1, message -> {
            if (message.id().equals("m1")) {
                throw new StackOverflowError("made for a test");
            }
            return Outcome.DONE;
        });
        queue.awaitCalls(1, c -> c.kind() == Kind.DELETE);

        assertThat(queue.ids()).containsExactly("m1");
    }

    @Test
    @DisplayName("I9 keeps a message hidden while work on it lives, and no longer")
    void heartbeat() throws Exception {
        send(1);
        start(1, settings(Duration.ofMillis(5), LONG), message -> {
            queue.awaitCalls(3, c -> c.kind() == Kind.HIDE);
            handled.add(message);
            return Outcome.DONE;
        });
        queue.awaitCalls(1, c -> c.kind() == Kind.DELETE);
        close();

        List<Call> calls = queue.settlements();
        assertThat(handled).hasSize(1);
        assertThat(calls).hasSizeGreaterThanOrEqualTo(4);
        assertThat(calls.subList(0, calls.size() - 1)).allMatch(new Call(Kind.HIDE, "m1", LONG.toMillis())::equals);
        assertThat(calls.getLast()).isEqualTo(new Call(Kind.DELETE, "m1", 0));
    }

    @Test
    @DisplayName("settles a message only after its last heartbeat, however long that takes")
    void heartbeatBeforeSettling() throws Exception {
        for (int i = 0; i < 50; i++) {
            send(1);
        }
        AtomicInteger settled = new AtomicInteger();
        start(10, settings(Duration.ofMillis(1), LONG), message -> {
            queue.awaitCalls(1, c -> c.kind() == Kind.HIDE && c.id().equals(message.id()));
            settled.incrementAndGet();
            return new RetryAfter(Duration.ofHours(1));
        });
        queue.awaitCalls(50, c -> c.number() == Duration.ofHours(1).toMillis());
        close();

        assertThat(settled).hasValue(50);
        assertThat(queue.settlements().reversed().stream()
                        .collect(Collectors.toMap(Call::id, Call::number, (last, _) -> last))
                        .values())
                .hasSize(50)
                .allMatch(hidden -> hidden == Duration.ofHours(1).toMillis());
    }

    @Test
    @DisplayName("stops the heartbeat at its greatest age, so that a message of endless work shows again")
    void maxAge() throws Exception {
        send(1);
        CountDownLatch again = new CountDownLatch(1);
        Consumer.Settings settings = new Consumer.Settings(
                Duration.ofMillis(50), Duration.ofMillis(10), Duration.ofMillis(100), LONG_POLL, DRAIN);
        start(2, settings, message -> {
            handled.add(message);
            if (message.receiveCount() == 1) {
                await(again);
            }
            again.countDown();
            return Outcome.DONE;
        });
        queue.awaitCalls(2, c -> c.kind() == Kind.DELETE);

        assertThat(handled).extracting(Message::receiveCount).startsWith(1, 2);
        assertThat(queue.ids()).isEmpty();
    }

    @Test
    @DisplayName("F20 works on when heartbeats fail")
    void failingHeartbeats() throws Exception {
        send(1);
        queue.failNext(Kind.HIDE, FakeQueue.unreachable());
        queue.failNext(Kind.HIDE, FakeQueue.unreachable());
        start(1, settings(Duration.ofMillis(5), LONG), _ -> {
            queue.awaitCalls(4, c -> c.kind() == Kind.HIDE);
            return Outcome.DONE;
        });
        queue.awaitCalls(1, c -> c.kind() == Kind.DELETE);

        assertThat(queue.ids()).isEmpty();
    }

    @Test
    @DisplayName("F16 goes on receiving when the queue answers again")
    void failingReceive() throws Exception {
        queue.failNext(Kind.RECEIVE, FakeQueue.unreachable());
        send(1);
        start(1, _ -> Outcome.DONE);
        queue.awaitCalls(1, c -> c.kind() == Kind.DELETE);

        assertThat(queue.receives()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(queue.mostInWork()).isEqualTo(1);
    }

    @Test
    @DisplayName("F19 goes on when a message cannot be settled: that one shows again")
    void failingSettlement() throws Exception {
        send(2);
        queue.failNext(Kind.DELETE, FakeQueue.unreachable());
        start(1, _ -> Outcome.DONE);
        queue.awaitCalls(2, c -> c.kind() == Kind.DELETE);

        assertThat(queue.ids()).containsExactly("m1");
    }

    @Test
    @DisplayName("I10 lets work in flight end before close returns, and begins no other")
    void closeWaits() throws Exception {
        send(1);
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        start(2, message -> {
            handled.add(message);
            started.countDown();
            await(blocked);
            ended.set(true);
            return Outcome.DONE;
        });
        await(started);
        Thread closing = closing();
        send(1);
        blocked.countDown();
        closing.join();

        assertThat(ended).isTrue();
        assertThat(queue.settlements()).contains(new Call(Kind.DELETE, "m1", 0));
        assertThat(queue.ids()).containsExactly("m2");
        assertThat(handled).extracting(Message::id).containsExactly("m1");
    }

    @Test
    @DisplayName("I10 interrupts what is left after the drain time and gives it back at once")
    void closeInterrupts() throws Exception {
        send(2);
        CountDownLatch started = new CountDownLatch(2);
        start(3, new Consumer.Settings(LONG, Duration.ofSeconds(20), LONG, SHORT_POLL, SHORT_DRAIN), _ -> {
            started.countDown();
            await(blocked);
            return Outcome.DONE;
        });
        await(started);
        close();

        assertThat(queue.settlements())
                .containsExactlyInAnyOrder(new Call(Kind.HIDE, "m1", 0), new Call(Kind.HIDE, "m2", 0));
        assertThat(queue.ids()).containsExactly("m1", "m2");
    }

    @Test
    @DisplayName("I10 tells the outcome of work that ends although it was interrupted")
    void interruptedAndDone() throws Exception {
        send(1);
        CountDownLatch started = new CountDownLatch(1);
        start(2, new Consumer.Settings(LONG, Duration.ofSeconds(20), LONG, SHORT_POLL, SHORT_DRAIN), _ -> {
            started.countDown();
            try {
                await(blocked);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return Outcome.DONE;
        });
        await(started);
        close();

        assertThat(queue.settlements()).containsExactly(new Call(Kind.DELETE, "m1", 0));
    }

    @Test
    @DisplayName("I10 gives back unopened what a receive brings after close has begun")
    void receivedWhileClosing() throws Exception {
        start(1, new Consumer.Settings(LONG, Duration.ofSeconds(20), LONG, Duration.ofSeconds(20), DRAIN), message -> {
            handled.add(message);
            return Outcome.DONE;
        });
        queue.awaitReceiving();
        Thread closing = closing();
        send(1);
        closing.join();

        assertThat(handled).isEmpty();
        assertThat(queue.settlements()).containsExactly(new Call(Kind.HIDE, "m1", 0));
    }

    @Test
    @DisplayName("I10 when idle closes as soon as the open receive returns, long before the drain time")
    void closeIdle() throws Exception {
        start(10, _ -> Outcome.DONE);
        queue.awaitReceiving();
        long begin = System.nanoTime();
        close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    @DisplayName("closes although it was never started")
    void closeUnstarted() {
        consumer(1, settings(LONG, LONG), _ -> Outcome.DONE).close();

        assertThat(queue.receives()).isEmpty();
    }

    @Test
    @DisplayName("I10 drains from the first moment on when it is full and no receive is open")
    void closeFull() throws Exception {
        send(1);
        CountDownLatch started = new CountDownLatch(1);
        start(1, new Consumer.Settings(LONG, Duration.ofSeconds(20), LONG, SHORT_POLL, SHORT_DRAIN), _ -> {
            started.countDown();
            await(blocked);
            return Outcome.DONE;
        });
        await(started);
        long begin = System.nanoTime();
        close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(queue.settlements()).containsExactly(new Call(Kind.HIDE, "m1", 0));
    }

    @Test
    @DisplayName("goes on receiving after a bug below it")
    void unexpectedFailure() throws Exception {
        queue.failNext(Kind.RECEIVE, new IllegalStateException("made for a test"));
        send(1);
        start(1, _ -> Outcome.DONE);
        queue.awaitCalls(1, c -> c.kind() == Kind.DELETE);

        assertThat(queue.ids()).isEmpty();
    }

    @Test
    @DisplayName("closes twice, the second time at once")
    void closeTwice() {
        Consumer idle = consumer(1, settings(LONG, LONG), _ -> Outcome.DONE);
        idle.close();
        long begin = System.nanoTime();
        idle.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    private void start(int concurrency, Handler handler) {
        start(concurrency, settings(Duration.ofSeconds(20), LONG), handler);
    }

    private void start(int concurrency, Consumer.Settings settings, Handler handler) {
        Consumer started = consumer(concurrency, settings, handler);
        consumer = started;
        started.start();
    }

    private Consumer consumer(int concurrency, Consumer.Settings settings, Handler handler) {
        return new Consumer(queue, handler, settings, Permits.alone(concurrency), Fairness.NONE);
    }

    private static Consumer.Settings settings(Duration heartbeat, Duration maxAge) {
        return new Consumer.Settings(LONG, heartbeat, maxAge, LONG_POLL, DRAIN);
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            queue.send("body " + (i + 1), "a");
        }
    }

    /// A thread that is waiting in `close`.
    private Thread closing() {
        AutoCloseable closed = consumer;
        consumer = () -> {};
        Thread thread = Thread.ofPlatform().name("closing").start(() -> {
            try {
                closed.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        while (thread.getState() != Thread.State.TIMED_WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
        return thread;
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("waited in vain");
        }
    }
}
