package dev.minilab.request;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Lane;
import dev.minilab.json.Json;
import dev.minilab.json.Json.UnreadableJsonException;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.io.InputStream;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads a job request out of JSON and reports every mistake with its pointer, unknown fields among them: what we
/// would ignore, we refuse.
///
/// For one request and one thread.
public final class JobRequestReader {

    private static final Set<String> FIELDS =
            Set.of("source", "outputs", "preset", "webhook", "external_id", "metadata", "lane", "deadline_seconds");

    private static final String OUTPUT = "/outputs/[^/]*";

    private final Fields fields = new Fields();

    private JobRequestReader() {}

    /// A whole job request, as it stands in a `job` part or a body. An output that is named twice is a mistake of the
    /// request, where any other name that comes twice makes the JSON unreadable.
    ///
    /// @throws UnreadableJsonException if it is no JSON
    /// @throws InvalidRequestException with every mistake
    public static JobRequest read(InputStream json) throws InvalidRequestException {
        try {
            return read(Json.readTree(json));
        } catch (UnreadableJsonException e) {
            if (e.duplicate().filter(at -> at.matches(OUTPUT)).isPresent()) {
                throw new InvalidRequestException(
                        ErrorCode.INVALID_SPEC, List.of(new Mistake("/outputs", "has two outputs of the same name")));
            }
            throw e;
        }
    }

    /// A job request that has been read as JSON.
    ///
    /// @throws InvalidRequestException with every mistake
    public static JobRequest read(JsonNode json) throws InvalidRequestException {
        JobRequestReader reader = new JobRequestReader();
        JobRequest request = reader.request(json);
        reader.fields.finish();
        return request;
    }

    private JobRequest request(JsonNode json) {
        if (!fields.isObject(json, "")) {
            return JobRequest.EMPTY;
        }
        fields.refuseOthers(json, "", FIELDS);
        if (json.has("outputs") && json.has("preset")) {
            fields.mistake("/preset", "cannot stand beside outputs: give one of them");
        }
        JsonNode webhook = json.path("webhook");
        return new JobRequest(
                json.has("outputs") ? new OutputReader(fields).outputs(json.path("outputs"), "/outputs") : Map.of(),
                fields.text(json, "", "preset", 40),
                json.has("webhook") ? webhookUrl(webhook) : null,
                json.has("webhook") ? webhookEvents(webhook) : Set.of(),
                fields.text(json, "", "external_id", JobRequest.MAX_EXTERNAL_ID),
                metadata(json),
                deadline(json),
                lane(json),
                json.has("source") ? new SourceReader(fields).source(json.path("source")) : new SourceRef.Inline());
    }

    private Lane lane(JsonNode json) {
        Lane lane = fields.named(
                json, "", "lane", Lane::ofWireName, Stream.of(Lane.values()).map(Lane::wireName));
        return lane == null ? Lane.INTERACTIVE : lane;
    }

    private @Nullable String webhookUrl(JsonNode webhook) {
        if (!fields.isObject(webhook, "/webhook")) {
            return null;
        }
        fields.refuseOthers(webhook, "/webhook", Set.of("url", "events"));
        String url = fields.text(webhook, "/webhook", "url", 2048);
        if (url == null && !webhook.has("url")) {
            fields.mistake("/webhook/url", "is missing");
        }
        return url;
    }

    private Set<JobStatus> webhookEvents(JsonNode webhook) {
        JsonNode events = webhook.path("events");
        if (events.isMissingNode()) {
            return Set.of();
        }
        if (!events.isArray() || events.isEmpty()) {
            fields.mistake("/webhook/events", "is a list of events that is not empty");
            return Set.of();
        }
        Set<JobStatus> wanted = EnumSet.noneOf(JobStatus.class);
        for (int i = 0; i < events.size(); i++) {
            Optional<JobStatus> status = event(events.get(i));
            status.ifPresent(wanted::add);
            if (status.isEmpty()) {
                fields.mistake("/webhook/events/" + i, "is not one of " + eventNames());
            }
        }
        return wanted;
    }

    private static Optional<JobStatus> event(JsonNode node) {
        return Stream.of(JobStatus.values())
                .filter(JobStatus::terminal)
                .filter(s -> node.isString() && s.event().equals(node.stringValue()))
                .findFirst();
    }

    private static String eventNames() {
        return Stream.of(JobStatus.values())
                .filter(JobStatus::terminal)
                .map(JobStatus::event)
                .collect(Collectors.joining(", "));
    }

    private Map<String, String> metadata(JsonNode json) {
        JsonNode node = json.path("metadata");
        if (node.isMissingNode() || !fields.isObject(node, "/metadata")) {
            return Map.of();
        }
        if (node.size() > JobRequest.MAX_METADATA_ENTRIES) {
            fields.mistake("/metadata", "holds more than " + JobRequest.MAX_METADATA_ENTRIES + " entries");
            return Map.of();
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String pointer = "/metadata/" + Fields.escape(entry.getKey());
            if (entry.getKey().isEmpty() || entry.getKey().length() > 40) {
                fields.mistake("/metadata", "has a name that is not 1 to 40 characters long");
            } else if (!entry.getValue().isString()
                    || entry.getValue().stringValue().length() > JobRequest.MAX_METADATA_VALUE) {
                fields.mistake(pointer, "is not a string of at most " + JobRequest.MAX_METADATA_VALUE + " characters");
            } else {
                metadata.put(entry.getKey(), entry.getValue().stringValue());
            }
        }
        return metadata;
    }

    private @Nullable Duration deadline(JsonNode json) {
        Integer seconds = fields.integer(json, "", "deadline_seconds", (int) JobRequest.MAX_DEADLINE.toSeconds());
        return seconds == null ? null : Duration.ofSeconds(seconds);
    }
}
