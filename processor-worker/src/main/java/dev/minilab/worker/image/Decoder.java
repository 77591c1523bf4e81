package dev.minilab.worker.image;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.worker.codec.RenderException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import net.coobird.thumbnailator.util.exif.ExifFilterUtils;
import net.coobird.thumbnailator.util.exif.Orientation;

/// Decodes an inspected original with ImageIO: upright, in sRGB, 8 bits a channel. The reader is the one for the
/// inspected format, never one that guesses.
final class Decoder {

    /// Encoders write about ten.
    private static final int MAX_SCANS = 100;

    private static final byte[] END_OF_JPEG = {(byte) 0xFF, (byte) 0xD9};

    private Decoder() {}

    static BufferedImage decode(byte[] original, Inspection inspection) throws RenderException {
        try {
            BufferedImage image = toRgb(read(original, inspection), inspection.alpha());
            return ExifFilterUtils.getFilterForOrientation(Orientation.typeOf(inspection.orientation()))
                    .apply(image);
        } catch (IOException e) {
            ErrorCode code = causedByEnd(e) ? ErrorCode.TRUNCATED : ErrorCode.DECODE_FAILED;
            throw new RenderException(code, "the image data is damaged", e);
        } catch (RuntimeException e) {
            // Readers and colour conversions throw all kinds when the data is not what the header promised.
            throw new RenderException(ErrorCode.DECODE_FAILED, "the image data is damaged", e);
        }
    }

    private static BufferedImage read(byte[] original, Inspection inspection) throws IOException, RenderException {
        requireFewScans(original, inspection);
        ImageReader reader = ImageIO.getImageReadersByFormatName(
                        inspection.format().wireName())
                .next();
        // With an end marker of our own behind it, a JPEG that lacks only that decodes without a warning, and one that
        // lacks
        // image data does not.
        var bytes = new SequenceInputStream(new ByteArrayInputStream(original), new ByteArrayInputStream(END_OF_JPEG));
        try (ImageInputStream input = new MemoryCacheImageInputStream(bytes)) {
            reader.setInput(input, true, true);
            requireSize(reader, inspection);
            List<String> warnings = new ArrayList<>();
            reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
            BufferedImage image = reader.read(0);
            judge(warnings);
            return image;
        } finally {
            reader.dispose();
        }
    }

    /// The decoder goes over the whole image for every scan: a small file with thousands of them keeps it busy for
    /// minutes.
    private static void requireFewScans(byte[] original, Inspection inspection) throws RenderException {
        int scans = 0;
        for (int i = 1; inspection.format() == ImageFormat.JPEG && i < original.length; i++) {
            if (original[i - 1] == (byte) 0xFF && original[i] == (byte) 0xDA) {
                scans++;
            }
        }
        if (scans > MAX_SCANS) {
            throw new RenderException(ErrorCode.DECODE_FAILED, "the image has more than " + MAX_SCANS + " scans");
        }
    }

    /// Only what says that pixels are missing or wrong counts: a bad profile or stray bytes between segments do
    /// not spoil an image. These are the JPEG library's own words, in any language.
    private static void judge(List<String> warnings) throws RenderException {
        for (String warning : warnings) {
            if (warning.contains("premature end") || warning.contains("Premature end")) {
                throw new RenderException(ErrorCode.TRUNCATED, "image data is missing");
            }
            if (warning.contains("bad Huffman code")) {
                throw new RenderException(ErrorCode.DECODE_FAILED, "the image data is damaged");
            }
        }
    }

    /// The limits were checked against the inspected size: what the reader sees must be the same.
    private static void requireSize(ImageReader reader, Inspection inspection) throws IOException, RenderException {
        boolean turned = inspection.orientation() >= 5;
        int width = turned ? inspection.height() : inspection.width();
        int height = turned ? inspection.width() : inspection.height();
        if (reader.getWidth(0) != width || reader.getHeight(0) != height) {
            throw new RenderException(ErrorCode.DECODE_FAILED, "the image contradicts its own header");
        }
    }

    private static BufferedImage toRgb(BufferedImage image, boolean alpha) {
        int type = alpha ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB;
        BufferedImage rgb = new BufferedImage(image.getWidth(), image.getHeight(), type);
        if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY) {
            return greyToRgb(image.getRaster(), rgb);
        }
        if (image.getColorModel().getColorSpace().isCS_sRGB()) {
            var graphics = rgb.createGraphics();
            graphics.drawImage(image, 0, 0, null);
            graphics.dispose();
            return rgb;
        }
        return new ColorConvertOp(ColorSpace.getInstance(ColorSpace.CS_sRGB), null).filter(image, rgb);
    }

    /// Grey samples as they are. Java takes them for linear light, and converting them would brighten every image.
    private static BufferedImage greyToRgb(Raster raster, BufferedImage rgb) {
        int width = rgb.getWidth();
        int shift = raster.getSampleModel().getSampleSize(0) - 8;
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
                int value = shift > 0 ? grey[x] >> shift : grey[x] * 255 / ((1 << (8 + shift)) - 1);
                int a = alpha ? (shift > 0 ? opacity[x] >> shift : opacity[x]) : 255;
                row[x] = a << 24 | value << 16 | value << 8 | value;
            }
            rgb.setRGB(0, y, width, 1, row, 0, width);
        }
        return rgb;
    }

    private static boolean causedByEnd(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException) {
                return true;
            }
        }
        return false;
    }
}
