package dev.minilab.client;

import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A job as the API shows it. What is not known yet is null. Fields that came after this version of the client are
/// passed over. Immutable.
public record Job(
        String id,
        JobStatus status,
        String tenant,
        @Nullable String externalId,
        @Nullable Lane lane,
        @Nullable String retryOf,
        Map<String, String> metadata,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant deadlineAt,
        int attempts,
        @Nullable Source source,
        Map<String, Output> outputs,
        @Nullable Placeholder placeholder,
        @Nullable Failure error,
        @Nullable Webhook webhook,
        @Nullable Timings timings) {

    public Job {
        metadata = metadata == null ? Map.of() : Map.copyOf(metadata);
        outputs = outputs == null ? Map.of() : Map.copyOf(outputs);
    }

    /// What is known of the original: width and height in pixels after orientation, size in bytes, SHA-256 in hex;
    /// of a source by URL, the URL.
    public record Source(
            @Nullable URI url,
            @Nullable String format,
            @Nullable String mediaType,
            @Nullable Integer width,
            @Nullable Integer height,
            @Nullable Long bytes,
            @Nullable String sha256,
            @Nullable Integer orientation,
            @Nullable Integer frames) {}

    /// One output: `status` is `pending`, `succeeded` or `failed`. One that succeeded has all but `error`. `url` is a
    /// link that works for anyone until `urlExpiresAt`; `stableUrl`, a path of the API, leads to a fresh one.
    public record Output(
            String status,
            @Nullable String format,
            @Nullable String mediaType,
            @Nullable Integer width,
            @Nullable Integer height,
            @Nullable Long bytes,
            @Nullable String sha256,
            @Nullable URI url,
            @Nullable Instant urlExpiresAt,
            @Nullable String stableUrl,
            @Nullable Failure error) {

        public boolean succeeded() {
            return status.equals("succeeded");
        }
    }

    /// What to show until the image is there: a ThumbHash in base64, and a colour as `#rrggbb`.
    public record Placeholder(
            @Nullable String thumbhash, @Nullable String dominantColor) {}

    /// Why a job or an output failed. `code` is one of the error codes of the API.
    public record Failure(String code, @Nullable String detail, boolean retryable) {}

    /// How the event stands on its way to the webhook: `pending`, `retrying`, `delivered`, `failed` or `skipped`.
    public record Webhook(
            URI url, String status, int attempts, @Nullable Instant nextAttemptAt) {}

    /// How long it took, in milliseconds, and how often the original was decoded.
    public record Timings(
            @Nullable Long queuedMs,
            @Nullable Long renderMs,
            @Nullable Integer decodes) {}

    /// An output by its name.
    ///
    /// @throws IllegalArgumentException if the job has none of that name
    public Output output(String name) {
        Output output = outputs.get(name);
        if (output == null) {
            throw new IllegalArgumentException("job " + id + " has no output " + name);
        }
        return output;
    }
}
