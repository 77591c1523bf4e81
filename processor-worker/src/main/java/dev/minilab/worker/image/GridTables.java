package dev.minilab.worker.image;

import dev.minilab.worker.image.SrgbConversion.Kernel;
import java.util.function.BiConsumer;

/// Any smooth conversion from RGB, known at a grid of 33 levels a channel and interpolated in the tetrahedron of four
/// of its points that lies around a colour.
final class GridTables implements Kernel {

    private static final int POINTS = 33;
    private static final int CELLS = POINTS - 1;

    /// Where the next point of each channel lies in the grid.
    private static final int RED = 1;
    private static final int GREEN = POINTS;
    private static final int BLUE = POINTS * POINTS;

    /// Fractions of a cell are in 256ths, values in 16ths of a level: their product and its rounding fit into 20
    /// bits, and the three channels of a point into one long.
    private static final int FIELD = 21;

    private static final int LEVEL = 1 << 12;
    private static final long MASK = (1 << FIELD) - 1;
    private static final long ROUNDING = LEVEL / 2 * (1 + (1L << FIELD) + (1L << (2 * FIELD)));

    private static final int[] CELL = new int[256];
    private static final int[] FRACTION = new int[256];

    static {
        for (int level = 0; level < 256; level++) {
            CELL[level] = Math.min(CELLS - 1, level * CELLS / 255);
            FRACTION[level] = Math.round(256f * (level * CELLS - CELL[level] * 255) / 255);
        }
    }

    private final long[] grid = new long[POINTS * POINTS * POINTS];

    /// @param conversion fills an array of red, green, blue with what those of another become, 16 bits a channel
    GridTables(BiConsumer<short[], short[]> conversion) {
        short[] from = new short[3 * grid.length];
        short[] to = new short[from.length];
        for (int i = 0; i < grid.length; i++) {
            from[3 * i] = (short) (i % POINTS * 65535 / CELLS);
            from[3 * i + 1] = (short) (i / GREEN % POINTS * 65535 / CELLS);
            from[3 * i + 2] = (short) (i / BLUE * 65535 / CELLS);
        }
        conversion.accept(from, to);
        for (int i = 0; i < grid.length; i++) {
            grid[i] = value(to[3 * i]) | value(to[3 * i + 1]) << FIELD | value(to[3 * i + 2]) << (2 * FIELD);
        }
    }

    private static long value(short sample) {
        return Math.round((sample & 0xFFFF) * (255 * 16) / 65535.0);
    }

    @Override
    public void convert(byte[] pixels, int count, int channels) {
        for (int i = 0; i < count * channels; i += channels) {
            long colour = at(pixels[i + 2] & 0xFF, pixels[i + 1] & 0xFF, pixels[i] & 0xFF);
            pixels[i] = (byte) ((colour >>> (2 * FIELD)) / LEVEL);
            pixels[i + 1] = (byte) ((colour >>> FIELD & MASK) / LEVEL);
            pixels[i + 2] = (byte) ((colour & MASK) / LEVEL);
        }
    }

    /// From the near corner of the cell to the far one, along the channel of the largest fraction first and that of
    /// the smallest last.
    private long at(int red, int green, int blue) {
        int r = FRACTION[red];
        int g = FRACTION[green];
        int b = FRACTION[blue];
        int first = r >= g && r >= b ? RED : g >= b ? GREEN : BLUE;
        int last = b <= g && b <= r ? BLUE : g <= r ? GREEN : RED;
        int most = Math.max(r, Math.max(g, b));
        int least = Math.min(r, Math.min(g, b));
        int middle = r + g + b - most - least;
        int near = CELL[red] * RED + CELL[green] * GREEN + CELL[blue] * BLUE;
        int far = near + RED + GREEN + BLUE;
        return (256 - most) * grid[near]
                + (most - middle) * grid[near + first]
                + (middle - least) * grid[far - last]
                + least * grid[far]
                + ROUNDING;
    }
}
