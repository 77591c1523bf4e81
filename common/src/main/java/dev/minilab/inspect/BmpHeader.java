package dev.minilab.inspect;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.io.IOException;

/// Reads a Windows bitmap whose header is a BITMAPINFOHEADER or one of its successors, up to BITMAPV5HEADER.
///
/// A negative height says that rows go from top to bottom. Depth is that of the widest channel. Alpha counts
/// where the header has a mask for it; the fourth byte of plain 32-bit pixels is padding.
final class BmpHeader {
    private static final int FILE_HEADER = 14;
    private static final int INFO_HEADER = 40;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int MASKS = 3;
    private static final int JPEG = 4;
    private static final int PNG = 5;
    private static final int ALPHA_MASKS = 6;

    private final HeadReader head;
    private final Limits limits;

    BmpHeader(HeadReader head, Limits limits) {
        this.head = head;
        this.limits = limits;
    }

    Inspection read() throws IOException, InspectException {
        head.skip(FILE_HEADER);
        int size = headerSize();
        int width = (int) head.u32le();
        long height = Math.abs((long) (int) head.u32le());
        int planes = head.u16le();
        int bits = head.u16le();
        int compression = compression();
        head.skip(20); // size, resolution, colours
        if (planes != 1 || !isDefined(bits, compression)) {
            throw InspectException.badHeader("The BMP header has values that no BMP has");
        }
        limits.check(width, height, false);
        boolean masked = compression == MASKS || compression == ALPHA_MASKS;
        int depth = masked ? maskedDepth() : plainDepth(bits);
        boolean alpha = masked && (size >= 56 || compression == ALPHA_MASKS) && head.u32le() != 0;
        Model model = bits <= 8 ? Model.PALETTE : Model.RGB;
        return new Inspection(ImageFormat.BMP, width, (int) height, 1, 1, model, depth, alpha, false);
    }

    private int headerSize() throws IOException, InspectException {
        int size = (int) Math.min(head.u32le(), Integer.MAX_VALUE);
        return switch (size) {
            case INFO_HEADER, 52, 56, 108, 124 -> size;
            case 12, 16, 64 -> throw unsupported("BMP of OS/2");
            default -> throw InspectException.badHeader("The BMP has a header of impossible length");
        };
    }

    private int compression() throws IOException, InspectException {
        long compression = head.u32le();
        if (compression == JPEG || compression == PNG || compression > ALPHA_MASKS) {
            throw unsupported("BMP for printers");
        }
        return (int) compression;
    }

    private static boolean isDefined(int bits, int compression) {
        return switch (compression) {
            case RLE8 -> bits == 8;
            case RLE4 -> bits == 4;
            case MASKS, ALPHA_MASKS -> bits == 16 || bits == 32;
            default -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
        };
    }

    private static int plainDepth(int bits) {
        return bits == 16 ? 5 : Math.min(bits, 8);
    }

    /// The masks are the next fields of longer headers and follow shorter ones: the same place.
    private int maskedDepth() throws IOException, InspectException {
        int depth = 1;
        for (int channel = 0; channel < 3; channel++) {
            depth = Math.max(depth, Long.bitCount(head.u32le()));
        }
        return depth;
    }

    private static InspectException unsupported(String what) {
        return new InspectException(ErrorCode.UNSUPPORTED_TYPE, what + " is not supported");
    }
}
