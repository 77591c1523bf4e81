package dev.minilab.worker.consume;

import dev.minilab.queue.Message;

/// Works on one message. Called by many threads at once.
@FunctionalInterface
public interface Handler {

    /// An exception that escapes is a bug; the message is retried by policy.
    ///
    /// @throws InterruptedException when the consumer shuts down: the message goes back at once
    Outcome handle(Message message) throws InterruptedException;
}
