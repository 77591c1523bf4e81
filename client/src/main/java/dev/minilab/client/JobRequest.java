package dev.minilab.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What to make of an image. With neither `outputs` nor `preset`, the preset `default` applies. What is empty is not
/// sent. Immutable.
///
/// `deadlineSeconds` counts from acceptance, 1 to 604,800: a job that has not ended by then ends as `expired`.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record JobRequest(
        Map<String, OutputSpec> outputs,
        @Nullable String preset,
        @Nullable Webhook webhook,
        @Nullable String externalId,
        Map<String, String> metadata,
        @Nullable Lane lane,
        @Nullable Integer deadlineSeconds) {

    /// Whom to tell of the end, and of which ends; of all if there are no `events`.
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Webhook(URI url, List<String> events) {
        public Webhook {
            events = List.copyOf(events);
        }
    }

    /// The preset `default`, and nothing else.
    public static final JobRequest DEFAULT = new JobRequest(Map.of(), null, null, null, Map.of(), null, null);

    public JobRequest {
        outputs = Map.copyOf(outputs);
        metadata = Map.copyOf(metadata);
        if (lane == Lane.UNKNOWN) {
            throw new IllegalArgumentException("a lane is interactive or bulk");
        }
    }

    public static JobRequest preset(String name) {
        return new JobRequest(Map.of(), name, null, null, Map.of(), null, null);
    }

    /// A request for one output; [#and] adds more.
    public static JobRequest output(String name, OutputSpec spec) {
        return DEFAULT.and(name, spec);
    }

    public JobRequest and(String name, OutputSpec spec) {
        Map<String, OutputSpec> more = new LinkedHashMap<>(outputs);
        more.put(name, spec);
        return new JobRequest(more, preset, webhook, externalId, metadata, lane, deadlineSeconds);
    }

    /// Whom to tell of the end, whatever it is.
    public JobRequest webhook(URI url) {
        return webhook(new Webhook(url, List.of()));
    }

    public JobRequest webhook(Webhook to) {
        return new JobRequest(outputs, preset, to, externalId, metadata, lane, deadlineSeconds);
    }

    /// Your name for it, 1 to 200 characters; jobs can be listed by it.
    public JobRequest externalId(String to) {
        return new JobRequest(outputs, preset, webhook, to, metadata, lane, deadlineSeconds);
    }

    /// Up to 50 strings that come back with the job.
    public JobRequest metadata(Map<String, String> to) {
        return new JobRequest(outputs, preset, webhook, externalId, to, lane, deadlineSeconds);
    }

    public JobRequest lane(Lane to) {
        return new JobRequest(outputs, preset, webhook, externalId, metadata, to, deadlineSeconds);
    }

    public JobRequest deadlineSeconds(int to) {
        return new JobRequest(outputs, preset, webhook, externalId, metadata, lane, to);
    }
}
