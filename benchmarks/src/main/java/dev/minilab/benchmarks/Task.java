package dev.minilab.benchmarks;

import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Position;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What is measured: an original and the outputs that are made of it. The first two are those of sharp's own public
/// benchmark.
enum Task {
    JPEG("one JPEG", Original.PHOTOGRAPH, ImageFormat.JPEG, 1.2, "720x588"),
    PNG("one PNG", Original.TRANSPARENT, ImageFormat.PNG, 1.0, "720x540"),
    JPEGS("three JPEGs", Original.PHOTOGRAPH, ImageFormat.JPEG, 2.0, "1600 800 320"),
    WEBPS("three WebPs", Original.PHOTOGRAPH, ImageFormat.WEBP, 1.0, "1600 800 320");

    /// The default of sharp and of Minilab.
    private static final int QUALITY = 80;

    private final String title;
    private final Original original;
    private final ImageFormat format;
    private final double target;
    private final String sizes;

    Task(String title, Original original, ImageFormat format, double target, String sizes) {
        this.title = title;
        this.original = original;
        this.format = format;
        this.target = target;
        this.sizes = sizes;
    }

    /// The name on command lines and of files.
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    String title() {
        return title;
    }

    Original original() {
        return original;
    }

    ImageFormat format() {
        return format;
    }

    /// How many times as many images a second as sharp we mean to render.
    double target() {
        return target;
    }

    /// `1600`, a width, or `720x588`; the largest first.
    List<String> sizes() {
        return List.of(sizes.split(" ", -1));
    }

    /// What we are asked for, by the names of [#sizes].
    Map<String, OutputSpec> outputs() {
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        for (String size : sizes()) {
            outputs.put(size, output(size));
        }
        return Collections.unmodifiableMap(outputs);
    }

    private OutputSpec output(String size) {
        String[] sides = size.split("x", -1);
        Integer height = sides.length == 2 ? Integer.valueOf(sides[1]) : null;
        return new OutputSpec(
                Integer.valueOf(sides[0]),
                height,
                height == null ? Fit.INSIDE : Fit.FILL,
                Position.CENTRE,
                true,
                format,
                format == ImageFormat.PNG ? null : QUALITY,
                null);
    }
}
