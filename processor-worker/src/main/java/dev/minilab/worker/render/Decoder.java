package dev.minilab.worker.render;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ErrorCode;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
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
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException
                | IllegalStateException
                | NullPointerException e) {
            // What readers throw besides IOException when the data is not what the header promised.
            throw new RenderException(ErrorCode.DECODE_FAILED, "the image data is damaged", e);
        }
    }

    private static BufferedImage read(byte[] original, Inspection inspection) throws IOException, RenderException {
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
            if (!warnings.isEmpty()) {
                throw new RenderException(ErrorCode.TRUNCATED, "image data is missing or damaged");
            }
            return image;
        } finally {
            reader.dispose();
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
        if (image.getColorModel().getColorSpace().isCS_sRGB()) {
            var graphics = rgb.createGraphics();
            graphics.drawImage(image, 0, 0, null);
            graphics.dispose();
            return rgb;
        }
        return new ColorConvertOp(ColorSpace.getInstance(ColorSpace.CS_sRGB), null).filter(image, rgb);
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
