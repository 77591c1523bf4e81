package dev.minilab.queue;

import java.time.Duration;
import java.util.List;

/// One standard SQS queue: at least once, in no order, each message hidden from others for its visibility while
/// someone works on it. Thread-safe.
///
/// Every call throws [QueueException] when the queue cannot be reached.
public interface MessageQueue {

    /// The queue's name, for logs.
    String name();

    /// Sends a message for now.
    default void send(String body, String group) {
        send(body, group, Duration.ZERO);
    }

    /// Sends a message of at most 1 MiB.
    ///
    /// @param group whose message it is: Amazon keeps a group with a backlog from delaying the others
    /// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>)
    /// @param delay how long nobody receives it, at most 15 minutes, in whole seconds and rounded up; a message
    /// that waits so is not in flight
    void send(String body, String group, Duration delay);

    /// Waits for up to `wait` (at most 20 s) for messages, and hides those it returns from others for `visibility`.
    List<Message> receive(int max, Duration wait, Duration visibility);

    /// Deletes a message for good. A receipt handle that has grown old is no error: the message is someone else's by
    /// then.
    void delete(Message message);

    /// Hides a message for `visibility` from now on; zero gives it back at once. An old receipt handle is no error.
    void changeVisibility(Message message, Duration visibility);

    /// Asks for the queue. What is found wrong is explained for whoever configured it.
    void check();

    /// How many messages it holds, about.
    Depth depth();
}
