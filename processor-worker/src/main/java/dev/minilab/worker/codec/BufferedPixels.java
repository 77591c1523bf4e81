package dev.minilab.worker.codec;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBufferInt;
import java.awt.image.Raster;

/// From pixels to Java's images and back, by copying.
public final class BufferedPixels {

    private BufferedPixels() {}

    /// The same pixels as `TYPE_INT_RGB` or `TYPE_INT_ARGB`.
    public static BufferedImage toImage(Pixels pixels) {
        boolean alpha = pixels.hasAlpha();
        BufferedImage image = new BufferedImage(
                pixels.width(), pixels.height(), alpha ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB);
        int[] argb = data(image);
        byte[] bytes = pixels.array();
        for (int i = 0, at = 0; i < argb.length; i++, at += pixels.channels()) {
            int opacity = alpha ? bytes[at + 3] & 0xFF : 0xFF;
            argb[i] = opacity << 24 | (bytes[at + 2] & 0xFF) << 16 | (bytes[at + 1] & 0xFF) << 8 | (bytes[at] & 0xFF);
        }
        return image;
    }

    /// The pixels of a `TYPE_INT_RGB` or `TYPE_INT_ARGB` image.
    public static Pixels ofImage(BufferedImage image) {
        int channels = image.getColorModel().hasAlpha() ? 4 : 3;
        Pixels pixels = Pixels.blank(image.getWidth(), image.getHeight(), channels);
        byte[] bytes = pixels.array();
        int at = 0;
        for (int argb : data(image)) {
            bytes[at] = (byte) argb;
            bytes[at + 1] = (byte) (argb >> 8);
            bytes[at + 2] = (byte) (argb >> 16);
            if (channels == 4) {
                bytes[at + 3] = (byte) (argb >> 24);
            }
            at += channels;
        }
        return pixels;
    }

    /// The pixels of any image, converted to sRGB.
    static Pixels fromAny(BufferedImage image, boolean alpha) {
        boolean transparent = alpha || image.getColorModel().hasAlpha();
        int type = transparent ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB;
        BufferedImage rgb = new BufferedImage(image.getWidth(), image.getHeight(), type);
        if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY) {
            greyToRgb(image.getRaster(), rgb);
        } else if (image.getColorModel().getColorSpace().isCS_sRGB()) {
            var graphics = rgb.createGraphics();
            graphics.drawImage(image, 0, 0, null);
            graphics.dispose();
        } else {
            new ColorConvertOp(ColorSpace.getInstance(ColorSpace.CS_sRGB), null).filter(image, rgb);
        }
        return ofImage(rgb);
    }

    private static int[] data(BufferedImage image) {
        if (image.getRaster().getDataBuffer() instanceof DataBufferInt ints) {
            return ints.getData();
        }
        throw new IllegalArgumentException("not an image of packed integers: type " + image.getType());
    }

    /// Grey samples as they are. Java takes them for linear light, and converting them would brighten every image.
    private static void greyToRgb(Raster raster, BufferedImage rgb) {
        int width = rgb.getWidth();
        int depth = raster.getSampleModel().getSampleSize(0);
        boolean alpha = raster.getNumBands() > 1;
        int[] grey = new int[width];
        int[] opacity = new int[width];
        int[] row = new int[width];
        for (int y = 0; y < rgb.getHeight(); y++) {
            raster.getSamples(0, y, width, 1, 0, grey);
            if (alpha) {
                raster.getSamples(0, y, width, 1, 1, opacity);
            }
            for (int x = 0; x < width; x++) {
                int value = to8Bits(grey[x], depth);
                int a = alpha ? to8Bits(opacity[x], depth) : 255;
                row[x] = a << 24 | value << 16 | value << 8 | value;
            }
            rgb.setRGB(0, y, width, 1, row, 0, width);
        }
    }

    private static int to8Bits(int sample, int depth) {
        return depth == 16 ? (sample * 255 + 32_767) / 65_535 : sample * 255 / ((1 << depth) - 1);
    }
}
