package dev.minilab.inspect;

import dev.minilab.job.ImageFormat;

/// What the header of an image says, and what later steps may rely on.
///
/// Width and height are those of the upright image: already swapped where the orientation turns it by a quarter;
/// of an animation, those of its canvas. Orientation is EXIF's, 1 to 8, with 1 for "none" and for every value EXIF
/// doesn't know. Depth is the bits of one sample. Alpha says that the file can hold transparent pixels, not that
/// it does. Progressive covers interlaced PNG: both must be held whole to be decoded. Immutable.
public record Inspection(
        ImageFormat format,
        int width,
        int height,
        int orientation,
        int frames,
        Model model,
        int depth,
        boolean alpha,
        boolean progressive) {

    /// How samples make a colour. Alpha may come on top of each.
    public enum Model {
        GREY,
        RGB,
        PALETTE,
        CMYK
    }

    public Inspection {
        require(width > 0 && height > 0, "width and height must be positive");
        require(orientation >= 1 && orientation <= 8, "orientation must be 1 to 8");
        require(frames > 0, "frames must be positive");
        require(depth >= 1 && depth <= 64, "depth must be 1 to 64");
    }

    /// An image of one frame whose stored width and height are still to be turned upright.
    static Inspection ofStored(
            ImageFormat format,
            int width,
            int height,
            int orientation,
            Model model,
            int depth,
            boolean alpha,
            boolean progressive) {
        boolean turned = orientation >= 5;
        return new Inspection(
                format,
                turned ? height : width,
                turned ? width : height,
                orientation,
                1,
                model,
                depth,
                alpha,
                progressive);
    }

    /// The width as stored, before the orientation is applied.
    public int storedWidth() {
        return orientation >= 5 ? height : width;
    }

    /// The height as stored, before the orientation is applied.
    public int storedHeight() {
        return orientation >= 5 ? width : height;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
