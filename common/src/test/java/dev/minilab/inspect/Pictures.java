package dev.minilab.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/// Images for tests: real ones drawn and encoded by ImageIO, and headers put together byte by byte.
final class Pictures {
    static final byte[] PNG_SIGNATURE = bytes(0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n');
    static final byte[] IDAT = chunk("IDAT", bytes(0x78, 0x01, 3, 0, 0, 0, 0, 1));
    static final byte[] IEND = chunk("IEND", new byte[0]);

    private static final byte[] SOI = bytes(0xFF, 0xD8);
    private static final byte[] SOS = bytes(0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0xFF, 0xD9);

    private Pictures() {}

    /// A gradient, encoded by ImageIO.
    static byte[] drawn(String format, int width, int height, int imageType, boolean progressive) {
        BufferedImage image = new BufferedImage(width, height, imageType);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, new Color(x * 255 / width, y * 255 / height, 128).getRGB());
            }
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam how = writer.getDefaultWriteParam();
            if (progressive) {
                how.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), how);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /// A JPEG of these segments between start marker and scan.
    static byte[] jpeg(byte[]... segments) {
        return concat(SOI, concat(segments), SOS);
    }

    static byte[] segment(int marker, byte[] payload) {
        int length = payload.length + 2;
        return concat(bytes(0xFF, marker, length >> 8, length), payload);
    }

    static byte[] frame(int marker, int width, int height) {
        return frame(marker, 8, width, height, 3);
    }

    static byte[] frame(int marker, int precision, int width, int height, int components) {
        byte[] payload = new byte[6 + 3 * components];
        ByteBuffer.wrap(payload)
                .put((byte) precision)
                .putShort((short) height)
                .putShort((short) width)
                .put((byte) components);
        return segment(marker, payload);
    }

    /// The APP1 segment of a TIFF block.
    static byte[] exif(byte[] tiff) {
        return segment(0xE1, concat("Exif\0\0".getBytes(ISO_8859_1), tiff));
    }

    /// A TIFF block with one directory: make, then orientation; its next directory is itself.
    static byte[] tiff(ByteOrder order, int orientation) {
        return ByteBuffer.allocate(8 + 2 + 2 * 12 + 4)
                .order(order)
                .put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(ISO_8859_1))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 2)
                .putShort((short) 0x010F)
                .putShort((short) 2)
                .putInt(4)
                .putInt(0)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0)
                .putInt(8)
                .array();
    }

    /// A PNG of these chunks between signature and image data.
    static byte[] png(byte[]... chunks) {
        return concat(PNG_SIGNATURE, concat(chunks), IDAT, IEND);
    }

    static byte[] header(long width, long height, int depth, int colour, int interlace) {
        return chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt((int) width)
                        .putInt((int) height)
                        .put(bytes(depth, colour, 0, 0, interlace))
                        .array());
    }

    static byte[] chunk(String type, byte[] data) {
        byte[] typeAndData = concat(type.getBytes(ISO_8859_1), data);
        CRC32 crc = new CRC32();
        crc.update(typeAndData);
        return ByteBuffer.allocate(12 + data.length)
                .putInt(data.length)
                .put(typeAndData)
                .putInt((int) crc.getValue())
                .array();
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    static byte[] latin(String text) {
        return text.getBytes(ISO_8859_1);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    static byte[] insert(byte[] into, int at, byte[] what) {
        return concat(Arrays.copyOf(into, at), what, Arrays.copyOfRange(into, at, into.length));
    }
}
