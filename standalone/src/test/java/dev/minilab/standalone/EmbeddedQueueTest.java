package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.Config;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.Queues;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queue keeps its contract on the embedded SQS")
class EmbeddedQueueTest extends QueueContract {

    @SuppressWarnings("NullAway.Init") // Set when the tests start.
    private Queues queues;

    @Override
    MessageQueue start() throws Exception {
        Infra infra = SharedInfra.get();
        Map<String, String> settings = new TreeMap<>(infra.settings());
        settings.put("MINILAB_SQS_ENDPOINT", endpoint(infra.queueEndpoint()).toString());
        queues = new Queues(Config.load(settings).queue());
        return queues.open("minilab-jobs");
    }

    /// Where to reach the server.
    URI endpoint(URI server) throws IOException {
        return server;
    }

    @Override
    void stop() throws Exception {
        queues.close();
    }

    @Test
    @DisplayName("F22 moves a message aside that was handed out too often")
    void deadLetters() {
        MessageQueue queue = queues.open("minilab-webhooks");
        queue.send("{\"poison\":true}", "a");
        for (int i = 1; i <= Config.Worker.MAX_RECEIVE_COUNT; i++) {
            Message message = receiveOne(queue, LONG);
            assertThat(message.receiveCount()).isEqualTo(i);
            queue.changeVisibility(message, Duration.ZERO);
        }
        assertThat(queue.receive(10, Duration.ofSeconds(1), LONG)).isEmpty();
        MessageQueue deadLetters = queues.open("minilab-webhooks-dlq");
        Message dead = receiveOne(deadLetters, LONG);
        assertThat(dead.body()).isEqualTo("{\"poison\":true}");
        deadLetters.delete(dead);
    }
}
