package dev.minilab.worker.consume;

import java.time.Duration;

/// What became of a message; the consumer settles it accordingly.
public sealed interface Outcome {

    /// The work is done, or was done before: the message is deleted.
    record Done() implements Outcome {}

    /// Not now: the message shows again after a while, 0 for at once. A while is at most SQS's 12 hours.
    record RetryAfter(Duration delay) implements Outcome {}

    /// Nothing that this version can work on: the message is left to the queue's redrive policy, and to the log.
    record Reject(String reason) implements Outcome {}

    Outcome DONE = new Done();
}
