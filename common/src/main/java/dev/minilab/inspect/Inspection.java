package dev.minilab.inspect;

import dev.minilab.job.ImageFormat;

/// What the header of an image says, and what later steps may rely on.
///
/// Width and height are those of the upright image: already swapped where the orientation turns it by a quarter;
/// of an animation, those of its canvas. Orientation is what remains to be done after decoding, as EXIF counts, 1
/// to 8, with 1 for "none" and for every value EXIF doesn't know; it is 1 for HEIC, AVIF and JPEG XL, whose
/// decoders turn the image themselves. Frames are those that are played, of GIF and WebP; all other formats have
/// 1. Depth is the bits of one sample, or of one index into a palette. Alpha says that the file can hold
/// transparent pixels, not that it does. Progressive is said of JPEG and of interlaced PNG: both must be held
/// whole to be decoded.
///
/// Of a head that ends before the file does, orientation, frames and alpha are what the head shows; format, width
/// and height before turning, model and depth are final. Immutable.
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

    /// The same image, whose width and height are as stored and still upright, with that orientation.
    Inspection turned(int by) {
        boolean swapped = by >= 5;
        return new Inspection(
                format,
                swapped ? height : width,
                swapped ? width : height,
                by,
                frames,
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
