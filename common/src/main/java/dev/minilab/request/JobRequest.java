package dev.minilab.request;

import dev.minilab.job.JobStatus;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a client asks for. Either `outputs` is not empty or a preset applies, by default the preset `default`. The
/// webhook's URL is as sent: whether it may be called is for the caller to check. A deadline counts from acceptance.
/// Immutable.
public record JobRequest(
        Map<String, OutputSpec> outputs,
        @Nullable String preset,
        @Nullable String webhookUrl,
        Set<JobStatus> webhookEvents,
        @Nullable String externalId,
        Map<String, String> metadata,
        @Nullable Duration deadline,
        Lane lane,
        SourceRef source) {

    public static final int MAX_OUTPUTS = 20;

    public static final int MAX_EXTERNAL_ID = 200;
    public static final int MAX_METADATA_ENTRIES = 50;
    public static final int MAX_METADATA_VALUE = 500;
    public static final Duration MAX_DEADLINE = Duration.ofDays(7);

    /// A request for the default preset and nothing else.
    public static final JobRequest EMPTY = new JobRequest(
            Map.of(), null, null, Set.of(), null, Map.of(), null, Lane.INTERACTIVE, new SourceRef.Inline());
}
