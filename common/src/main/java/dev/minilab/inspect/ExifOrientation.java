package dev.minilab.inspect;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Finds the orientation in an EXIF block, which is a small TIFF file.
///
/// Looks at the first directory only and follows no further offset, so that no block can make it loop. What it
/// can't make sense of is upright: a picture with broken metadata is still a picture.
final class ExifOrientation {
    static final int UPRIGHT = 1;

    private static final int TIFF_HEADER = 8;
    private static final int ENTRY = 12;
    private static final int TAG_ORIENTATION = 0x0112;
    private static final int TYPE_SHORT = 3;

    private ExifOrientation() {}

    /// The orientation, 1 to 8, that a TIFF header and its first directory tell.
    static int of(byte[] block) {
        ByteBuffer tiff = ByteBuffer.wrap(block);
        if (block.length < TIFF_HEADER || !readOrder(tiff) || tiff.getShort() != 42) {
            return UPRIGHT;
        }
        long directory = Integer.toUnsignedLong(tiff.getInt());
        if (directory < TIFF_HEADER || directory > tiff.limit() - Short.BYTES) {
            return UPRIGHT;
        }
        tiff.position((int) directory);
        int entries = Short.toUnsignedInt(tiff.getShort());
        return entries * ENTRY <= tiff.remaining() ? search(tiff, entries) : UPRIGHT;
    }

    private static boolean readOrder(ByteBuffer tiff) {
        int mark = tiff.getShort();
        tiff.order(mark == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        return mark == 0x4949 || mark == 0x4D4D;
    }

    private static int search(ByteBuffer tiff, int entries) {
        for (int i = 0; i < entries; i++) {
            int entry = tiff.position() + i * ENTRY;
            if (tiff.getShort(entry) == TAG_ORIENTATION) {
                return value(tiff, entry);
            }
        }
        return UPRIGHT;
    }

    private static int value(ByteBuffer tiff, int entry) {
        int value = Short.toUnsignedInt(tiff.getShort(entry + 8));
        boolean oneShort = tiff.getShort(entry + 2) == TYPE_SHORT && tiff.getInt(entry + 4) == 1;
        return oneShort && value >= 1 && value <= 8 ? value : UPRIGHT;
    }
}
