package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one output is to look like, in sharp's words.
///
/// `width` and `height` are pixels from 1 to [#MAX_SIDE], at least one of them given; `format` is absent for `auto`:
/// JPEG, or WebP when the source has alpha; `quality` is 1 to 100, absent for the default of the format; `background`
/// fills what the image leaves free and what lies behind transparency where the format has none: absent, it is
/// transparent where the format allows it and white elsewhere. Immutable.
public record OutputSpec(
        @Nullable Integer width,
        @Nullable Integer height,
        Fit fit,
        Position position,
        boolean withoutEnlargement,
        @Nullable ImageFormat format,
        @Nullable Integer quality,
        @Nullable Color background) {

    public static final int MAX_SIDE = 4096;

    public OutputSpec {
        if (width == null && height == null) {
            throw new IllegalArgumentException("width or height is needed");
        }
        requireRange("width", width, MAX_SIDE);
        requireRange("height", height, MAX_SIDE);
        requireRange("quality", quality, 100);
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
    /// fractions `x` from the left and `y` from the top, each from 0 to 1.
    public record Position(double x, double y) {
        public static final Position CENTRE = new Position(0.5, 0.5);

        public Position {
            if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) {
                throw new IllegalArgumentException("x and y are from 0 to 1");
            }
        }

        /// A position by its name, as sharp spells it: `centre`, `top`, `right top`, …
        public static Optional<Position> ofName(String name) {
            return switch (name) {
                case "centre", "center" -> Optional.of(CENTRE);
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

    /// A colour with alpha, 8 bits each in the order alpha, red, green, blue.
    public record Color(int argb) {
        public static final Color WHITE = new Color(0xFFFFFFFF);
        public static final Color TRANSPARENT = new Color(0);

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
