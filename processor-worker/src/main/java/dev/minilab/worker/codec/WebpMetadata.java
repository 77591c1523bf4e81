package dev.minilab.worker.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.minilab.worker.codec.Metadata.Blocks;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Metadata in the chunks of a WebP file (RFC 9649): ICCP and EXIF, which only a file in the extended layout has.
/// Writing turns a simple one into that.
final class WebpMetadata {

    private static final int HEADER = 12;
    private static final int FRAME = 8;

    /// Bits in the first byte of VP8X.
    private static final int ICC_FLAG = 0x20;

    private static final int ALPHA_FLAG = 0x10;
    private static final int EXIF_FLAG = 0x08;

    private static final int EXTENDED_LENGTH = 10;
    private static final int SIDE = 0x3FFF;
    private static final int START_CODE = 0x2A019D;
    private static final int LOSSLESS_SIGNATURE = 0x2F;

    private WebpMetadata() {}

    /// Where a chunk lies: `length` bytes of data behind a frame of eight.
    private record Chunk(String type, int start, int length) {

        byte[] data(byte[] webp) {
            return Arrays.copyOfRange(webp, start + FRAME, start + FRAME + length);
        }

        int next() {
            return start + FRAME + length + (length & 1);
        }
    }

    static Blocks read(byte[] webp) {
        byte[] icc = null;
        byte[] exif = null;
        for (Chunk chunk = first(webp); chunk != null; chunk = next(webp, chunk.next())) {
            boolean sane = chunk.length() <= Metadata.MAX_PROFILE;
            if (icc == null && chunk.type().equals("ICCP") && sane) {
                icc = chunk.data(webp);
            } else if (exif == null && chunk.type().equals("EXIF") && sane) {
                exif = chunk.data(webp);
            }
        }
        return new Blocks(icc, exif);
    }

    private static @Nullable Chunk first(byte[] webp) {
        boolean isWebp = webp.length >= HEADER
                && type(webp, 0).equals("RIFF")
                && type(webp, 8).equals("WEBP");
        return isWebp ? next(webp, HEADER) : null;
    }

    /// The chunk at this place, if it lies in the file as a whole.
    private static @Nullable Chunk next(byte[] webp, int at) {
        if (webp.length - at < FRAME) {
            return null;
        }
        int length = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).getInt(at + 4);
        return length < 0 || length > webp.length - at - FRAME ? null : new Chunk(type(webp, at), at, length);
    }

    private static String type(byte[] webp, int at) {
        return new String(webp, at, 4, ISO_8859_1);
    }

    /// The order of chunks is fixed: VP8X, ICCP, the image or animation, EXIF, the rest.
    static byte[] write(byte[] webp, Blocks blocks) {
        Chunk first = first(webp);
        byte[] extended = first == null ? new byte[0] : extended(first.type(), first.data(webp));
        if (first == null || extended.length != EXTENDED_LENGTH) {
            throw new IllegalArgumentException("not a WebP");
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream(webp.length + (1 << 12));
        extended[0] |= (byte) ((blocks.icc() == null ? 0 : ICC_FLAG) | (blocks.exif() == null ? 0 : EXIF_FLAG));
        chunk(body, "VP8X", extended);
        if (blocks.icc() != null) {
            chunk(body, "ICCP", blocks.icc());
        }
        for (Chunk chunk = first; chunk != null; chunk = next(webp, chunk.next())) {
            boolean replaced = switch (chunk.type()) {
                case "VP8X" -> true;
                case "ICCP" -> blocks.icc() != null;
                case "EXIF" -> blocks.exif() != null;
                default -> false;
            };
            if (!replaced) {
                chunk(body, chunk.type(), chunk.data(webp));
            }
        }
        if (blocks.exif() != null) {
            chunk(body, "EXIF", blocks.exif());
        }
        return file(body.toByteArray());
    }

    /// The VP8X chunk that the file begins with, or one that says what its only image is; empty for another
    /// beginning.
    private static byte[] extended(String type, byte[] first) {
        ByteBuffer data = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN);
        if (type.equals("VP8X")) {
            return first;
        } else if (type.equals("VP8 ") && first.length >= 10 && (data.getInt(3) & 0xFFFFFF) == START_CODE) {
            return extended(data.getShort(6) & SIDE, data.getShort(8) & SIDE, false);
        } else if (type.equals("VP8L") && first.length >= 5 && first[0] == LOSSLESS_SIGNATURE) {
            int bits = data.getInt(1);
            return extended((bits & SIDE) + 1, (bits >>> 14 & SIDE) + 1, (bits >>> 28 & 1) == 1);
        }
        return new byte[0];
    }

    private static byte[] extended(int width, int height, boolean alpha) {
        ByteBuffer data = ByteBuffer.allocate(EXTENDED_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(alpha ? ALPHA_FLAG : 0);
        return data.putInt((width - 1) | (height - 1) << 24)
                .putShort((short) ((height - 1) >> 8))
                .array();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
        ByteBuffer frame = ByteBuffer.allocate(FRAME).order(ByteOrder.LITTLE_ENDIAN);
        out.writeBytes(frame.put(type.getBytes(ISO_8859_1)).putInt(data.length).array());
        out.writeBytes(data);
        if (data.length % 2 == 1) {
            out.write(0);
        }
    }

    private static byte[] file(byte[] body) {
        ByteBuffer file = ByteBuffer.allocate(HEADER + body.length).order(ByteOrder.LITTLE_ENDIAN);
        return file.put("RIFF".getBytes(ISO_8859_1))
                .putInt(4 + body.length)
                .put("WEBP".getBytes(ISO_8859_1))
                .put(body)
                .array();
    }
}
