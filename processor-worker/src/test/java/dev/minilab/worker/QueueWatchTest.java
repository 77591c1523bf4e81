package dev.minilab.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.metrics.Meters;
import dev.minilab.queue.FakeQueue;
import dev.minilab.queue.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The depth and age of a queue")
class QueueWatchTest {

    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

    private final FakeQueue queue = new FakeQueue();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final AtomicReference<Instant> taken = new AtomicReference<>();

    @Test
    @DisplayName("what is visible and what is in flight show apart")
    void depth() {
        try (QueueWatch watch = new QueueWatch(queue, taken::get, now::get)) {
            queue.send("a", "t");
            queue.send("b", "t");
            Message first =
                    queue.receive(1, Duration.ZERO, Duration.ofMinutes(1)).getFirst();
            watch.look();
            assertThat(Meters.scrape())
                    .contains("minilab_queue_messages{queue=\"fake\",state=\"visible\"} 1.0")
                    .contains("minilab_queue_messages{queue=\"fake\",state=\"in_flight\"} 1.0");
            queue.delete(first);
            watch.look();
            assertThat(Meters.scrape()).contains("minilab_queue_messages{queue=\"fake\",state=\"in_flight\"} 0.0");
        }
    }

    @Test
    @DisplayName("what waits is at most as old as the queue was last empty, or the message last taken was sent")
    void age() {
        try (QueueWatch watch = new QueueWatch(queue, taken::get, now::get)) {
            watch.look();
            assertThat(watch.oldestAgeSeconds()).as("empty").isZero();
            queue.send("a", "t");
            now.set(NOON.plusSeconds(30));
            watch.look();
            assertThat(watch.oldestAgeSeconds()).as("since it was empty").isEqualTo(30);
            taken.set(NOON.plusSeconds(20));
            assertThat(watch.oldestAgeSeconds())
                    .as("since one of then was taken")
                    .isEqualTo(10);
            taken.set(NOON.minusSeconds(100));
            assertThat(watch.oldestAgeSeconds()).as("what is older is no news").isEqualTo(30);
        }
    }
}
