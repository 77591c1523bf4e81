package dev.minilab.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one output shall be. What is null is left to the API and its defaults; what it may hold is described with the
/// API, which also checks it. Immutable.
///
/// - `width`, `height`: 1 to 4096 pixels, at least one of them.
/// - `fit`: `cover`, `contain`, `fill`, `inside`, `outside`; `inside` if null.
/// - `position`: [#at(String)] or [#at(double,double)].
/// - `format`: `jpeg`, `png`, `webp`, `avif`, `gif`, `auto`; `auto` if null.
/// - `quality`: 1 to 100. `background`: `#rrggbb` or `#rrggbbaa`. `blur`, `sharpen`: a sigma in pixels.
/// - `keep`: of `icc` and `copyright`.
public record OutputSpec(
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable String fit,
        @Nullable Object position,
        @Nullable Boolean withoutEnlargement,
        @Nullable String format,
        @Nullable Integer quality,
        @Nullable Boolean lossless,
        @Nullable String background,
        @Nullable Double blur,
        @Nullable Double sharpen,
        @Nullable Watermark watermark,
        @Nullable Boolean animated,
        @Nullable List<String> keep) {

    /// What is laid over an output: a text, or an image among the watermarks of the tenant.
    public record Watermark(
            @Nullable String text,
            @Nullable String imageKey,
            @Nullable Object position,
            @Nullable Double opacity) {}

    /// A point of an image, from 0 to 1 in both directions.
    public record Point(double x, double y) {}

    public OutputSpec {
        keep = keep == null ? null : List.copyOf(keep);
    }

    /// An output inside a box, in its own ratio.
    public static OutputSpec inside(int width, int height) {
        return new OutputSpec(width, height, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /// An output of this width, in its own ratio.
    public static OutputSpec width(int width) {
        return new OutputSpec(width, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /// An output of exactly this size, cropped.
    public static OutputSpec cover(int width, int height) {
        return inside(width, height).fit("cover");
    }

    public OutputSpec fit(String to) {
        return new OutputSpec(
                width,
                height,
                to,
                position,
                withoutEnlargement,
                format,
                quality,
                lossless,
                background,
                blur,
                sharpen,
                watermark,
                animated,
                keep);
    }

    /// Which part to keep, by name: `centre`, `top`, `right top`, …, `entropy`, `attention`.
    public OutputSpec at(String name) {
        return at((Object) name);
    }

    /// Which part to keep, by a focal point.
    public OutputSpec at(double x, double y) {
        return at(new Point(x, y));
    }

    private OutputSpec at(Object to) {
        return new OutputSpec(
                width,
                height,
                fit,
                to,
                withoutEnlargement,
                format,
                quality,
                lossless,
                background,
                blur,
                sharpen,
                watermark,
                animated,
                keep);
    }

    public OutputSpec format(String to) {
        return new OutputSpec(
                width,
                height,
                fit,
                position,
                withoutEnlargement,
                to,
                quality,
                lossless,
                background,
                blur,
                sharpen,
                watermark,
                animated,
                keep);
    }

    public OutputSpec quality(int to) {
        return new OutputSpec(
                width,
                height,
                fit,
                position,
                withoutEnlargement,
                format,
                to,
                lossless,
                background,
                blur,
                sharpen,
                watermark,
                animated,
                keep);
    }

    public OutputSpec background(String to) {
        return new OutputSpec(
                width,
                height,
                fit,
                position,
                withoutEnlargement,
                format,
                quality,
                lossless,
                to,
                blur,
                sharpen,
                watermark,
                animated,
                keep);
    }

    public OutputSpec watermark(Watermark to) {
        return new OutputSpec(
                width,
                height,
                fit,
                position,
                withoutEnlargement,
                format,
                quality,
                lossless,
                background,
                blur,
                sharpen,
                to,
                animated,
                keep);
    }
}
