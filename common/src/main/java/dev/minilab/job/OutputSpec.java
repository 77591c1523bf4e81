package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one output is to look like, in sharp's words.
///
/// - `width` and `height`: pixels from 1 to [#MAX_SIDE], at least one of them given.
/// - `format`: absent for `auto`: JPEG, or WebP when the source has alpha or the output is animated.
/// - `quality`: 1 to 100, absent for the default of the format. `lossless` overrides it where the format can
///   (WebP, AVIF).
/// - `background`: fills what the image leaves free and what lies behind transparency where the format has none;
///   absent, it is transparent where the format allows it and white elsewhere.
/// - `blur`, `sharpen`: the sigma of the Gaussian in pixels of the output, from [#MIN_SIGMA] to [#MAX_BLUR] and
///   [#MAX_SHARPEN]; absent for none.
/// - `animated`: whether all frames are rendered, where source and format have some; else the first.
/// - `keep`: what is taken over of the original's metadata; all else is dropped.
///
/// Immutable.
public record OutputSpec(
        @Nullable Integer width,
        @Nullable Integer height,
        Fit fit,
        Position position,
        boolean withoutEnlargement,
        @Nullable ImageFormat format,
        @Nullable Integer quality,
        boolean lossless,
        @Nullable Color background,
        @Nullable Double blur,
        @Nullable Double sharpen,
        @Nullable Watermark watermark,
        boolean animated,
        Set<Keep> keep) {

    public static final int MAX_SIDE = 4096;
    public static final double MIN_SIGMA = 0.3;
    public static final double MAX_BLUR = 100;
    public static final double MAX_SHARPEN = 10;

    public OutputSpec {
        if (width == null && height == null) {
            throw new IllegalArgumentException("width or height is needed");
        }
        requireRange("width", width, MAX_SIDE);
        requireRange("height", height, MAX_SIDE);
        requireRange("quality", quality, 100);
        requireSigma("blur", blur, MAX_BLUR);
        requireSigma("sharpen", sharpen, MAX_SHARPEN);
        if (format != null && !format.writable()) {
            throw new IllegalArgumentException("no output is " + format.wireName());
        }
        keep = Set.copyOf(keep);
    }

    /// An output without effects, animation or metadata.
    public OutputSpec(
            @Nullable Integer width,
            @Nullable Integer height,
            Fit fit,
            Position position,
            boolean withoutEnlargement,
            @Nullable ImageFormat format,
            @Nullable Integer quality,
            @Nullable Color background) {
        this(
                width,
                height,
                fit,
                position,
                withoutEnlargement,
                format,
                quality,
                false,
                background,
                null,
                null,
                null,
                false,
                Set.of());
    }

    /// An image that fits inside a square of `side` pixels, in the format that suits the source.
    public static OutputSpec inside(int side) {
        return new OutputSpec(side, side, Fit.INSIDE, Position.CENTRE, true, null, null, null);
    }

    private static void requireRange(String name, @Nullable Integer value, int max) {
        if (value != null && (value < 1 || value > max)) {
            throw new IllegalArgumentException(name + " is from 1 to " + max);
        }
    }

    private static void requireSigma(String name, @Nullable Double value, double max) {
        if (value != null && !(value >= MIN_SIGMA && value <= max)) {
            throw new IllegalArgumentException(name + " is from " + MIN_SIGMA + " to " + max);
        }
    }

    /// How an image is made to fit the box of `width` and `height`.
    public enum Fit {
        COVER,
        CONTAIN,
        FILL,
        INSIDE,
        OUTSIDE;

        @JsonValue
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Fit> ofWireName(String name) {
            return Stream.of(values()).filter(f -> f.wireName().equals(name)).findFirst();
        }
    }

    /// Which part is kept when `cover` crops, and where the image lies when `contain` leaves room: the point at
    /// fractions `x` from the left and `y` from the top, each from 0 to 1. With an `interest`, `cover` looks for
    /// the part itself.
    public record Position(double x, double y, @Nullable Interest interest) {
        public static final Position CENTRE = new Position(0.5, 0.5);

        public Position(double x, double y) {
            this(x, y, null);
        }

        public Position {
            if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) {
                throw new IllegalArgumentException("x and y are from 0 to 1");
            }
        }

        /// A position by its name, as sharp spells it: `centre`, `top`, `right top`, …
        public static Optional<Position> ofName(String name) {
            return switch (name) {
                case "centre", "center" -> Optional.of(CENTRE);
                case "entropy" -> Optional.of(new Position(0.5, 0.5, Interest.ENTROPY));
                case "attention" -> Optional.of(new Position(0.5, 0.5, Interest.ATTENTION));
                case "top" -> Optional.of(new Position(0.5, 0));
                case "right top" -> Optional.of(new Position(1, 0));
                case "right" -> Optional.of(new Position(1, 0.5));
                case "right bottom" -> Optional.of(new Position(1, 1));
                case "bottom" -> Optional.of(new Position(0.5, 1));
                case "left bottom" -> Optional.of(new Position(0, 1));
                case "left" -> Optional.of(new Position(0, 0.5));
                case "left top" -> Optional.of(new Position(0, 0));
                default -> Optional.empty();
            };
        }
    }

    /// What makes a part of an image worth keeping: much detail, or edges, skin and strong colours.
    public enum Interest {
        ENTROPY,
        ATTENTION;

        @JsonValue
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What is laid over an output: either a text or an image of the bucket, at a position, with an opacity above
    /// 0 and up to 1.
    public record Watermark(@Nullable String text, @Nullable String imageKey, Position position, double opacity) {

        public static final int MAX_TEXT = 200;

        public Watermark {
            if ((text == null) == (imageKey == null)) {
                throw new IllegalArgumentException("a watermark is a text or an image");
            }
            if (!(opacity > 0 && opacity <= 1)) {
                throw new IllegalArgumentException("opacity is above 0 and up to 1");
            }
        }
    }

    /// What may be taken over from the original: its colour profile, instead of a conversion to sRGB; its
    /// copyright notice.
    public enum Keep {
        ICC,
        COPYRIGHT;

        @JsonValue
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Keep> ofWireName(String name) {
            return Stream.of(values()).filter(k -> k.wireName().equals(name)).findFirst();
        }
    }

    /// A colour with alpha, 8 bits each in the order alpha, red, green, blue.
    public record Color(int argb) {
        public static final Color WHITE = new Color(0xFFFFFFFF);
        public static final Color TRANSPARENT = new Color(0);

        /// The same colour without transparency.
        public Color opaque() {
            return new Color(argb | 0xFF000000);
        }

        /// A colour from `#rrggbb` or `#rrggbbaa`.
        public static Optional<Color> parse(String text) {
            if (!text.matches("#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")) {
                return Optional.empty();
            }
            int rgb = Integer.parseInt(text.substring(1, 7), 16);
            int alpha = text.length() == 9 ? Integer.parseInt(text.substring(7), 16) : 255;
            return Optional.of(new Color(alpha << 24 | rgb));
        }
    }
}
