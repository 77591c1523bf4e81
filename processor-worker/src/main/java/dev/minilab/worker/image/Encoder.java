package dev.minilab.worker.image;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.worker.codec.RenderException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/// Encodes 8-bit sRGB images: JPEG and PNG with ImageIO, WebP with the OpenCV that Maven brings. Nothing but
/// pixels goes into the file.
final class Encoder {

    private Encoder() {}

    /// @param quality 1 to 100; ignored for PNG
    static byte[] encode(BufferedImage image, ImageFormat format, int quality) throws RenderException {
        return switch (format) {
            case JPEG, PNG -> withImageIo(image, format, quality);
            case WEBP -> webp(image, quality);
            case AVIF, GIF, TIFF, BMP, HEIC, JXL ->
                throw new RenderException(
                        ErrorCode.CODEC_UNAVAILABLE, "no codec of this installation writes " + format.wireName());
        };
    }

    private static byte[] withImageIo(BufferedImage image, ImageFormat format, int quality) throws RenderException {
        ImageWriter writer =
                ImageIO.getImageWritersByFormatName(format.wireName()).next();
        var bytes = new ByteArrayOutputStream();
        try (var output = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(output);
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (format == ImageFormat.JPEG) {
                param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                param.setCompressionQuality(quality / 100f);
            }
            writer.write(null, new IIOImage(image, null, null), param);
        } catch (IOException e) {
            throw new RenderException(ErrorCode.INTERNAL, "the output cannot be encoded", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static byte[] webp(BufferedImage image, int quality) throws RenderException {
        try (PointerScope _ = new PointerScope()) {
            Mat pixels = pixels(image);
            BytePointer encoded = new BytePointer();
            boolean done = opencv_imgcodecs.imencode(
                    ".webp", pixels, encoded, new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, quality));
            if (!done) {
                throw new RenderException(ErrorCode.INTERNAL, "the output cannot be encoded");
            }
            byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
            encoded.get(bytes);
            return bytes;
        } catch (LinkageError e) {
            throw new RenderException(
                    ErrorCode.CODEC_UNAVAILABLE,
                    "the codec for webp cannot be loaded on this " + System.getProperty("os.name")
                            + String.format(Locale.ROOT, " (%s)", System.getProperty("os.arch")),
                    e);
        } catch (RuntimeException e) {
            // OpenCV's own exceptions arrive as these.
            throw new RenderException(ErrorCode.INTERNAL, "the output cannot be encoded", e);
        }
    }

    /// The pixels in OpenCV's order: blue, green, red, and alpha where there is some.
    private static Mat pixels(BufferedImage image) {
        boolean alpha = image.getColorModel().hasAlpha();
        int width = image.getWidth();
        int height = image.getHeight();
        int[] argb = image.getRaster().getDataBuffer() instanceof DataBufferInt data
                        && image.getType() != BufferedImage.TYPE_INT_ARGB_PRE
                ? data.getData()
                : image.getRGB(0, 0, width, height, null, 0, width);
        int channels = alpha ? 4 : 3;
        byte[] bytes = new byte[Math.multiplyExact(argb.length, channels)];
        for (int i = 0, at = 0; i < argb.length; i++) {
            bytes[at++] = (byte) argb[i];
            bytes[at++] = (byte) (argb[i] >> 8);
            bytes[at++] = (byte) (argb[i] >> 16);
            if (alpha) {
                bytes[at++] = (byte) (argb[i] >> 24);
            }
        }
        Mat mat = new Mat(height, width, opencv_core.CV_MAKETYPE(opencv_core.CV_8U, channels));
        mat.data().put(bytes);
        return mat;
    }
}
