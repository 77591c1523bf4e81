package dev.minilab.worker.image;

import dev.minilab.worker.codec.Pixels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Shrinks by whole factors, by averaging: what comes before [Resampler] where an image is to become very small, so
/// that this need not hold hundreds of lines at once.
final class Box {

    /// From this ratio on, averaging is worth it...
    private static final double MUCH = 16;

    /// ...down to what is still so many times too large: Lanczos does the rest, and nobody sees the averaging.
    private static final double REST = 5;

    private Box() {}

    /// By how much to shrink a side before it is resampled; 1 for not at all.
    static int factor(double length, int wanted) {
        double ratio = length / wanted;
        return ratio > MUCH ? (int) (ratio / REST) : 1;
    }

    /// The average of every `across` by `down` pixels, of fewer at the right and lower edges.
    static Pixels shrink(Pixels source, int across, int down) {
        int channels = source.channels();
        Pixels result =
                Pixels.blank((source.width() + across - 1) / across, (source.height() + down - 1) / down, channels);
        byte[] line = new byte[source.width() * channels];
        long[] sums = new long[result.width() * channels];
        for (int y = 0; y < result.height(); y++) {
            Arrays.fill(sums, 0);
            int rows = Math.min(down, source.height() - y * down);
            for (int row = 0; row < rows; row++) {
                long at = Math.multiplyFull(y * down + row, line.length);
                MemorySegment.copy(source.data(), ValueLayout.JAVA_BYTE, at, line, 0, line.length);
                add(line, sums, across, channels);
            }
            store(sums, result, y, across, rows, source.width());
        }
        return result;
    }

    private static void add(byte[] line, long[] sums, int across, int channels) {
        for (int x = 0; x * channels < line.length; x++) {
            int from = x * channels;
            int to = x / across * channels;
            long alpha = channels == 4 ? line[from + 3] & 0xFF : 1;
            sums[to] += (line[from] & 0xFF) * alpha;
            sums[to + 1] += (line[from + 1] & 0xFF) * alpha;
            sums[to + 2] += (line[from + 2] & 0xFF) * alpha;
            if (channels == 4) {
                sums[to + 3] += alpha;
            }
        }
    }

    private static void store(long[] sums, Pixels result, int y, int across, int rows, int width) {
        int channels = result.channels();
        for (int x = 0; x < result.width(); x++) {
            int at = x * channels;
            long count = (long) rows * Math.min(across, width - x * across);
            long weight = channels == 4 ? sums[at + 3] : count;
            int to = (y * result.width() + x) * channels;
            for (int c = 0; c < 3; c++) {
                result.array()[to + c] = (byte) (weight == 0 ? 0 : (sums[at + c] + weight / 2) / weight);
            }
            if (channels == 4) {
                result.array()[to + 3] = (byte) ((weight + count / 2) / count);
            }
        }
    }
}
