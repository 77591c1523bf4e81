package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
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
/// `lossless`, `animated` and `keep` may be missing from JSON, as they are from jobs that were accepted before there
/// were such.
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
        @JsonSetter(nulls = Nulls.AS_EMPTY) boolean lossless,
        @Nullable Color background,
        @Nullable Double blur,
        @Nullable Double sharpen,
        @Nullable Watermark watermark,
        @JsonSetter(nulls = Nulls.AS_EMPTY) boolean animated,
        @JsonSetter(nulls = Nulls.AS_EMPTY) Set<Keep> keep) {

    public static final int MAX_SIDE = 4096;
    /// Of all outputs of a job, and all their frames, together.
    public static final long MAX_RESULT_PIXELS = 100_000_000;
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
        private static final Map<String, Position> NAMES = Map.ofEntries(
                Map.entry("centre", CENTRE),
                Map.entry("entropy", new Position(0.5, 0.5, Interest.ENTROPY)),
                Map.entry("attention", new Position(0.5, 0.5, Interest.ATTENTION)),
                Map.entry("top", new Position(0.5, 0)),
                Map.entry("right top", new Position(1, 0)),
                Map.entry("right", new Position(1, 0.5)),
                Map.entry("right bottom", new Position(1, 1)),
                Map.entry("bottom", new Position(0.5, 1)),
                Map.entry("left bottom", new Position(0, 1)),
                Map.entry("left", new Position(0, 0.5)),
                Map.entry("left top", new Position(0, 0)));

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
            return Optional.ofNullable(NAMES.get(name.equals("center") ? "centre" : name));
        }

        /// The name of this position, if it has one.
        public Optional<String> wireName() {
            return NAMES.entrySet().stream()
                    .filter(name -> name.getValue().equals(this))
                    .map(Map.Entry::getKey)
                    .findFirst();
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
    ///
    /// - `text`: 1 to [#MAX_TEXT] characters, not blank, without control characters.
    /// - `imageKey`: names an image among the watermarks of the tenant, and can name nothing else: segments of
    ///   letters, digits, `.`, `-` and `_` between slashes, none beginning with a dot, 1 to [#MAX_IMAGE_KEY]
    ///   characters.
    public record Watermark(@Nullable String text, @Nullable String imageKey, Position position, double opacity) {

        public static final int MAX_TEXT = 200;
        public static final int MAX_IMAGE_KEY = 200;
        private static final Pattern IMAGE_KEY =
                Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

        public Watermark {
            if ((text == null) == (imageKey == null)) {
                throw new IllegalArgumentException("a watermark is a text or an image");
            }
            if (text != null && !isText(text)) {
                throw new IllegalArgumentException("text is 1 to " + MAX_TEXT + " characters that can be seen");
            }
            if (imageKey != null && !isImageKey(imageKey)) {
                throw new IllegalArgumentException("not the key of a watermark");
            }
            if (!(opacity > 0 && opacity <= 1)) {
                throw new IllegalArgumentException("opacity is above 0 and up to 1");
            }
        }

        public static boolean isText(String text) {
            return text.length() <= MAX_TEXT
                    && !text.isBlank()
                    && text.codePoints().noneMatch(Character::isISOControl);
        }

        public static boolean isImageKey(String key) {
            return key.length() <= MAX_IMAGE_KEY && IMAGE_KEY.matcher(key).matches();
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

        /// This colour as [#parse] reads it: `#rrggbb`, or `#rrggbbaa` unless it is opaque.
        public String hex() {
            String rgb = "#" + HexFormat.of().toHexDigits(argb & 0xFFFFFF, 6);
            int alpha = argb >>> 24;
            return alpha == 255 ? rgb : rgb + HexFormat.of().toHexDigits(alpha, 2);
        }
    }
}
