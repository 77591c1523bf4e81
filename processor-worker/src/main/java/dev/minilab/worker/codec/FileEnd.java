package dev.minilab.worker.codec;

import dev.minilab.job.ImageFormat;
import java.nio.ByteBuffer;

/// Whether a file stops before its own structure says that it ends. Only worth asking of a file that did not decode:
/// many that lack their end marker are whole otherwise.
///
/// Specifications: ITU-T T.81 (JPEG), GIF89a, RIFF (WebP), ISO/IEC 14496-12 (HEIC, AVIF, JPEG XL).
final class FileEnd {

    private static final int JXL_CODESTREAM = 0xFF0A;

    private FileEnd() {}

    /// True if the end is missing; false also where a format, such as TIFF, has no place that tells. In a PNG every
    /// piece has its own checksum, and one that is not whole is as damaged as any other.
    static boolean missing(byte[] file, ImageFormat format) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        return switch (format) {
            case JPEG -> lastMarker(file, 0xD9) <= lastMarker(file, 0xDA);
            case GIF -> file.length == 0 || file[file.length - 1] != ';';
            case WEBP -> file.length < 12 || 8L + Integer.toUnsignedLong(littleEndian(bytes, 4)) > file.length;
            case HEIC, AVIF -> endsInBox(bytes);
            case JXL -> file.length > 1 && (bytes.getShort(0) & 0xFFFF) != JXL_CODESTREAM && endsInBox(bytes);
            case BMP -> file.length < 6 || Integer.toUnsignedLong(littleEndian(bytes, 2)) > file.length;
            case PNG, TIFF -> false;
        };
    }

    /// Where a JPEG marker lies last, or -1. Entropy-coded data cannot hold one, a thumbnail in the metadata before
    /// can.
    private static int lastMarker(byte[] file, int marker) {
        for (int i = file.length - 2; i >= 0; i--) {
            if (file[i] == (byte) 0xFF && file[i + 1] == (byte) marker) {
                return i;
            }
        }
        return -1;
    }

    private static boolean endsInBox(ByteBuffer bytes) {
        long at = 0;
        while (at + 8 <= bytes.limit()) {
            long size = Integer.toUnsignedLong(bytes.getInt((int) at));
            if (size == 1 && at + 16 <= bytes.limit()) {
                size = bytes.getLong((int) at + 8);
            }
            if (size == 0) {
                return false; // The box reaches to the end of the file, wherever that is.
            }
            if (size < 8 || size > bytes.limit() - at) {
                return true;
            }
            at += size;
        }
        return at != bytes.limit();
    }

    private static int littleEndian(ByteBuffer bytes, int at) {
        return Integer.reverseBytes(bytes.getInt(at));
    }
}
