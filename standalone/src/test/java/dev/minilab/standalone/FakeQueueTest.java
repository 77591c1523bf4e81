package dev.minilab.standalone;

import dev.minilab.queue.FakeQueue;
import dev.minilab.queue.MessageQueue;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The fake queue of the consumer's tests keeps the contract of a queue")
class FakeQueueTest extends QueueContract {

    @Override
    MessageQueue start() {
        return new FakeQueue();
    }

    @Override
    void stop() {}
}
