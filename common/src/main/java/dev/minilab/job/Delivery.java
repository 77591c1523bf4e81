package dev.minilab.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One attempt to deliver a webhook: the content of `deliveries/{n}.json`.
///
/// `attempt` counts from 1; `statusCode` is absent when no answer came, `failure` then says why; `answer` is the
/// beginning of the receiver's answer, at most 1,024 characters.
public record Delivery(
        String webhookId,
        String event,
        int attempt,
        String url,
        Instant sentAt,
        long durationMs,
        @Nullable Integer statusCode,
        @Nullable String failure,
        @Nullable String answer) {

    public boolean delivered() {
        return statusCode != null && statusCode >= 200 && statusCode < 300;
    }
}
