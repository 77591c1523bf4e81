package dev.minilab.inspect;

import dev.minilab.job.ErrorCode;

/// How large an image may be, by what its header claims.
///
/// Pixels bound the memory and time of decoding: those of all frames together, each as large as the canvas. Sides
/// are bounded as well, because an image one pixel wide has few pixels and still breaks codecs (WebP ends at
/// 16,383) and row buffers. Frames cost time each, however small. Progressive JPEG and interlaced PNG have a
/// limit of their own: they can't be decoded row by row and cost many times the memory.
///
/// An ICC profile or a block of metadata, however large, is no reason to refuse an image. Immutable.
public record Limits(long maxPixels, int maxSide, int maxFrames, long maxInterlacedPixels) {
    private static final Limits DEFAULTS = new Limits(50_000_000, 16_384, 100, 25_000_000);

    public Limits {
        if (maxPixels < 1 || maxSide < 1 || maxFrames < 1 || maxInterlacedPixels < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    public static Limits defaults() {
        return DEFAULTS;
    }

    public Limits withMaxPixels(long pixels) {
        return new Limits(pixels, maxSide, maxFrames, maxInterlacedPixels);
    }

    /// Refuses impossible sizes first, then too many pixels, then a side too long: a bomb is called one, whatever
    /// its shape.
    void check(long width, long height, boolean progressive) throws InspectException {
        if (!isPossible(width) || !isPossible(height)) {
            throw new InspectException(
                    ErrorCode.BAD_DIMENSIONS,
                    "The image claims to be %d x %d pixels, which is impossible".formatted(width, height));
        }
        long pixels = Math.multiplyFull((int) width, (int) height);
        if (pixels > maxPixels) {
            throw new InspectException(
                    ErrorCode.TOO_MANY_PIXELS, "The image has %d pixels; the limit is %d".formatted(pixels, maxPixels));
        }
        if (Math.max(width, height) > maxSide) {
            throw new InspectException(
                    ErrorCode.BAD_DIMENSIONS,
                    "The image is %d x %d pixels; the limit for a side is %d".formatted(width, height, maxSide));
        }
        if (progressive && pixels > maxInterlacedPixels) {
            throw new InspectException(
                    ErrorCode.TOO_MANY_PIXELS,
                    "The image has %d pixels; the limit for progressive and interlaced images is %d"
                            .formatted(pixels, maxInterlacedPixels));
        }
    }

    /// Refuses an animation of too many frames, by itself or for its canvas, which was checked before.
    void checkFrames(int width, int height, int frames) throws InspectException {
        if (frames > maxFrames) {
            throw new InspectException(
                    ErrorCode.TOO_MANY_FRAMES, "The image has more than %d frames, the limit".formatted(maxFrames));
        }
        if (Math.multiplyFull(width, height) > maxPixels / frames) {
            throw new InspectException(
                    ErrorCode.TOO_MANY_FRAMES,
                    "The image has at least %d frames of %d x %d pixels; the limit for all frames together is %d pixels"
                            .formatted(frames, width, height, maxPixels));
        }
    }

    /// PNG counts to 2^31 - 1, JPEG to 65,535.
    private static boolean isPossible(long side) {
        return side >= 1 && side <= Integer.MAX_VALUE;
    }
}
