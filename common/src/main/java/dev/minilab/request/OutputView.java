package dev.minilab.request;

import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Keep;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Shows outputs as one would send them, in the words of the public contract. What is at its default is left out, but
/// for `format` and what belongs to a watermark; reading what is shown gives the same outputs.
public final class OutputView {

    private OutputView() {}

    public static ObjectNode show(Map<String, OutputSpec> outputs) {
        ObjectNode json = Json.object();
        outputs.forEach((name, spec) -> json.set(name, show(spec)));
        return json;
    }

    private static ObjectNode show(OutputSpec spec) {
        ObjectNode json = Json.object();
        putIfSet(json, "width", spec.width());
        putIfSet(json, "height", spec.height());
        if (spec.fit() != Fit.INSIDE) {
            json.put("fit", spec.fit().wireName());
        }
        if (!spec.position().equals(Position.CENTRE)) {
            json.set("position", show(spec.position()));
        }
        if (!spec.withoutEnlargement()) {
            json.put("without_enlargement", false);
        }
        json.put("format", spec.format() == null ? "auto" : spec.format().wireName());
        putIfSet(json, "quality", spec.quality());
        putIfTrue(json, "lossless", spec.lossless());
        if (spec.background() != null) {
            json.put("background", spec.background().hex());
        }
        putIfSet(json, "blur", spec.blur());
        putIfSet(json, "sharpen", spec.sharpen());
        if (spec.watermark() != null) {
            json.set("watermark", show(spec.watermark()));
        }
        putIfTrue(json, "animated", spec.animated());
        if (!spec.keep().isEmpty()) {
            ArrayNode keep = json.putArray("keep");
            spec.keep().stream().sorted().map(Keep::wireName).forEach(keep::add);
        }
        return json;
    }

    private static JsonNode show(Position position) {
        ObjectNode point = Json.object().put("x", position.x()).put("y", position.y());
        return position.wireName().<JsonNode>map(name -> point.stringNode(name)).orElse(point);
    }

    private static ObjectNode show(Watermark watermark) {
        ObjectNode json = Json.object();
        if (watermark.text() != null) {
            json.put("text", watermark.text());
        }
        if (watermark.imageKey() != null) {
            json.put("image_key", watermark.imageKey());
        }
        json.set("position", show(watermark.position()));
        return json.put("opacity", watermark.opacity());
    }

    private static void putIfSet(ObjectNode json, String field, @Nullable Integer value) {
        if (value != null) {
            json.put(field, value);
        }
    }

    private static void putIfSet(ObjectNode json, String field, @Nullable Double value) {
        if (value != null) {
            json.put(field, value);
        }
    }

    private static void putIfTrue(ObjectNode json, String field, boolean value) {
        if (value) {
            json.put(field, true);
        }
    }
}
