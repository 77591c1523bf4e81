package dev.minilab.request;

import dev.minilab.job.OutputSpec.Position;
import dev.minilab.job.OutputSpec.Watermark;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads where things lie in an output: its `position`, and its `watermark` with the position of that. For one
/// document and one thread.
final class PlaceReader {

    private static final Set<String> WATERMARK_FIELDS = Set.of("text", "image_key", "position", "opacity");
    private static final Position RIGHT_BOTTOM = new Position(1, 1);
    private static final double DEFAULT_OPACITY = 0.5;

    private final Fields fields;

    PlaceReader(Fields fields) {
        this.fields = fields;
    }

    /// The `position` of an output, by default its centre.
    Position position(JsonNode json, String at) {
        Position position = position(
                json.path("position"),
                at + "/position",
                "is a name such as centre, left bottom or attention, or a focal point {x, y}");
        return position == null ? Position.CENTRE : position;
    }

    /// The `watermark` of an output, if it has one without mistakes.
    @Nullable
    Watermark watermark(JsonNode output, String atOutput) {
        JsonNode json = output.path("watermark");
        String at = atOutput + "/watermark";
        if (json.isMissingNode() || !fields.isObject(json, at)) {
            return null;
        }
        int before = fields.mistakes();
        fields.refuseOthers(json, at, WATERMARK_FIELDS);
        if (json.has("text") == json.has("image_key")) {
            fields.mistake(at, "has either text or image_key");
        }
        String text = fields.text(json, at, "text", Watermark.MAX_TEXT);
        if (text != null && !Watermark.isText(text)) {
            fields.mistake(at + "/text", "is blank or has control characters");
        }
        String imageKey = fields.text(json, at, "image_key", Watermark.MAX_IMAGE_KEY);
        if (imageKey != null && !Watermark.isImageKey(imageKey)) {
            fields.mistake(at + "/image_key", "is not a name of letters, digits, ., - and _, in folders or not");
        }
        Position position = placeOfWatermark(json, at);
        double opacity = opacity(json, at);
        return fields.mistakes() > before ? null : new Watermark(text, imageKey, position, opacity);
    }

    private Position placeOfWatermark(JsonNode json, String at) {
        String what = "is a name such as centre or left bottom, or a point {x, y}";
        Position position = position(json.path("position"), at + "/position", what);
        if (position != null && position.interest() != null) {
            fields.mistake(at + "/position", what);
        }
        return position == null ? RIGHT_BOTTOM : position;
    }

    private double opacity(JsonNode json, String at) {
        JsonNode node = json.path("opacity");
        double opacity = node.isMissingNode() ? DEFAULT_OPACITY : Fields.number(node);
        if (!(opacity > 0 && opacity <= 1)) {
            fields.mistake(at + "/opacity", "is a number above 0 and up to 1");
        }
        return opacity;
    }

    private @Nullable Position position(JsonNode node, String at, String what) {
        if (node.isMissingNode()) {
            return null;
        }
        if (node.isObject()) {
            fields.refuseOthers(node, at, Set.of("x", "y"));
            return new Position(fraction(node, at, "x"), fraction(node, at, "y"));
        }
        Optional<Position> position = node.isString() ? Position.ofName(node.stringValue()) : Optional.empty();
        if (position.isEmpty()) {
            fields.mistake(at, what);
        }
        return position.orElse(null);
    }

    private double fraction(JsonNode node, String at, String field) {
        double number = Fields.number(node.path(field));
        if (number >= 0 && number <= 1) {
            return number;
        }
        fields.mistake(at + "/" + field, "is a number from 0 to 1");
        return 0.5;
    }
}
