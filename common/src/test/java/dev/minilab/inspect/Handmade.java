package dev.minilab.inspect;

import static dev.minilab.inspect.Pictures.bytes;
import static dev.minilab.inspect.Pictures.concat;
import static dev.minilab.inspect.Pictures.latin;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Headers of formats that ImageIO doesn't write, or not in every variant, put together byte by byte.
final class Handmade {
    static final byte[] GIF_END = bytes(0x3B);

    private Handmade() {}

    static byte[] le(int size, long value) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >> (8 * i));
        }
        return bytes;
    }

    static byte[] be(int size, long value) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[size - 1 - i] = (byte) (value >> (8 * i));
        }
        return bytes;
    }

    // GIF

    /// A GIF with a global table of four colours.
    static byte[] gif(int width, int height, byte[]... blocks) {
        return concat(latin("GIF89a"), le(2, width), le(2, height), bytes(0x81, 0, 0), new byte[12], concat(blocks));
    }

    static byte[] gifControl(boolean transparent, int disposal) {
        return bytes(0x21, 0xF9, 4, (disposal << 2) | (transparent ? 1 : 0), 0, 0, 0, 0);
    }

    static byte[] gifFrame(int x, int y, int width, int height) {
        return concat(bytes(0x2C), le(2, x), le(2, y), le(2, width), le(2, height), bytes(0, 2, 2, 0x4C, 1, 0));
    }

    // WebP

    static byte[] webp(byte[]... chunks) {
        byte[] all = concat(chunks);
        return concat(latin("RIFF"), le(4, 4L + all.length), latin("WEBP"), all);
    }

    static byte[] riffChunk(String type, byte[]... parts) {
        byte[] data = concat(parts);
        return concat(latin(type), le(4, data.length), data, new byte[data.length % 2]);
    }

    static byte[] vp8(int width, int height) {
        return riffChunk("VP8 ", bytes(0x10, 0, 0, 0x9D, 1, 0x2A), le(2, width), le(2, height), new byte[5]);
    }

    static byte[] vp8l(int width, int height, boolean alpha) {
        long bits = (width - 1L) | ((height - 1L) << 14) | (alpha ? 1L << 28 : 0);
        return riffChunk("VP8L", bytes(0x2F), le(4, bits), new byte[3]);
    }

    static byte[] vp8x(int flags, int width, int height) {
        return riffChunk("VP8X", bytes(flags, 0, 0, 0), le(3, width - 1L), le(3, height - 1L));
    }

    static byte[] anmf(int x, int y, int width, int height) {
        return riffChunk(
                "ANMF",
                le(3, x / 2),
                le(3, y / 2),
                le(3, width - 1L),
                le(3, height - 1L),
                le(4, 40),
                vp8(width, height));
    }

    // BMP

    static byte[] bmp(int headerSize, int width, int height, int bits, int compression, byte[] more) {
        return concat(
                latin("BM"),
                new byte[12],
                le(4, headerSize),
                le(4, width),
                le(4, height),
                le(2, 1),
                le(2, bits),
                le(4, compression),
                new byte[20],
                more);
    }

    // TIFF

    /// A TIFF of one directory of tag, type, count and value, after so many bytes of image data.
    static byte[] tiffFile(ByteOrder order, int data, long[]... entries) {
        ByteBuffer tiff =
                ByteBuffer.allocate(8 + data + 2 + 12 * entries.length + 4).order(order);
        tiff.put(latin(order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM"));
        tiff.putShort((short) 42).putInt(8 + data).position(8 + data).putShort((short) entries.length);
        for (long[] entry : entries) {
            tiff.putShort((short) entry[0]).putShort((short) entry[1]).putInt((int) entry[2]);
            boolean oneShort = entry[1] == 3 && entry[2] == 1;
            tiff.putInt((int) (oneShort && order == ByteOrder.BIG_ENDIAN ? entry[3] << 16 : entry[3]));
        }
        return tiff.array();
    }

    /// The entry of one SHORT.
    static long[] tag(int tag, long value) {
        return new long[] {tag, 3, 1, value};
    }

    // HEIF

    static byte[] box(String type, byte[]... parts) {
        byte[] content = concat(parts);
        return concat(be(4, 8L + content.length), latin(type), content);
    }

    static byte[] fullBox(String type, int version, byte[]... parts) {
        return box(type, bytes(version, 0, 0, 0), concat(parts));
    }

    static byte[] ispe(long width, long height) {
        return fullBox("ispe", 0, be(4, width), be(4, height));
    }

    static byte[] ftyp(String major, String compatible) {
        return box("ftyp", latin(major), new byte[4], latin(compatible));
    }

    /// A file whose primary item, the second, has all of these properties; the first item has only the first.
    static byte[] heif(String brand, byte[]... properties) {
        byte[] indices = new byte[properties.length];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (byte) (0x80 | (i + 1));
        }
        byte[] associations = concat(be(4, 2), bytes(0, 1, 1, 1), bytes(0, 2, indices.length), indices);
        return concat(
                ftyp(brand, "mif1" + brand),
                fullBox(
                        "meta",
                        0,
                        fullBox("hdlr", 0, new byte[20]),
                        fullBox("pitm", 0, be(2, 2)),
                        fullBox("iinf", 0, new byte[30]),
                        box("iprp", box("ipco", properties), fullBox("ipma", 0, associations))),
                box("mdat", new byte[40]));
    }

    // JPEG XL

    /// A codestream of these fields: pairs of a number of bits and a value.
    static byte[] jxl(long... fields) {
        BigInteger stream = BigInteger.valueOf(0x0AFF);
        int at = 16;
        for (int i = 0; i < fields.length; i += 2) {
            stream = stream.or(BigInteger.valueOf(fields[i + 1]).shiftLeft(at));
            at += (int) fields[i];
        }
        byte[] bytes = new byte[at / 8 + 20];
        for (int i = 0; i < at; i++) {
            bytes[i / 8] |= (byte) (stream.testBit(i) ? 1 << (i % 8) : 0);
        }
        return bytes;
    }

    /// A codestream in boxes, in one part or as the first of several.
    static byte[] jxlFile(boolean parts, byte[] codestream) {
        return concat(
                bytes(0, 0, 0, 12),
                latin("JXL \r\n\u0087\n"),
                ftyp("jxl ", "jxl "),
                box("Exif", new byte[9]),
                parts ? box("jxlp", new byte[4], codestream) : box("jxlc", codestream));
    }
}
