package dev.minilab.queue;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A message as received: `receiveCount` counts from 1 and says how often it was handed out; `receiptHandle` belongs
/// to this receive only.
///
/// @param sentAt when it was sent, by the queue's clock; nothing if the queue does not say
/// @param traceparent the step of a trace that sent it; nothing if that was of none, or nobody here makes traces
public record Message(
        String id,
        String body,
        String receiptHandle,
        int receiveCount,
        @Nullable Instant sentAt,
        @Nullable String traceparent) {

    /// A message of which nobody knows when it was sent, and by what.
    public Message(String id, String body, String receiptHandle, int receiveCount) {
        this(id, body, receiptHandle, receiveCount, null, null);
    }
}
