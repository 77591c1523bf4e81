package dev.minilab.job;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a job ended: the content of `result.json`, created once and never changed, but for one thing: a job that is
/// deleted gets a tombstone in its place.
///
/// `attempts` counts from 1, 0 when no worker ever touched the job. `source` is what the worker found, which saw the
/// whole file where the API saw its head; absent if it found nothing. `deletedAt` makes a tombstone of it. Immutable.
public record Result(
        int schema,
        JobId job,
        JobStatus status,
        @Nullable Instant startedAt,
        Instant finishedAt,
        int attempts,
        Map<String, Output> outputs,
        @Nullable JobError error,
        @Nullable Timings timings,
        @Nullable Source source,
        @Nullable Placeholder placeholder,
        @Nullable Instant deletedAt) {

    public static final int SCHEMA = 1;

    /// The end of a job that was never rendered.
    public Result(
            int schema,
            JobId job,
            JobStatus status,
            @Nullable Instant startedAt,
            Instant finishedAt,
            int attempts,
            Map<String, Output> outputs,
            @Nullable JobError error,
            @Nullable Timings timings) {
        this(schema, job, status, startedAt, finishedAt, attempts, outputs, error, timings, null, null, null);
    }

    /// The end of a job that nobody wants any more.
    public static Result canceled(JobId job, @Nullable Instant startedAt, int attempts, Instant now) {
        return new Result(SCHEMA, job, JobStatus.CANCELED, startedAt, now, attempts, Map.of(), null, null);
    }

    /// The end of a job that had not ended by its deadline.
    public static Result expired(JobId job, @Nullable Instant startedAt, int attempts, Instant now) {
        JobError error = JobError.of(ErrorCode.DEADLINE_EXCEEDED, "the deadline passed");
        return new Result(SCHEMA, job, JobStatus.EXPIRED, startedAt, now, attempts, Map.of(), error, null);
    }

    /// What is left of a job that ended like this once it is deleted.
    public Result tombstone(Instant now) {
        return new Result(schema, job, status, startedAt, finishedAt, attempts, Map.of(), null, null, null, null, now);
    }

    public Result {
        if (!status.terminal()) {
            throw new IllegalArgumentException("a result is terminal");
        }
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /// One output as it ended: what was stored, or why it was not.
    public record Output(@Nullable Stored stored, @Nullable JobError error) {
        public Output {
            if ((stored == null) == (error == null)) {
                throw new IllegalArgumentException("an output is stored or failed");
            }
        }
    }

    /// A stored output: size in pixels and bytes, SHA-256 in lower-case hex.
    public record Stored(ImageFormat format, int width, int height, long bytes, String sha256) {}

    /// Where the time went, in milliseconds, and how often the original was decoded.
    public record Timings(long queuedMs, long renderMs, int decodes) {}
}
