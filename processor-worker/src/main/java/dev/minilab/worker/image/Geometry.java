package dev.minilab.worker.image;

import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Position;
import org.jspecify.annotations.Nullable;

/// How a source becomes an output: crop this part of it, resize that, and lay the result on a canvas.
///
/// All in whole pixels. The part to crop is in pixels of the source; the resized image lies on the canvas at
/// `offsetX`, `offsetY` and is never larger than it. A pure function of two sizes and a spec; follows sharp's
/// rules for `fit` and `withoutEnlargement` (<https://sharp.pixelplumbing.com/api-resize>).
///
/// @param crop the part of the source that is kept
record Geometry(Box crop, int width, int height, int canvasWidth, int canvasHeight, int offsetX, int offsetY) {

    /// A rectangle in pixels.
    record Box(int x, int y, int width, int height) {}

    static Geometry of(int sourceWidth, int sourceHeight, OutputSpec spec) {
        Size scaled = scale(sourceWidth, sourceHeight, spec);
        Size box = new Size(
                spec.width() != null ? spec.width() : scaled.width,
                spec.height() != null ? spec.height() : scaled.height);
        return switch (spec.fit()) {
            case COVER -> cover(sourceWidth, sourceHeight, box, scaled, spec.position());
            case CONTAIN -> contain(sourceWidth, sourceHeight, box, scaled, spec.position());
            case FILL, INSIDE, OUTSIDE ->
                new Geometry(
                        new Box(0, 0, sourceWidth, sourceHeight),
                        scaled.width,
                        scaled.height,
                        scaled.width,
                        scaled.height,
                        0,
                        0);
        };
    }

    /// The same with the part that is cropped lying around another point.
    Geometry cropAround(Position point, int sourceWidth, int sourceHeight) {
        Box there = new Box(
                around(sourceWidth, crop.width, point.x()),
                around(sourceHeight, crop.height, point.y()),
                crop.width,
                crop.height);
        return new Geometry(there, width, height, canvasWidth, canvasHeight, offsetX, offsetY);
    }

    private record Size(int width, int height) {}

    private static int or1(@Nullable Integer side) {
        return side == null ? 1 : side;
    }

    /// The whole source, resized; a side that was not given follows from the ratio, or for `fill` is the source's
    /// own.
    private static Size scale(int sourceWidth, int sourceHeight, OutputSpec spec) {
        Integer width = spec.width();
        Integer height = spec.height();
        boolean fill = spec.fit() == Fit.FILL;
        double x = width != null ? (double) width / sourceWidth : fill ? 1 : (double) or1(height) / sourceHeight;
        double y = height != null ? (double) height / sourceHeight : fill ? 1 : x;
        if (fill) {
            double most = spec.withoutEnlargement() ? 1 : Double.MAX_VALUE;
            return new Size(round(sourceWidth * Math.min(x, most)), round(sourceHeight * Math.min(y, most)));
        }
        boolean fills = spec.fit() == Fit.COVER || spec.fit() == Fit.OUTSIDE;
        double scale = fills ? Math.max(x, y) : Math.min(x, y);
        if (spec.withoutEnlargement() && scale >= 1) {
            return new Size(sourceWidth, sourceHeight);
        }
        // The side that decides is exact; only the other one is rounded.
        return width != null && scale == x
                ? new Size(width, round(sourceHeight * scale))
                : new Size(round(sourceWidth * scale), or1(height));
    }

    private static Geometry cover(int sourceWidth, int sourceHeight, Size box, Size scaled, Position position) {
        int width = Math.min(box.width, scaled.width);
        int height = Math.min(box.height, scaled.height);
        double scaleX = (double) sourceWidth / scaled.width;
        double scaleY = (double) sourceHeight / scaled.height;
        int cropWidth = Math.min(sourceWidth, round(width * scaleX));
        int cropHeight = Math.min(sourceHeight, round(height * scaleY));
        Box crop = new Box(
                around(sourceWidth, cropWidth, position.x()),
                around(sourceHeight, cropHeight, position.y()),
                cropWidth,
                cropHeight);
        return new Geometry(crop, width, height, width, height, 0, 0);
    }

    private static Geometry contain(int sourceWidth, int sourceHeight, Size box, Size scaled, Position position) {
        return new Geometry(
                new Box(0, 0, sourceWidth, sourceHeight),
                scaled.width,
                scaled.height,
                box.width,
                box.height,
                offset(box.width, scaled.width, position.x()),
                offset(box.height, scaled.height, position.y()));
    }

    /// Where a part begins that has the point at `fraction` of the whole as near to its middle as can be.
    private static int around(int whole, int part, double fraction) {
        return Math.clamp(Math.round(whole * fraction - part / 2.0), 0, whole - part);
    }

    /// Where a part begins when `fraction` of the room it leaves lies before it.
    private static int offset(int whole, int part, double fraction) {
        return Math.clamp(Math.round((whole - part) * fraction), 0, Math.max(0, whole - part));
    }

    private static int round(double length) {
        return (int) Math.clamp(Math.round(length), 1L, Integer.MAX_VALUE);
    }
}
