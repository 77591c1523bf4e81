package dev.minilab.worker.image;

import dev.minilab.worker.image.SrgbConversion.Kernel;
import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Optional;

/// Java's colour management with one profile, and the fastest kernel that agrees with it.
///
/// It checks nothing of a profile before it is used, and fails with all kinds of exceptions then. So a profile is
/// tried on a grid of colours first, and what passes that is good for all others.
final class Cmm {

    /// The grid that a kernel is tried on: 17 steps a channel from 0 to 255.
    private static final int STEPS = 18;

    /// How far a kernel of tables may be from Java's own, in levels. The latter's 8-bit arithmetic is itself off by
    /// nearly three in dark colours, which the tables are not.
    private static final int TOLERANCE = 2;

    /// The share of samples that interpolation may miss by more: where colours leave sRGB, it rounds off the edge.
    private static final double MISSES = 0.01;

    private final ICC_ColorSpace space;
    private final ColorConvertOp op;

    private Cmm(ICC_Profile profile) {
        space = new ICC_ColorSpace(profile);
        op = new ColorConvertOp(new ICC_Profile[] {profile, ICC_Profile.getInstance(ColorSpace.CS_sRGB)}, null);
    }

    static Optional<Cmm> open(byte[] bytes) {
        try {
            ICC_Profile profile = ICC_Profile.getInstance(bytes);
            return isUsable(profile) ? Optional.of(new Cmm(profile)) : Optional.empty();
        } catch (CMMException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    /// Device links, abstract and named colour profiles convert something else than pixels.
    private static boolean isUsable(ICC_Profile profile) {
        int space = profile.getColorSpaceType();
        return (space == ColorSpace.TYPE_RGB || space == ColorSpace.TYPE_GRAY)
                && switch (profile.getProfileClass()) {
                    case ICC_Profile.CLASS_INPUT,
                            ICC_Profile.CLASS_DISPLAY,
                            ICC_Profile.CLASS_OUTPUT,
                            ICC_Profile.CLASS_COLORSPACECONVERSION -> true;
                    default -> false;
                };
    }

    /// The kernel for this profile; empty if the profile is broken or that of sRGB.
    Optional<Kernel> kernel() {
        try {
            return space.getNumComponents() == 1 ? greyKernel() : rgbKernel();
        } catch (RuntimeException e) {
            // Java throws all kinds when a profile is not what its header promised: no profile then.
            return Optional.empty();
        }
    }

    private Optional<Kernel> greyKernel() {
        byte[] levels = new byte[256];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) i;
        }
        byte[] bgr = new byte[3 * levels.length];
        op.filter(raster(levels, 1), raster(bgr, 3));
        byte[] curve = new byte[256];
        for (int i = 0; i < curve.length; i++) {
            curve[i] = bgr[3 * i + 1];
        }
        return farthest(levels, curve) <= 1 ? Optional.empty() : Optional.of(new GreyCurve(curve));
    }

    private Optional<Kernel> rgbKernel() {
        byte[] grid = grid();
        byte[] expected = grid.clone();
        convert(expected, expected.length / 3, 3);
        if (farthest(grid, expected) <= 1) {
            return Optional.empty();
        }
        Kernel matrix = MatrixTables.of(space);
        if (misses(matrix, grid, expected) == 0) {
            return Optional.of(matrix);
        }
        Kernel interpolation = new GridTables(this::convert);
        boolean good = misses(interpolation, grid, expected) <= MISSES * grid.length;
        return Optional.of(good ? interpolation : this::convert);
    }

    private static int misses(Kernel kernel, byte[] colours, byte[] expected) {
        byte[] actual = colours.clone();
        kernel.convert(actual, actual.length / 3, 3);
        int misses = 0;
        for (int i = 0; i < actual.length; i++) {
            misses += Math.abs((actual[i] & 0xFF) - (expected[i] & 0xFF)) > TOLERANCE ? 1 : 0;
        }
        return misses;
    }

    private static byte[] grid() {
        byte[] grid = new byte[3 * STEPS * STEPS * STEPS];
        for (int i = 0; i < grid.length / 3; i++) {
            grid[3 * i] = (byte) (i % STEPS * 255 / (STEPS - 1));
            grid[3 * i + 1] = (byte) (i / STEPS % STEPS * 255 / (STEPS - 1));
            grid[3 * i + 2] = (byte) (i / STEPS / STEPS * 255 / (STEPS - 1));
        }
        return grid;
    }

    private static int farthest(byte[] a, byte[] b) {
        int farthest = 0;
        for (int i = 0; i < a.length; i++) {
            farthest = Math.max(farthest, Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)));
        }
        return farthest;
    }

    /// Java's conversion is fast only for pixels without alpha that lie densely.
    private void convert(byte[] pixels, int count, int channels) {
        byte[] bgr = new byte[3 * count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(pixels, i * channels, bgr, 3 * i, 3);
        }
        byte[] converted = new byte[bgr.length];
        op.filter(raster(bgr, 3), raster(converted, 3));
        for (int i = 0; i < count; i++) {
            System.arraycopy(converted, 3 * i, pixels, i * channels, 3);
        }
    }

    private void convert(short[] from, short[] to) {
        op.filter(raster(from), raster(to));
    }

    private static WritableRaster raster(short[] rgb) {
        var buffer = new DataBufferUShort(rgb, rgb.length);
        return Raster.createInterleavedRaster(buffer, rgb.length / 3, 1, rgb.length, 3, new int[] {0, 1, 2}, null);
    }

    private static WritableRaster raster(byte[] samples, int bands) {
        int width = samples.length / bands;
        int[] order = bands == 1 ? new int[] {0} : new int[] {2, 1, 0};
        var buffer = new DataBufferByte(samples, samples.length);
        return Raster.createInterleavedRaster(buffer, width, 1, samples.length, bands, order, null);
    }

    private record GreyCurve(
            @SuppressWarnings("ArrayRecordComponent") byte[] curve) implements Kernel {
        @Override
        public void convert(byte[] pixels, int count, int channels) {
            for (int i = 0; i < count * channels; i += channels) {
                byte grey = curve[pixels[i] & 0xFF];
                pixels[i] = grey;
                pixels[i + 1] = grey;
                pixels[i + 2] = grey;
            }
        }

        @Override
        public boolean colour() {
            return false;
        }
    }
}
