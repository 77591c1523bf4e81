package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What every queue that Minilab runs on must do, and a fake as well. Each test leaves the queue empty.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class QueueContract {

    static final Duration LONG = Duration.ofSeconds(60);
    static final Duration WAIT = Duration.ofSeconds(5);

    private MessageQueue queue;

    /// The queue, empty, whose messages are received as often as its tests do it.
    abstract MessageQueue start() throws Exception;

    abstract void stop() throws Exception;

    @BeforeAll
    void open() throws Exception {
        queue = start();
    }

    @AfterAll
    void close() throws Exception {
        stop();
    }

    static Message receiveOne(MessageQueue queue, Duration visibility) {
        List<Message> messages = queue.receive(10, WAIT, visibility);
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }

    @Test
    @DisplayName("hides what it hands out, shows it at once when it is given back, and counts")
    void visibility() {
        queue.send("{\"n\":1}", "a");
        Message first = receiveOne(queue, LONG);
        assertThat(first.body()).isEqualTo("{\"n\":1}");
        assertThat(first.receiveCount()).isEqualTo(1);
        assertThat(queue.receive(10, Duration.ZERO, LONG)).isEmpty();

        queue.changeVisibility(first, Duration.ZERO);
        Message second = receiveOne(queue, LONG);
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.receiveCount()).isEqualTo(2);

        queue.delete(second);
        assertThat(queue.receive(10, Duration.ofSeconds(1), LONG)).isEmpty();
    }

    @Test
    @DisplayName("F18 what nobody settles shows again after its visibility, and a heartbeat puts that off")
    void showsAgain() {
        queue.send("{\"n\":2}", "a");
        Message first = receiveOne(queue, Duration.ofSeconds(1));
        Message second = receiveOne(queue, Duration.ofSeconds(1));
        assertThat(second.id()).isEqualTo(first.id());
        queue.changeVisibility(second, LONG);
        assertThat(queue.receive(10, Duration.ofSeconds(2), LONG)).isEmpty();
        queue.delete(second);
    }

    @Test
    @DisplayName("F21 an old receipt handle is no error, for deleting and for heartbeats")
    void oldHandle() {
        queue.send("{\"n\":3}", "a");
        Message old = receiveOne(queue, LONG);
        queue.changeVisibility(old, Duration.ZERO);
        Message current = receiveOne(queue, LONG);
        queue.delete(current);
        queue.delete(old);
        queue.changeVisibility(old, LONG);
        assertThat(queue.receive(10, Duration.ZERO, LONG)).isEmpty();
    }

    @Test
    @DisplayName("hands out no more than it was asked for, and everything in the end, in any order")
    void several() {
        List<String> sent =
                IntStream.range(0, 12).mapToObj(n -> "{\"é\":" + n + "}").toList();
        sent.forEach(body -> queue.send(body, "a"));
        List<String> received = new ArrayList<>();
        while (received.size() < sent.size()) {
            List<Message> messages = queue.receive(5, WAIT, LONG);
            assertThat(messages).hasSizeBetween(1, 5);
            messages.forEach(message -> {
                received.add(message.body());
                queue.delete(message);
            });
        }
        assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
    }
}
