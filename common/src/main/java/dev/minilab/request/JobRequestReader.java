package dev.minilab.request;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobStatus;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Color;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Keep;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
            Set.of("outputs", "preset", "webhook", "external_id", "metadata", "lane", "deadline_seconds");
    private static final Set<String> OUTPUT_FIELDS = Set.of(
            "width",
            "height",
            "fit",
            "position",
            "without_enlargement",
            "format",
            "quality",
            "lossless",
            "background",
            "blur",
            "sharpen",
            "watermark",
            "animated",
            "keep");
    private static final String OUTPUT_NAME = "[a-z0-9_-]{1,40}";
    private static final String IMAGE_KEY = "[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*";
    private static final Position RIGHT_BOTTOM = new Position(1, 1);

    private final List<Mistake> mistakes = new ArrayList<>();
    private ErrorCode code = ErrorCode.INVALID_SPEC;

    private JobRequestReader() {}

    /// A whole job request, as it stands in a `job` part.
    ///
    /// @throws InvalidRequestException with every mistake
    public static JobRequest read(JsonNode json) throws InvalidRequestException {
        JobRequestReader reader = new JobRequestReader();
        JobRequest request = reader.request(json);
        reader.finish();
        return request;
    }

    /// A map of outputs alone, as it stands in a preset.
    ///
    /// @throws InvalidRequestException with every mistake
    public static Map<String, OutputSpec> readOutputs(JsonNode json) throws InvalidRequestException {
        JobRequestReader reader = new JobRequestReader();
        Map<String, OutputSpec> outputs = reader.outputs(json, "");
        reader.finish();
        return outputs;
    }

    private void finish() throws InvalidRequestException {
        if (!mistakes.isEmpty()) {
            throw new InvalidRequestException(code, mistakes);
        }
    }

    private JobRequest request(JsonNode json) {
        if (!isObject(json, "")) {
            return JobRequest.EMPTY;
        }
        refuseOthers(json, "", FIELDS, Set.of("source"));
        if (json.has("outputs") && json.has("preset")) {
            mistake("/preset", "cannot stand beside outputs: give one of them");
        }
        lane(json);
        JsonNode webhook = json.path("webhook");
        return new JobRequest(
                json.has("outputs") ? outputs(json.path("outputs"), "/outputs") : Map.of(),
                text(json, "", "preset", 40),
                json.has("webhook") ? webhookUrl(webhook) : null,
                json.has("webhook") ? webhookEvents(webhook) : Set.of(),
                text(json, "", "external_id", JobRequest.MAX_EXTERNAL_ID),
                metadata(json),
                deadline(json));
    }

    private void lane(JsonNode json) {
        String lane = text(json, "", "lane", 40);
        if ("bulk".equals(lane)) {
            mistake("/lane", "bulk is not available in this release");
        } else if (lane != null && !lane.equals("interactive")) {
            mistake("/lane", "is interactive or bulk");
        }
    }

    private @Nullable String webhookUrl(JsonNode webhook) {
        if (!isObject(webhook, "/webhook")) {
            return null;
        }
        refuseOthers(webhook, "/webhook", Set.of("url", "events"), Set.of());
        String url = text(webhook, "/webhook", "url", 2048);
        if (url == null && !webhook.has("url")) {
            mistake("/webhook/url", "is missing");
        }
        return url;
    }

    private Set<JobStatus> webhookEvents(JsonNode webhook) {
        JsonNode events = webhook.path("events");
        if (events.isMissingNode()) {
            return Set.of();
        }
        if (!events.isArray() || events.isEmpty()) {
            mistake("/webhook/events", "is a list of events that is not empty");
            return Set.of();
        }
        Set<JobStatus> wanted = EnumSet.noneOf(JobStatus.class);
        for (int i = 0; i < events.size(); i++) {
            Optional<JobStatus> status = event(events.get(i));
            status.ifPresent(wanted::add);
            if (status.isEmpty()) {
                mistake("/webhook/events/" + i, "is not one of " + eventNames());
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
        if (node.isMissingNode() || !isObject(node, "/metadata")) {
            return Map.of();
        }
        if (node.size() > JobRequest.MAX_METADATA_ENTRIES) {
            mistake("/metadata", "holds more than " + JobRequest.MAX_METADATA_ENTRIES + " entries");
            return Map.of();
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String pointer = "/metadata/" + escape(entry.getKey());
            if (entry.getKey().isEmpty() || entry.getKey().length() > 40) {
                mistake("/metadata", "has a name that is not 1 to 40 characters long");
            } else if (!entry.getValue().isString()
                    || entry.getValue().stringValue().length() > JobRequest.MAX_METADATA_VALUE) {
                mistake(pointer, "is not a string of at most " + JobRequest.MAX_METADATA_VALUE + " characters");
            } else {
                metadata.put(entry.getKey(), entry.getValue().stringValue());
            }
        }
        return metadata;
    }

    private @Nullable Duration deadline(JsonNode json) {
        Integer seconds = integer(json, "", "deadline_seconds", (int) JobRequest.MAX_DEADLINE.toSeconds());
        return seconds == null ? null : Duration.ofSeconds(seconds);
    }

    private Map<String, OutputSpec> outputs(JsonNode json, String at) {
        if (!isObject(json, at)) {
            return Map.of();
        }
        if (json.isEmpty()) {
            mistake(at, "names no output");
        }
        if (json.size() > JobRequest.MAX_OUTPUTS) {
            code = ErrorCode.TOO_MANY_OUTPUTS;
            mistake(at, "has more than " + JobRequest.MAX_OUTPUTS + " outputs");
            return Map.of();
        }
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            if (!entry.getKey().matches(OUTPUT_NAME)) {
                mistake(at, "has an output whose name is not " + OUTPUT_NAME);
            } else {
                output(entry.getValue(), at + "/" + entry.getKey())
                        .ifPresent(spec -> outputs.put(entry.getKey(), spec));
            }
        }
        return outputs;
    }

    private Optional<OutputSpec> output(JsonNode json, String at) {
        if (!isObject(json, at)) {
            return Optional.empty();
        }
        int before = mistakes.size();
        refuseOthers(json, at, OUTPUT_FIELDS, Set.of());
        Integer width = integer(json, at, "width", OutputSpec.MAX_SIDE);
        Integer height = integer(json, at, "height", OutputSpec.MAX_SIDE);
        if (!json.has("width") && !json.has("height")) {
            mistake(at, "needs width or height");
        }
        Fit fit =
                named(json, at, "fit", Fit::ofWireName, Stream.of(Fit.values()).map(Fit::wireName));
        Position position = position(json, at);
        Boolean withoutEnlargement = bool(json, at, "without_enlargement");
        ImageFormat format = format(json, at);
        Integer quality = integer(json, at, "quality", 100);
        Boolean lossless = bool(json, at, "lossless");
        Color background = background(json, at);
        Double blur = sigma(json, at, "blur", OutputSpec.MAX_BLUR);
        Double sharpen = sigma(json, at, "sharpen", OutputSpec.MAX_SHARPEN);
        Watermark watermark = json.has("watermark") ? watermark(json.path("watermark"), at + "/watermark") : null;
        Boolean animated = bool(json, at, "animated");
        Set<Keep> keep = keep(json, at);
        agree(format, lossless, animated, keep, at);
        if (mistakes.size() > before) {
            return Optional.empty();
        }
        return Optional.of(new OutputSpec(
                width,
                height,
                fit == null ? Fit.INSIDE : fit,
                position,
                withoutEnlargement == null || withoutEnlargement,
                format,
                quality,
                Boolean.TRUE.equals(lossless),
                background,
                blur,
                sharpen,
                watermark,
                Boolean.TRUE.equals(animated),
                keep));
    }

    /// What a format cannot do is refused, not passed over.
    private void agree(
            @Nullable ImageFormat format,
            @Nullable Boolean lossless,
            @Nullable Boolean animated,
            Set<Keep> keep,
            String at) {
        if (format == null) {
            return;
        }
        if (Boolean.TRUE.equals(lossless) && (format == ImageFormat.JPEG || format == ImageFormat.GIF)) {
            mistake(at + "/lossless", format.wireName() + " is never lossless");
        }
        if (Boolean.TRUE.equals(animated) && !format.canAnimate()) {
            mistake(at + "/animated", "needs format gif, webp or auto");
        }
        if (!keep.isEmpty() && (format == ImageFormat.GIF || format == ImageFormat.AVIF)) {
            mistake(at + "/keep", "needs format jpeg, png, webp or auto");
        }
    }

    /// A Gaussian's sigma, or `true` for a mild one.
    private @Nullable Double sigma(JsonNode json, String at, String field, double max) {
        JsonNode node = json.path(field);
        if (node.isMissingNode() || (node.isBoolean() && !node.booleanValue())) {
            return null;
        }
        if (node.isBoolean()) {
            return 1.0;
        }
        double sigma = node.isInt() || node.isDouble() ? node.doubleValue() : 0;
        if (!(sigma >= OutputSpec.MIN_SIGMA && sigma <= max)) {
            mistake(at + "/" + field, "is true or a number from " + OutputSpec.MIN_SIGMA + " to " + (int) max);
            return null;
        }
        return sigma;
    }

    private @Nullable Watermark watermark(JsonNode json, String at) {
        if (!isObject(json, at)) {
            return null;
        }
        int before = mistakes.size();
        refuseOthers(json, at, Set.of("text", "image_key", "position", "opacity"), Set.of());
        if (json.has("text") == json.has("image_key")) {
            mistake(at, "has either text or image_key");
        }
        String text = text(json, at, "text", Watermark.MAX_TEXT);
        String imageKey = text(json, at, "image_key", 200);
        if (imageKey != null && !imageKey.matches(IMAGE_KEY)) {
            mistake(at + "/image_key", "is not a name of letters, digits, dots, - and _, in folders or not");
        }
        Position position = json.has("position") ? position(json, at) : RIGHT_BOTTOM;
        if (position.interest() != null) {
            mistake(at + "/position", "of a watermark is a place");
        }
        JsonNode node = json.path("opacity");
        double opacity = node.isMissingNode() ? 0.5 : node.isInt() || node.isDouble() ? node.doubleValue() : 0;
        if (!(opacity > 0 && opacity <= 1)) {
            mistake(at + "/opacity", "is a number above 0 and up to 1");
        }
        return mistakes.size() > before ? null : new Watermark(text, imageKey, position, opacity);
    }

    private Set<Keep> keep(JsonNode json, String at) {
        JsonNode node = json.path("keep");
        if (node.isMissingNode()) {
            return Set.of();
        }
        if (!node.isArray()) {
            mistake(at + "/keep", "is a list");
            return Set.of();
        }
        Set<Keep> keep = EnumSet.noneOf(Keep.class);
        for (int i = 0; i < node.size(); i++) {
            Optional<Keep> one =
                    node.get(i).isString() ? Keep.ofWireName(node.get(i).stringValue()) : Optional.empty();
            one.ifPresent(keep::add);
            if (one.isEmpty()) {
                mistake(at + "/keep/" + i, "is not one of icc, copyright");
            }
        }
        return keep;
    }

    private Position position(JsonNode json, String at) {
        JsonNode node = json.path("position");
        String pointer = at + "/position";
        if (node.isMissingNode()) {
            return Position.CENTRE;
        }
        if (node.isObject()) {
            refuseOthers(node, pointer, Set.of("x", "y"), Set.of());
            return new Position(fraction(node, pointer, "x"), fraction(node, pointer, "y"));
        }
        Optional<Position> position = node.isString() ? Position.ofName(node.stringValue()) : Optional.empty();
        if (position.isEmpty()) {
            mistake(pointer, "is a name such as centre, left bottom or attention, or a focal point {x, y}");
        }
        return position.orElse(Position.CENTRE);
    }

    private double fraction(JsonNode node, String at, String field) {
        JsonNode value = node.path(field);
        double number = value.isInt() || value.isDouble() ? value.doubleValue() : -1; // Others are larger.
        if (number >= 0 && number <= 1) {
            return number;
        }
        mistake(at + "/" + field, "is a number from 0 to 1");
        return 0.5;
    }

    private @Nullable ImageFormat format(JsonNode json, String at) {
        String name = text(json, at, "format", 40);
        if (name == null || name.equals("auto")) {
            return null;
        }
        Optional<ImageFormat> format = ImageFormat.ofWireName(name);
        if (format.isEmpty() || !format.get().writable()) {
            mistake(at + "/format", "is not one of jpeg, png, webp, avif, gif, auto");
            return null;
        }
        return format.get();
    }

    private @Nullable Color background(JsonNode json, String at) {
        String text = text(json, at, "background", 40);
        if (text == null) {
            return null;
        }
        Optional<Color> color = Color.parse(text);
        if (color.isEmpty()) {
            mistake(at + "/background", "is a colour: #rrggbb or #rrggbbaa");
        }
        return color.orElse(null);
    }

    private <T> @Nullable T named(
            JsonNode json, String at, String field, Function<String, Optional<T>> parse, Stream<String> names) {
        String name = text(json, at, field, 40);
        if (name == null) {
            return null;
        }
        Optional<T> value = parse.apply(name);
        if (value.isEmpty()) {
            mistake(at + "/" + field, "is not one of " + names.collect(Collectors.joining(", ")));
        }
        return value.orElse(null);
    }

    private @Nullable String text(JsonNode json, String at, String field, int max) {
        JsonNode node = json.path(field);
        if (node.isMissingNode()) {
            return null;
        }
        if (!node.isString()
                || node.stringValue().isEmpty()
                || node.stringValue().length() > max) {
            mistake(at + "/" + field, "is not a string of 1 to " + max + " characters");
            return null;
        }
        return node.stringValue();
    }

    private @Nullable Integer integer(JsonNode json, String at, String field, int max) {
        JsonNode node = json.path(field);
        if (node.isMissingNode()) {
            return null;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1 || node.intValue() > max) {
            mistake(at + "/" + field, "is not a whole number from 1 to " + max);
            return null;
        }
        return node.intValue();
    }

    private @Nullable Boolean bool(JsonNode json, String at, String field) {
        JsonNode node = json.path(field);
        if (!node.isMissingNode() && !node.isBoolean()) {
            mistake(at + "/" + field, "is not true or false");
        }
        return node.isBoolean() ? node.booleanValue() : null;
    }

    private boolean isObject(JsonNode json, String at) {
        if (!json.isObject()) {
            mistake(at, "is not a JSON object");
        }
        return json.isObject();
    }

    private void refuseOthers(JsonNode json, String at, Set<String> fields, Set<String> toCome) {
        for (String name : json.propertyNames()) {
            if (toCome.contains(name)) {
                mistake(at + "/" + name, "is not available in this release");
            } else if (!fields.contains(name)) {
                mistake(at + "/" + escape(name), "is not a field we know");
            }
        }
    }

    /// A name as it stands in a JSON Pointer, cut to a length that an answer can carry.
    private static String escape(String name) {
        String cut = name.length() <= 60 ? name : name.substring(0, 60) + "…";
        return cut.replace("~", "~0").replace("/", "~1");
    }

    private void mistake(String pointer, String detail) {
        mistakes.add(new Mistake(pointer, detail));
    }
}
