package dev.minilab.record;

import dev.minilab.job.Capabilities;
import dev.minilab.job.Capabilities.Codec;
import dev.minilab.job.ImageFormat;
import dev.minilab.json.Json;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Shows what several workers can do as one answer: the JSON of `GET /v1/capabilities`.
///
/// Any worker may get a job, so `formats` are those that every worker has a codec for, and limits the lowest;
/// `codecs` and `isolation` list whatever occurs. Without workers the lists are empty.
public final class CapabilitiesView {

    private CapabilitiesView() {}

    /// One answer for all of them.
    ///
    /// @param limits what the API itself lets in
    public static ObjectNode show(List<Capabilities> workers, Capabilities.Limits limits) {
        ObjectNode json = Json.object();
        ObjectNode formats = json.putObject("formats");
        formats(formats.putArray("in"), commonFormats(workers, Codec::reads));
        formats(formats.putArray("out"), commonFormats(workers, Codec::writes));
        ArrayNode codecs = json.putArray("codecs");
        workers.stream()
                .flatMap(worker -> worker.codecs().stream())
                .distinct()
                .forEach(codec -> show(codecs.addObject(), codec));
        ArrayNode isolation = json.putArray("isolation");
        workers.stream().map(Capabilities::isolation).distinct().sorted().forEach(isolation::add);
        ArrayNode versions = json.putArray("versions");
        workers.stream().map(Capabilities::version).distinct().sorted().forEach(versions::add);
        json.put("workers", workers.size());
        json.put(
                "max_renders",
                workers.stream().mapToLong(Capabilities::maxRenders).sum());
        Capabilities.Limits lowest =
                workers.stream().map(Capabilities::limits).reduce(limits, Capabilities.Limits::and);
        json.putObject("limits")
                .put("max_pixels", lowest.maxPixels())
                .put("max_side", lowest.maxSide())
                .put("max_interlaced_pixels", lowest.maxInterlacedPixels());
        return json;
    }

    private static Set<ImageFormat> commonFormats(List<Capabilities> workers, Function<Codec, Set<ImageFormat>> which) {
        return workers.stream()
                .map(worker -> worker.codecs().stream()
                        .flatMap(codec -> which.apply(codec).stream())
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(ImageFormat.class))))
                .reduce((a, b) -> {
                    a.retainAll(b);
                    return a;
                })
                .orElseGet(() -> EnumSet.noneOf(ImageFormat.class));
    }

    private static void show(ObjectNode json, Codec codec) {
        json.put("name", codec.name()).put("version", codec.version());
        formats(json.putArray("reads"), codec.reads());
        formats(json.putArray("writes"), codec.writes());
    }

    private static void formats(ArrayNode json, Set<ImageFormat> formats) {
        Stream.of(ImageFormat.values())
                .filter(formats::contains)
                .map(ImageFormat::wireName)
                .forEach(json::add);
    }
}
