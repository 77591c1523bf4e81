package dev.minilab.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.queue.Depth;
import dev.minilab.queue.FakeQueue;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A heartbeat")
@Timeout(30)
class HeartbeatTest {

    private final CountDownLatch beating = new CountDownLatch(1);

    /// Takes an interrupt for a timeout of its own, as clients do that end their calls by interrupting them.
    private final class Swallowing implements MessageQueue {
        @Override
        public String name() {
            return "swallowing";
        }

        @Override
        public void changeVisibility(Message message, Duration visibility) {
            beating.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException _) {
                throw FakeQueue.unreachable();
            }
        }

        @Override
        public void send(String body, String group, Duration delay) {}

        @Override
        public List<Message> receive(int max, Duration wait, Duration visibility) {
            return List.of();
        }

        @Override
        public void delete(Message message) {}

        @Override
        public Depth depth() {
            return new Depth(0, 0, 0);
        }

        @Override
        public void check() {}
    }

    @Test
    @DisplayName("F20 ends when the work does, although the beat under way swallows the interrupt")
    void swallowed() throws Exception {
        Duration endless = Duration.ofMinutes(10);
        var settings = new Consumer.Settings(endless, Duration.ofMillis(5), endless, Duration.ZERO, endless);
        Heartbeat heartbeat = Heartbeat.start(new Swallowing(), new Message("m", "", "h", 1), settings);
        beating.await();
        long start = System.nanoTime();
        heartbeat.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
}
