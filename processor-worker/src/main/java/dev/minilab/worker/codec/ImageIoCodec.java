package dev.minilab.worker.codec;

import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/// ImageIO with the readers of TwelveMonkeys: pure Java, slow, always there, and strict about damage.
///
/// Gives sRGB whatever the file holds: it converts grey, CMYK and profiles itself.
final class ImageIoCodec implements Codec {

    private static final byte[] END_OF_JPEG = {(byte) 0xFF, (byte) 0xD9};

    @Override
    public String name() {
        return "imageio";
    }

    @Override
    public String version() {
        return Runtime.version().feature() + " with TwelveMonkeys";
    }

    @Override
    public boolean readsFormat(ImageFormat format) {
        return switch (format) {
            case JPEG, PNG, GIF, BMP, TIFF, WEBP -> true;
            case AVIF, HEIC, JXL -> false;
        };
    }

    @Override
    public boolean writesFormat(ImageFormat format) {
        return format == ImageFormat.JPEG || format == ImageFormat.PNG || format == ImageFormat.GIF;
    }

    @Override
    public boolean reads(Inspection source, boolean animated) {
        return readsFormat(source.format()) && (!animated || source.frames() == 1);
    }

    @Override
    public boolean strict() {
        return true;
    }

    @Override
    public boolean writes(Encoding encoding) {
        return writesFormat(encoding.format()) && !encoding.animated();
    }

    @Override
    public Picture decode(byte[] original, Inspection source, Need need) throws RenderException {
        ImageReader reader = reader(source);
        try (ImageInputStream input = new MemoryCacheImageInputStream(withEnd(original, source))) {
            reader.setInput(input, false, source.format() != ImageFormat.GIF);
            requireSize(reader, source);
            List<String> warnings = new ArrayList<>();
            reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
            BufferedImage image = reader.read(0);
            judge(warnings);
            BufferedImage whole = source.format() == ImageFormat.GIF ? onCanvas(image, reader, source) : image;
            return Picture.still(BufferedPixels.fromAny(whole, source.alpha()), null);
        } catch (IOException | RuntimeException e) {
            // Readers and colour conversions throw all kinds when the data is not what the header promised.
            throw new RenderException(ErrorCode.DECODE_FAILED, "the image data is damaged", e);
        } finally {
            reader.dispose();
        }
    }

    /// The JDK's own where it is right; that of TwelveMonkeys for CMYK and for the formats that the JDK has none for.
    private static ImageReader reader(Inspection source) throws RenderException {
        boolean other = source.format() == ImageFormat.JPEG && source.model() == Model.CMYK;
        Iterator<ImageReader> readers =
                ImageIO.getImageReadersByFormatName(source.format().wireName());
        ImageReader found = null;
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            boolean jdk = reader.getClass().getModule().isNamed();
            if (found == null || jdk != other) {
                found = reader;
            }
        }
        if (found == null) {
            throw new RenderException(
                    ErrorCode.CODEC_UNAVAILABLE,
                    "no codec of this installation reads " + source.format().wireName());
        }
        return found;
    }

    /// With an end marker of our own behind it, a JPEG that lacks only that decodes without a warning, and one that
    /// lacks image data does not.
    private static InputStream withEnd(byte[] original, Inspection source) {
        InputStream bytes = new ByteArrayInputStream(original);
        return source.format() == ImageFormat.JPEG
                ? new SequenceInputStream(bytes, new ByteArrayInputStream(END_OF_JPEG))
                : bytes;
    }

    /// Only what says that pixels are missing or wrong counts: a bad profile or stray bytes between segments do not
    /// spoil an image. These are the JPEG library's own words, in any language.
    private static void judge(List<String> warnings) throws RenderException {
        for (String warning : warnings) {
            String words = warning.toLowerCase(Locale.ROOT);
            if (words.contains("premature end")) {
                throw new RenderException(ErrorCode.TRUNCATED, "image data is missing");
            }
            if (words.contains("bad huffman code")) {
                throw new RenderException(ErrorCode.DECODE_FAILED, "the image data is damaged");
            }
        }
    }

    /// The limits were checked against the inspected size: what the reader sees must be no more. A frame of a GIF may
    /// be smaller than its canvas.
    private static void requireSize(ImageReader reader, Inspection source) throws IOException, RenderException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        boolean fits = source.format() == ImageFormat.GIF
                ? width <= source.width() && height <= source.height()
                : width == source.storedWidth() && height == source.storedHeight();
        if (!fits) {
            throw new RenderException(ErrorCode.DECODE_FAILED, "the image contradicts its own header");
        }
    }

    private static BufferedImage onCanvas(BufferedImage frame, ImageReader reader, Inspection source)
            throws IOException {
        if (frame.getWidth() == source.width() && frame.getHeight() == source.height()) {
            return frame;
        }
        var root = (IIOMetadataNode) reader.getImageMetadata(0).getAsTree("javax_imageio_gif_image_1.0");
        var place =
                (IIOMetadataNode) root.getElementsByTagName("ImageDescriptor").item(0);
        BufferedImage canvas = new BufferedImage(source.width(), source.height(), BufferedImage.TYPE_INT_ARGB);
        var graphics = canvas.createGraphics();
        graphics.drawImage(
                frame,
                Integer.parseInt(place.getAttribute("imageLeftPosition")),
                Integer.parseInt(place.getAttribute("imageTopPosition")),
                null);
        graphics.dispose();
        return canvas;
    }

    @Override
    public byte[] encode(Picture picture, Encoding encoding) throws RenderException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName(
                        encoding.format().wireName())
                .next();
        var bytes = new ByteArrayOutputStream();
        try (var output = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(output);
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (encoding.format() == ImageFormat.JPEG) {
                param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                param.setCompressionQuality(encoding.quality() / 100f);
            }
            writer.write(null, new IIOImage(BufferedPixels.toImage(picture.first()), null, null), param);
        } catch (IOException e) {
            throw new RenderException(ErrorCode.INTERNAL, "the output cannot be encoded", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
