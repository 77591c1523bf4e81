package dev.minilab.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.queue.FakeQueue;
import dev.minilab.queue.FakeQueue.Call;
import dev.minilab.queue.FakeQueue.Kind;
import dev.minilab.queue.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Consumers that share their permits")
@Timeout(60)
class LanesTest {
    private static final int PERMITS = 6;
    private static final Consumer.Settings SETTINGS = new Consumer.Settings(
            Duration.ofMinutes(1),
            Duration.ofSeconds(20),
            Duration.ofMinutes(1),
            Duration.ofMillis(200),
            Duration.ofSeconds(20));

    private final FakeQueue interactive = new FakeQueue();
    private final FakeQueue bulk = new FakeQueue();
    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final Semaphore mayEnd = new Semaphore(0, true);
    private final Deque<Consumer> consumers = new ArrayDeque<>();

    @AfterEach
    void close() {
        mayEnd.release(1_000_000);
        consumers.forEach(Consumer::stopReceiving);
        consumers.forEach(Consumer::close);
    }

    private Outcome work(Message message) throws InterruptedException {
        most.accumulateAndGet(working.incrementAndGet(), Math::max);
        try {
            begun.add(message.body());
            if (!mayEnd.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new AssertionError("never let go");
            }
            return Outcome.DONE;
        } finally {
            working.decrementAndGet();
        }
    }

    private void start(FakeQueue queue, Permits.Lane lane, Fairness fairness) {
        Consumer consumer = new Consumer(queue, this::work, SETTINGS, lane, fairness);
        consumers.push(consumer);
        consumer.start();
    }

    private void startBoth() {
        Permits permits = new Permits(PERMITS);
        start(interactive, permits.lane(1), Fairness.NONE);
        start(bulk, permits.lane(1), Fairness.NONE);
    }

    private static void send(FakeQueue queue, String body, int count) {
        for (int i = 0; i < count; i++) {
            queue.send(body, "a");
        }
    }

    private String next() throws InterruptedException {
        String body = begun.poll(20, TimeUnit.SECONDS);
        if (body == null) {
            throw new AssertionError("nothing begun");
        }
        return body;
    }

    @Test
    @DisplayName(
            "work on bulk with every permit but one while nothing else is there, and take what is interactive at once")
    void interactiveAtOnce() throws Exception {
        send(bulk, "bulk", 30);
        startBoth();
        for (int i = 0; i < PERMITS - 1; i++) {
            assertThat(next()).isEqualTo("bulk");
        }
        interactive.send("interactive", "a");
        assertThat(next()).isEqualTo("interactive");
        assertThat(most).hasValue(PERMITS);
    }

    @Test
    @DisplayName(
            "let interactive wait for no more than what is in flight: what ends makes room for it, not for more bulk")
    void interactiveFirst() throws Exception {
        send(bulk, "bulk", 30);
        startBoth();
        for (int i = 0; i < PERMITS - 1; i++) {
            assertThat(next()).isEqualTo("bulk");
        }
        send(interactive, "interactive", 20);
        assertThat(next()).isEqualTo("interactive");
        mayEnd.release(5);
        int sooner = 0;
        for (int i = 0; i < 5; i++) {
            sooner += next().equals("interactive") ? 1 : 0;
        }
        assertThat(sooner)
                .isGreaterThanOrEqualTo(
                        3); // Bulk keeps the one that is reserved to it, and one it may have got just before.
    }

    @Test
    @DisplayName("get on with bulk although interactive never ends")
    void bulkGetsOn() throws Exception {
        send(interactive, "interactive", 1000);
        send(bulk, "bulk", 5);
        startBoth();
        int bulkDone = 0;
        for (int i = 0; i < 1000 && bulkDone < 5; i++) {
            if (next().equals("bulk")) {
                bulkDone++;
            }
            mayEnd.release();
        }
        assertThat(bulkDone).isEqualTo(5);
        assertThat(interactive.ids()).isNotEmpty();
        assertThat(most.get()).isLessThanOrEqualTo(PERMITS);
    }

    @Test
    @DisplayName("I8 let one group's messages take most permits and not all: another's comes through a backlog")
    void fairness() throws Exception {
        send(interactive, "large", 20);
        interactive.send("other", "a");
        start(interactive, Permits.alone(PERMITS), new Fairness(Message::body, 4, 100));
        assertThat(List.of(next(), next(), next(), next(), next()))
                .containsExactlyInAnyOrder("large", "large", "large", "large", "other");
        assertThat(begun).isEmpty();
        mayEnd.release(1_000);
        interactive.awaitCalls(21, c -> c.kind() == Kind.DELETE);
        assertThat(most.get()).isLessThanOrEqualTo(PERMITS);
        assertThat(interactive.ids()).isEmpty();
        assertThat(interactive.settlements()).allMatch(c -> c.kind() == Kind.DELETE);
    }

    @Test
    @DisplayName("I22 hold no more messages than there is room for while they wait for their turn")
    void parkingIsBounded() throws Exception {
        send(interactive, "large", 50);
        start(interactive, Permits.alone(PERMITS), new Fairness(Message::body, 4, 10));
        for (int i = 0; i < 4; i++) {
            next();
        }
        interactive.awaitTaken(4 + 10 + 2);
        assertThat(interactive.taken()).isEqualTo(4 + 10 + 2);
        mayEnd.release(1_000);
        interactive.awaitCalls(50, c -> c.kind() == Kind.DELETE);
    }

    @Test
    @DisplayName("I10 give back at once, when they stop, what waits for its turn")
    void parkedGoBack() throws Exception {
        send(interactive, "large", 9);
        start(interactive, Permits.alone(PERMITS), new Fairness(Message::body, 4, 100));
        for (int i = 0; i < 4; i++) {
            next();
        }
        interactive.awaitTaken(9);
        CountDownLatch stopped = new CountDownLatch(1);
        Consumer consumer = consumers.getFirst();
        Thread.ofVirtual().start(() -> {
            consumer.stopReceiving();
            stopped.countDown();
        });
        interactive.awaitCalls(5, c -> c.kind() == Kind.HIDE && c.number() == 0);
        assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        mayEnd.release(4);
        consumer.close();
        assertThat(interactive.settlements().stream().map(Call::kind).filter(k -> k == Kind.DELETE))
                .hasSize(4);
        assertThat(interactive.ids()).hasSize(5);
    }
}
