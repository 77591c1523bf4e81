package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.Config;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.Queues;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The queue keeps its contract on the embedded SQS")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EmbeddedQueueTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration WAIT = Duration.ofSeconds(5);

    @TempDir
    static Path folder;

    private static Infra infra;
    private static Queues queues;
    private static MessageQueue queue;

    @BeforeAll
    static void start() {
        infra = Infra.start(folder, Map.of(), "127.0.0.1", 0, 0);
        queues = new Queues(Config.load(infra.settings()).queue());
        queue = queues.open("minilab-jobs");
    }

    @AfterAll
    static void stop() {
        queues.close();
        infra.close();
    }

    private static Message receiveOne() {
        List<Message> messages = queue.receive(10, WAIT, LONG);
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }

    @Test
    @Order(1)
    @DisplayName("hides what it hands out, shows it at once when it is given back, and counts")
    void visibility() {
        queue.send("{\"n\":1}", "a");
        Message first = receiveOne();
        assertThat(first.body()).isEqualTo("{\"n\":1}");
        assertThat(first.receiveCount()).isEqualTo(1);
        assertThat(queue.receive(10, Duration.ZERO, LONG)).isEmpty();

        queue.changeVisibility(first, Duration.ZERO);
        Message second = receiveOne();
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.receiveCount()).isEqualTo(2);

        queue.delete(second);
        assertThat(queue.receive(10, Duration.ofSeconds(1), LONG)).isEmpty();
    }

    @Test
    @Order(2)
    @DisplayName("F21 an old receipt handle is no error, for deleting and for heartbeats")
    void oldHandle() {
        queue.send("{\"n\":2}", "a");
        Message old = receiveOne();
        queue.changeVisibility(old, Duration.ZERO);
        Message current = receiveOne();
        queue.delete(current);
        queue.delete(old);
        queue.changeVisibility(old, LONG);
        assertThat(queue.receive(10, Duration.ZERO, LONG)).isEmpty();
    }

    @Test
    @Order(3)
    @DisplayName("moves a message aside that was handed out too often")
    void deadLetters() {
        queue.send("{\"poison\":true}", "a");
        for (int i = 1; i <= Config.Worker.MAX_RECEIVE_COUNT; i++) {
            Message message = receiveOne();
            assertThat(message.receiveCount()).isEqualTo(i);
            queue.changeVisibility(message, Duration.ZERO);
        }
        assertThat(queue.receive(10, Duration.ofSeconds(1), LONG)).isEmpty();
        assertThat(queues.open("minilab-jobs-dlq").receive(10, WAIT, LONG))
                .singleElement()
                .satisfies(message -> assertThat(message.body()).isEqualTo("{\"poison\":true}"));
    }
}
