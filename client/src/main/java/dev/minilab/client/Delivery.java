package dev.minilab.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One attempt to deliver the webhook of a job, counted from 1. `statusCode` is null when no answer came; `failure`
/// then says why. `answer` is its beginning, at most 1 kB. Immutable.
public record Delivery(
        int attempt,
        @Nullable String url,
        @Nullable Instant sentAt,
        @Nullable Long durationMs,
        @Nullable Integer statusCode,
        @Nullable String failure,
        @Nullable String answer) {}
