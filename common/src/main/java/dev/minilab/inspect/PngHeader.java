package dev.minilab.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ImageFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/// Reads a PNG (W3C Portable Network Graphics, third edition) up to the first image data.
///
/// Of an animated PNG only the default image counts. A head that ends before the image data is enough. Checks the
/// CRC of the header alone: a decoder drops other damaged chunks or fails on its own.
final class PngHeader {
    private static final int SIGNATURE_LENGTH = 8;
    private static final int HEADER_LENGTH = 13;
    private static final int TYPE_LENGTH = 4;

    /// An IFD that lies further inside than a JPEG could hold is not worth the memory.
    private static final int EXIF_LIMIT = 1 << 16;

    private final HeadReader head;
    private final Limits limits;
    private boolean alpha;
    private int orientation = ExifOrientation.UPRIGHT;

    PngHeader(HeadReader head, Limits limits) {
        this.head = head;
        this.limits = limits;
    }

    Inspection read() throws IOException, InspectException {
        head.skip(SIGNATURE_LENGTH);
        ByteBuffer header = header();
        long width = Integer.toUnsignedLong(header.getInt());
        long height = Integer.toUnsignedLong(header.getInt());
        int depth = header.get();
        int colour = header.get();
        int compression = header.get();
        int filter = header.get();
        int interlace = header.get();
        if (!isDefined(colour, depth) || compression != 0 || filter != 0 || interlace < 0 || interlace > 1) {
            throw InspectException.badHeader("The PNG header has values that no PNG has");
        }
        boolean interlaced = interlace == 1;
        limits.check(width, height, interlaced);
        alpha = colour == 4 || colour == 6;
        walkAsFarAsItGoes();
        return new Inspection(ImageFormat.PNG, (int) width, (int) height, 1, 1, model(colour), depth, alpha, interlaced)
                .turned(orientation);
    }

    private static Model model(int colour) {
        return switch (colour) {
            case 0, 4 -> Model.GREY;
            case 3 -> Model.PALETTE;
            default -> Model.RGB;
        };
    }

    /// The 13 bytes of IHDR, known to be undamaged.
    private ByteBuffer header() throws IOException, InspectException {
        long length = head.u32();
        byte[] typeAndData = head.bytes(TYPE_LENGTH + HEADER_LENGTH);
        if (length != HEADER_LENGTH || !new String(typeAndData, 0, TYPE_LENGTH, ISO_8859_1).equals("IHDR")) {
            throw InspectException.badHeader("The PNG does not begin with its header");
        }
        CRC32 crc = new CRC32();
        crc.update(typeAndData);
        if (head.u32() != crc.getValue()) {
            throw InspectException.badHeader("The checksum of the PNG header is wrong");
        }
        return ByteBuffer.wrap(typeAndData, TYPE_LENGTH, HEADER_LENGTH);
    }

    private static boolean isDefined(int colour, int depth) {
        return switch (colour) {
            case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case 2, 4, 6 -> depth == 8 || depth == 16;
            default -> false;
        };
    }

    /// A large profile may fill the head. What an image must tell was told before, so it is not refused for that.
    private void walkAsFarAsItGoes() throws IOException, InspectException {
        try {
            walkToImageData();
        } catch (InspectException e) {
            if (!head.limitReached()) {
                throw e;
            }
        }
    }

    private void walkToImageData() throws IOException, InspectException {
        while (true) {
            long length = head.u32();
            String type = new String(head.bytes(TYPE_LENGTH), ISO_8859_1);
            if (length > Integer.MAX_VALUE) {
                throw InspectException.badHeader("The PNG has a chunk of impossible length");
            }
            switch (type) {
                case "IDAT" -> {
                    return;
                }
                case "IHDR", "IEND" -> throw InspectException.badHeader("The PNG has no image data after its header");
                case "eXIf" -> exif((int) length);
                default -> head.skip(length);
            }
            alpha |= type.equals("tRNS");
            head.skip(4); // the CRC
        }
    }

    private void exif(int length) throws IOException, InspectException {
        int kept = Math.min(length, EXIF_LIMIT);
        orientation = ExifOrientation.of(head.bytes(kept));
        head.skip(length - kept);
    }
}
