package dev.minilab.worker.render;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.OutputSpec;
import dev.minilab.worker.image.RenderRequest;

/// How much memory a render will take, guessed from the header and the specs before anything is decoded.
///
/// The original as a file, its pixels at 4 bytes each (twice where the decoder must hold its coefficients besides:
/// progressive and interlaced files), and the pixels of every output. On purpose more than most renders need.
final class Prediction {

    private static final int BYTES_PER_PIXEL = 4;
    private static final long MAX_OUTPUT_PIXELS = (long) OutputSpec.MAX_SIDE * OutputSpec.MAX_SIDE;

    private Prediction() {}

    /// The bytes, at most [Long#MAX_VALUE].
    static long of(RenderRequest request) {
        Inspection source = request.inspection();
        double decoded = (double) source.width() * source.height() * source.frames() * BYTES_PER_PIXEL;
        double bytes = request.original().length + (source.progressive() ? 2 * decoded : decoded);
        for (OutputSpec spec : request.outputs().values()) {
            bytes += output(spec, source);
        }
        return (long) bytes; // Saturates.
    }

    private static double output(OutputSpec spec, Inspection source) {
        double ratio = (double) source.width() / source.height();
        Integer width = spec.width();
        Integer height = spec.height();
        double pixels;
        if (width != null && height != null) {
            pixels = Math.multiplyFull(width, height);
        } else if (width != null) {
            pixels = width * (width / ratio);
        } else if (height != null) {
            pixels = height * (height * ratio);
        } else {
            throw new IllegalArgumentException("an output has a width or a height");
        }
        int frames = spec.animated() ? source.frames() : 1;
        return Math.min(pixels, MAX_OUTPUT_PIXELS) * frames * BYTES_PER_PIXEL;
    }
}
