package dev.minilab.worker.image;

import dev.minilab.worker.codec.Pixels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Resizes and filters pixels: a weighted sum of lines, then of the pixels in a line, in floats, with alpha
/// multiplied in. Reads every line of the source once and holds but a few of them.
///
/// Shrinking is Lanczos3 over the whole source, as libvips does it; to less than a sixteenth, [Box] comes first. Safe
/// for use by many threads.
final class Resampler {

    private static final int ROWS = Kernel.ROWS;

    /// A Gaussian wider than this is applied to a smaller image: nobody sees the difference.
    private static final double WIDEST_SIGMA = 8;

    private final Kernel kernel;

    Resampler(Kernel kernel) {
        this.kernel = kernel;
    }

    /// A part of an image. In pixels, which need not be whole.
    record Region(double x, double y, double width, double height) {
        static Region all(Pixels pixels) {
            return new Region(0, 0, pixels.width(), pixels.height());
        }
    }

    /// A region of the source as an image of this size, on the heap.
    Pixels resize(Pixels source, Region region, int width, int height) {
        int across = Box.factor(region.width(), width);
        int down = Box.factor(region.height(), height);
        if (across > 1 || down > 1) {
            Pixels smaller = Box.shrink(source, across, down);
            // A box at the edge may stand for fewer pixels: the region then ends within it.
            Region there =
                    new Region(region.x() / across, region.y() / down, region.width() / across, region.height() / down);
            return resize(smaller, there, width, height);
        }
        return apply(
                source,
                Taps.lanczos(source.width(), region.x(), region.width(), width),
                Taps.lanczos(source.height(), region.y(), region.height(), height));
    }

    /// @param sigma the standard deviation of the Gaussian, in pixels
    Pixels blur(Pixels source, double sigma) {
        if (sigma > WIDEST_SIGMA) {
            double factor = Math.ceil(2 * sigma / WIDEST_SIGMA);
            int width = (int) Math.max(1, Math.round(source.width() / factor));
            int height = (int) Math.max(1, Math.round(source.height() / factor));
            Pixels small = blur(resize(source, Region.all(source), width, height), sigma / factor);
            return resize(small, Region.all(small), source.width(), source.height());
        }
        return apply(source, Taps.gaussian(source.width(), sigma), Taps.gaussian(source.height(), sigma));
    }

    private Pixels apply(Pixels source, Taps across, Taps down) {
        int channels = source.channels();
        Pixels result = Pixels.blank(across.size(), down.size(), channels);
        Kernel.Weights weights = kernel.prepare(across, channels);
        Window window = new Window(source, down);
        float[][] summed = lines(ROWS, source.width() * channels);
        float[][] made = lines(ROWS, result.width() * channels);
        byte[] bytes = result.array();
        int stride = result.width() * channels;
        for (int y = 0; y < result.height(); y += ROWS) {
            // The last rows are made once more rather than fewer than ROWS at a time.
            int top = Math.clamp(result.height() - ROWS, 0, y);
            window.moveTo(top);
            kernel.vertical(window.lines, window.weights, window.count, summed, source.width() * channels);
            kernel.horizontal(summed, weights, made);
            for (int r = 0; r < Math.min(ROWS, result.height()); r++) {
                kernel.store(made[r], bytes, (top + r) * stride, stride, channels);
            }
        }
        return result;
    }

    private static float[][] lines(int count, int length) {
        return new float[count][length + Kernel.PADDING];
    }

    /// The lines of the source that the next [Kernel#ROWS] lines of the result are made of, as floats.
    private final class Window {

        private final Pixels source;
        private final Taps taps;
        private final byte[] bytes;
        private final float[][] ring;
        private final float[][] lines;
        private final float[] weights;
        private int count;
        private int loaded;

        Window(Pixels source, Taps taps) {
            this.source = source;
            this.taps = taps;
            bytes = new byte[source.width() * source.channels()];
            ring = lines(widest(taps), bytes.length);
            lines = new float[ring.length][];
            weights = new float[ring.length * ROWS];
        }

        private static int widest(Taps taps) {
            int widest = taps.count();
            for (int y = 0; y < taps.size(); y++) {
                int last = Math.min(y + ROWS, taps.size()) - 1;
                int first = Math.clamp(taps.size() - ROWS, 0, y);
                widest = Math.max(widest, taps.start()[last] + taps.count() - taps.start()[first]);
            }
            return widest;
        }

        /// Makes the lines those of the result's line `top` and those below it. An image may have fewer than that.
        void moveTo(int top) {
            int first = taps.start()[top];
            int last = Math.min(top + ROWS, taps.size()) - 1;
            count = taps.start()[last] + taps.count() - first;
            for (loaded = Math.max(loaded, first); loaded < first + count; loaded++) {
                load(loaded);
            }
            for (int k = 0; k < count; k++) {
                lines[k] = ring[(first + k) % ring.length];
            }
            Arrays.fill(weights, 0);
            for (int y = top; y <= last; y++) {
                int from = taps.start()[y] - first;
                for (int k = 0; k < taps.count(); k++) {
                    weights[(from + k) * ROWS + y - top] = taps.weights()[y * taps.count() + k];
                }
            }
        }

        private void load(int y) {
            long at = Math.multiplyFull(y, bytes.length);
            MemorySegment.copy(source.data(), ValueLayout.JAVA_BYTE, at, bytes, 0, bytes.length);
            kernel.load(bytes, ring[y % ring.length], source.channels());
        }
    }
}
