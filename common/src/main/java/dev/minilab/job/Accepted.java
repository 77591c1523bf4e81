package dev.minilab.job;

import java.net.URI;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A job as it was accepted: the content of `accepted.json`, written once. From that write on the job exists.
///
/// `source` tells of the original, whose bytes are in the bucket already; where the original is still to be fetched,
/// `sourceUrl` tells from where, and there is no `source`. `outputs` keeps the order of the request; a preset is
/// already resolved into it, and `preset` and `presetVersion` tell which one it was. `lane` is interactive in records
/// from before there were lanes; `retryOf` is the job of which this one is a retry; `traceparent` is the trace of the
/// request that made the job, if it was part of one: whoever works on the job goes on with it. Immutable.
public record Accepted(
        int schema,
        JobId job,
        Tenant tenant,
        Instant acceptedAt,
        @Nullable Source source,
        Map<String, OutputSpec> outputs,
        @Nullable String preset,
        @Nullable Integer presetVersion,
        @Nullable Webhook webhook,
        @Nullable String externalId,
        Map<String, String> metadata,
        @Nullable Instant deadlineAt,
        Lane lane,
        @Nullable JobId retryOf,
        @Nullable URI sourceUrl,
        @Nullable String traceparent) {

    /// The version of this record that we write. A reader leaves a job with a higher one alone.
    public static final int SCHEMA = 1;

    public Accepted {
        if (outputs.isEmpty()) {
            throw new IllegalArgumentException("a job has at least one output");
        }
        if ((source == null) == (sourceUrl == null)) {
            throw new IllegalArgumentException("an original is in the bucket or at a URL");
        }
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        lane = Objects.requireNonNullElse(lane, Lane.INTERACTIVE);
    }

    /// A job that was made outside any trace.
    public Accepted(
            int schema,
            JobId job,
            Tenant tenant,
            Instant acceptedAt,
            @Nullable Source source,
            Map<String, OutputSpec> outputs,
            @Nullable String preset,
            @Nullable Integer presetVersion,
            @Nullable Webhook webhook,
            @Nullable String externalId,
            Map<String, String> metadata,
            @Nullable Instant deadlineAt,
            Lane lane,
            @Nullable JobId retryOf,
            @Nullable URI sourceUrl) {
        this(
                schema,
                job,
                tenant,
                acceptedAt,
                source,
                outputs,
                preset,
                presetVersion,
                webhook,
                externalId,
                metadata,
                deadlineAt,
                lane,
                retryOf,
                sourceUrl,
                null);
    }

    /// The trace that the job belongs to: that of the request which made it, or one of its own.
    public TraceParent trace() {
        return Optional.ofNullable(traceparent).flatMap(TraceParent::parse).orElseGet(() -> TraceParent.of(job));
    }

    /// The preset that the outputs follow, as `name@version`; nothing where the request named its outputs.
    public Optional<String> presetTag() {
        return preset == null || presetVersion == null ? Optional.empty() : Optional.of(preset + "@" + presetVersion);
    }

    /// Where to announce which ends of a job; no events means all of them.
    public record Webhook(URI url, Set<JobStatus> events) {
        public Webhook {
            events = Set.copyOf(events);
        }

        public boolean wants(JobStatus status) {
            return events.isEmpty() || events.contains(status);
        }
    }
}
