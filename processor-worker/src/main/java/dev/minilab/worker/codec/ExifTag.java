package dev.minilab.worker.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// A tag of bytes in the first directory of a TIFF file, which is what an EXIF block is.
///
/// Looks at that directory only and follows no further offset, so that no block can make it loop; bogus counts and
/// offsets are tags that are not there. Byte order, types and layout are those of TIFF 6.0.
final class ExifTag {

    static final int COPYRIGHT = 0x8298;
    static final int ICC_PROFILE = 0x8773;

    private static final int HEADER = 8;
    private static final int ENTRY = 12;
    private static final int BYTE = 1;
    private static final int ASCII = 2;
    private static final int UNDEFINED = 7;

    private ExifTag() {}

    /// The bytes of the tag; empty if there is none of at most `limit` bytes.
    static Optional<byte[]> find(byte[] tiff, int tag, int limit) {
        ByteBuffer in = ByteBuffer.wrap(tiff);
        if (tiff.length < HEADER || !readOrder(in) || in.getShort() != 42) {
            return Optional.empty();
        }
        long directory = Integer.toUnsignedLong(in.getInt());
        if (directory > tiff.length - Short.BYTES) {
            return Optional.empty();
        }
        int first = (int) directory + Short.BYTES;
        int entries = Math.min(Short.toUnsignedInt(in.getShort(first - Short.BYTES)), (tiff.length - first) / ENTRY);
        for (int entry = first; entry < first + entries * ENTRY; entry += ENTRY) {
            if (Short.toUnsignedInt(in.getShort(entry)) == tag) {
                return value(in, entry, limit);
            }
        }
        return Optional.empty();
    }

    /// An EXIF block of nothing but this one text.
    static byte[] block(int tag, byte[] text) {
        int count = text.length + 1;
        int after = HEADER + Short.BYTES + ENTRY + Integer.BYTES;
        ByteBuffer out = ByteBuffer.allocate(after + (count > Integer.BYTES ? count : 0));
        out.putShort((short) 0x4D4D).putShort((short) 42).putInt(HEADER);
        out.putShort((short) 1).putShort((short) tag).putShort((short) ASCII).putInt(count);
        if (count > Integer.BYTES) {
            out.putInt(after);
            out.position(after);
        }
        return out.put(text).array();
    }

    private static boolean readOrder(ByteBuffer in) {
        int mark = in.getShort();
        in.order(mark == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        return mark == 0x4949 || mark == 0x4D4D;
    }

    private static Optional<byte[]> value(ByteBuffer in, int entry, int limit) {
        int type = in.getShort(entry + 2);
        long count = Integer.toUnsignedLong(in.getInt(entry + 4));
        long at = count <= Integer.BYTES ? entry + 8L : Integer.toUnsignedLong(in.getInt(entry + 8));
        boolean ofBytes = type == BYTE || type == ASCII || type == UNDEFINED;
        if (!ofBytes || count > limit || at + count > in.limit()) {
            return Optional.empty();
        }
        byte[] bytes = new byte[(int) count];
        in.get((int) at, bytes);
        return Optional.of(bytes);
    }
}
