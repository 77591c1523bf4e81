package dev.minilab.worker.image;

import dev.minilab.worker.image.SrgbConversion.Kernel;
import java.awt.color.ICC_ColorSpace;

/// Conversion from an RGB space whose channels contribute to the light independently, as those of a curve a channel
/// and a matrix do: three lookups, two additions, and the curve of sRGB.
///
/// The contributions are learnt from what colours the space says its primaries make. Of a space of another kind this
/// is a bad approximation. The sRGB curve is that of IEC 61966-2-1.
final class MatrixTables implements Kernel {

    /// From XYZ relative to D50, the ICC connection space, to linear sRGB (Bradford).
    private static final double[][] TO_LINEAR_SRGB = {
        {3.1338561, -1.6168667, -0.4906146},
        {-0.9787684, 1.9161415, 0.0334540},
        {0.0719453, -0.2289914, 1.4052427}
    };

    /// Full light of a channel. One step is less than 0.11 levels where the curve of sRGB is steepest.
    private static final int ONE = 1 << 15;

    /// Three fields of 21 bits in one long; each holds the light plus a bias of 5 times full light a contribution,
    /// so that none gets negative.
    private static final int FIELD = 21;

    private static final long MASK = (1 << FIELD) - 1;
    private static final int BIAS = 5 * ONE;

    private static final byte[] ENCODED = encoded();

    private final long[] blue;
    private final long[] green;
    private final long[] red;

    private MatrixTables(long[] red, long[] green, long[] blue) {
        this.red = red;
        this.green = green;
        this.blue = blue;
    }

    static MatrixTables of(ICC_ColorSpace space) {
        return new MatrixTables(contributions(space, 0), contributions(space, 1), contributions(space, 2));
    }

    /// What each level of a channel adds to the light. Measured as what it takes away from white, since colours near
    /// the primaries may lie where the connection space cuts off; a third of white belongs to each channel.
    private static long[] contributions(ICC_ColorSpace space, int channel) {
        double[] white = linear(space.toCIEXYZ(new float[] {1, 1, 1}));
        long[] table = new long[256];
        for (int level = 0; level < table.length; level++) {
            float[] colour = {1, 1, 1};
            colour[channel] = level / 255f;
            double[] light = linear(space.toCIEXYZ(colour));
            for (int i = 0; i < 3; i++) {
                table[level] |= field(light[i] - white[i] * 2 / 3) << (i * FIELD);
            }
        }
        return table;
    }

    private static double[] linear(float[] xyz) {
        double[] rgb = new double[3];
        for (int i = 0; i < 3; i++) {
            double[] row = TO_LINEAR_SRGB[i];
            rgb[i] = row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2];
        }
        return rgb;
    }

    private static long field(double light) {
        return Math.round(Math.clamp(light * ONE, -BIAS, BIAS)) + BIAS;
    }

    private static byte[] encoded() {
        byte[] table = new byte[ONE + 1];
        for (int i = 0; i < table.length; i++) {
            double light = (double) i / ONE;
            double level = light <= 0.0031308 ? 12.92 * light : 1.055 * Math.pow(light, 1 / 2.4) - 0.055;
            table[i] = (byte) Math.round(255 * level);
        }
        return table;
    }

    @Override
    public void convert(byte[] pixels, int count, int channels) {
        for (int i = 0; i < count * channels; i += channels) {
            long light = blue[pixels[i] & 0xFF] + green[pixels[i + 1] & 0xFF] + red[pixels[i + 2] & 0xFF];
            pixels[i] = encode(light >>> (2 * FIELD));
            pixels[i + 1] = encode(light >>> FIELD & MASK);
            pixels[i + 2] = encode(light & MASK);
        }
    }

    private static byte encode(long field) {
        return ENCODED[Math.max(0, Math.min(ONE, (int) field - 3 * BIAS))];
    }
}
