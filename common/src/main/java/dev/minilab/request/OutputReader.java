package dev.minilab.request;

import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Color;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Keep;
import dev.minilab.job.OutputSpec.Position;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads the outputs of a request or a preset: the words of an [OutputSpec], every mistake with its pointer. For one
/// document and one thread.
final class OutputReader {

    private static final Set<String> FIELDS = Set.of(
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
    private static final String NAME = "[a-z0-9_-]{1,40}";
    /// The sigma of `"blur": true` and `"sharpen": true`: a mild effect, as in sharp.
    private static final double MILD = 1.0;

    private final Fields fields;

    OutputReader(Fields fields) {
        this.fields = fields;
    }

    Map<String, OutputSpec> outputs(JsonNode json, String at) {
        if (!fields.isObject(json, at)) {
            return Map.of();
        }
        if (json.isEmpty()) {
            fields.mistake(at, "names no output");
        }
        if (json.size() > JobRequest.MAX_OUTPUTS) {
            fields.tooManyOutputs(at, "has more than " + JobRequest.MAX_OUTPUTS + " outputs");
            return Map.of();
        }
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            if (!entry.getKey().matches(NAME)) {
                fields.mistake(at, "has an output whose name is not " + NAME);
            } else {
                output(entry.getValue(), at + "/" + entry.getKey())
                        .ifPresent(spec -> outputs.put(entry.getKey(), spec));
            }
        }
        limitPixels(outputs, at);
        return outputs;
    }

    private void limitPixels(Map<String, OutputSpec> outputs, String at) {
        long pixels =
                outputs.values().stream().mapToLong(OutputReader::pixelsOfBox).sum();
        if (pixels > OutputSpec.MAX_RESULT_PIXELS) {
            fields.tooManyOutputs(
                    at,
                    "asks for boxes of " + pixels + " pixels altogether; the limit is " + OutputSpec.MAX_RESULT_PIXELS);
        }
    }

    /// Where one side follows from the original, nothing is known yet.
    private static long pixelsOfBox(OutputSpec spec) {
        return spec.width() == null || spec.height() == null ? 0 : Math.multiplyFull(spec.width(), spec.height());
    }

    private Optional<OutputSpec> output(JsonNode json, String at) {
        if (!fields.isObject(json, at)) {
            return Optional.empty();
        }
        int before = fields.mistakes();
        fields.refuseOthers(json, at, FIELDS);
        Integer width = fields.integer(json, at, "width", OutputSpec.MAX_SIDE);
        Integer height = fields.integer(json, at, "height", OutputSpec.MAX_SIDE);
        if (!json.has("width") && !json.has("height")) {
            fields.mistake(at, "needs width or height");
        }
        Fit fit = fields.named(
                json, at, "fit", Fit::ofWireName, Stream.of(Fit.values()).map(Fit::wireName));
        Position position = new PlaceReader(fields).position(json, at);
        Boolean withoutEnlargement = fields.bool(json, at, "without_enlargement");
        int beforeFormat = fields.mistakes();
        ImageFormat format = format(json, at);
        boolean formatIsRight = fields.mistakes() == beforeFormat;
        Integer quality = fields.integer(json, at, "quality", 100);
        boolean lossless = fields.flag(json, at, "lossless");
        Color background = background(json, at);
        Double blur = sigma(json, at, "blur", OutputSpec.MAX_BLUR);
        Double sharpen = sigma(json, at, "sharpen", OutputSpec.MAX_SHARPEN);
        var watermark = new PlaceReader(fields).watermark(json, at);
        boolean animated = fields.flag(json, at, "animated");
        Set<Keep> keep = keep(json, at);
        if (formatIsRight) {
            agree(format, lossless, animated, keep, at);
        }
        if (fields.mistakes() > before) {
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
                lossless,
                background,
                blur,
                sharpen,
                watermark,
                animated,
                keep));
    }

    /// What a format cannot do is refused, not passed over.
    private void agree(@Nullable ImageFormat format, boolean lossless, boolean animated, Set<Keep> keep, String at) {
        if (lossless && (format == null || format == ImageFormat.JPEG || format == ImageFormat.GIF)) {
            fields.mistake(at + "/lossless", "needs format png, webp or avif"); // auto may come out as JPEG.
        }
        if (animated && format != null && !format.canAnimate()) {
            fields.mistake(at + "/animated", "needs format gif, webp or auto");
        }
        if (!keep.isEmpty() && (format == ImageFormat.GIF || format == ImageFormat.AVIF)) {
            fields.mistake(at + "/keep", "needs format jpeg, png, webp or auto");
        }
    }

    /// A Gaussian's sigma, `true` for a mild one, `false` for none.
    private @Nullable Double sigma(JsonNode json, String at, String field, double max) {
        JsonNode node = json.path(field);
        if (node.isMissingNode()) {
            return null;
        }
        if (node.isBoolean()) {
            return node.booleanValue() ? MILD : null;
        }
        double sigma = Fields.number(node);
        if (!(sigma >= OutputSpec.MIN_SIGMA && sigma <= max)) {
            fields.mistake(
                    at + "/" + field, "is a number from " + OutputSpec.MIN_SIGMA + " to " + (int) max + ", or true");
            return null;
        }
        return sigma;
    }

    private Set<Keep> keep(JsonNode json, String at) {
        JsonNode node = json.path("keep");
        if (node.isMissingNode()) {
            return Set.of();
        }
        if (!node.isArray()) {
            fields.mistake(at + "/keep", "is a list of icc and copyright");
            return Set.of();
        }
        Set<Keep> keep = EnumSet.noneOf(Keep.class);
        for (int i = 0; i < node.size(); i++) {
            Optional<Keep> one =
                    node.get(i).isString() ? Keep.ofWireName(node.get(i).stringValue()) : Optional.empty();
            one.ifPresent(keep::add);
            if (one.isEmpty()) {
                fields.mistake(at + "/keep/" + i, "is not one of icc, copyright");
            }
        }
        return keep;
    }

    private @Nullable ImageFormat format(JsonNode json, String at) {
        String name = fields.text(json, at, "format", 40);
        if (name == null || name.equals("auto")) {
            return null;
        }
        Optional<ImageFormat> format = ImageFormat.ofWireName(name).filter(ImageFormat::writable);
        if (format.isEmpty()) {
            fields.mistake(at + "/format", "is not one of jpeg, png, webp, avif, gif, auto");
        }
        return format.orElse(null);
    }

    private @Nullable Color background(JsonNode json, String at) {
        String text = fields.text(json, at, "background", 40);
        if (text == null) {
            return null;
        }
        Optional<Color> color = Color.parse(text);
        if (color.isEmpty()) {
            fields.mistake(at + "/background", "is a colour: #rrggbb or #rrggbbaa");
        }
        return color.orElse(null);
    }
}
