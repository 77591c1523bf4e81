package dev.minilab.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ImageFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalInt;

/// Reads a WebP (RFC 9649): simple lossy, simple lossless or extended, whose chunks it walks for frames and EXIF:
/// those in the head, or all of a whole file.
final class WebpHeader {
    private static final int HAS_ANIMATION = 0x02;
    private static final int HAS_EXIF = 0x08;
    private static final int HAS_ALPHA = 0x10;
    private static final int EXTENDED_LENGTH = 10;
    private static final int CHUNK_HEADER = 8;
    private static final int EXIF_LIMIT = 1 << 16;
    private static final byte[] EXIF_PREFIX = "Exif\0\0".getBytes(ISO_8859_1);

    private record Bitstream(int width, int height, boolean alpha) {}

    private final HeadReader head;
    private final Limits limits;
    private int width;
    private int height;
    private int frames;
    private OptionalInt orientation = OptionalInt.empty();

    WebpHeader(HeadReader head, Limits limits) {
        this.head = head;
        this.limits = limits;
    }

    Inspection read() throws IOException, InspectException {
        head.skip(4);
        long end = head.u32le() + CHUNK_HEADER;
        head.skip(4);
        String type = fourCc();
        long size = head.u32le();
        return switch (type) {
            case "VP8 ", "VP8L" -> simple(bitstream(type));
            case "VP8X" -> extended(size, end);
            default -> throw InspectException.badHeader("The WebP does not begin with an image");
        };
    }

    private String fourCc() throws IOException, InspectException {
        return new String(head.bytes(4), ISO_8859_1);
    }

    private Inspection simple(Bitstream image) throws InspectException {
        limits.check(image.width, image.height, false);
        return inspection(image.width, image.height, 1, image.alpha);
    }

    private static Inspection inspection(int width, int height, int frames, boolean alpha) {
        return new Inspection(ImageFormat.WEBP, width, height, 1, frames, Model.RGB, 8, alpha, false);
    }

    private Bitstream bitstream(String type) throws IOException, InspectException {
        return type.equals("VP8L") ? lossless() : lossy();
    }

    /// A key frame of VP8 (RFC 6386, 9.1); the upper two bits of the sides tell how to scale what is shown.
    private Bitstream lossy() throws IOException, InspectException {
        int tag = head.u24le();
        int startCode = head.u24le();
        if ((tag & 1) != 0 || startCode != 0x2A019D) {
            throw InspectException.badHeader("The WebP does not begin with a key frame");
        }
        return new Bitstream(head.u16le() & 0x3FFF, head.u16le() & 0x3FFF, false);
    }

    private Bitstream lossless() throws IOException, InspectException {
        int mark = head.u8();
        long bits = head.u32le();
        if (mark != 0x2F || bits >> 29 != 0) {
            throw InspectException.badHeader("The WebP has a lossless image of an unknown version");
        }
        return new Bitstream((int) (bits & 0x3FFF) + 1, (int) (bits >> 14 & 0x3FFF) + 1, (bits >> 28 & 1) != 0);
    }

    private Inspection extended(long size, long end) throws IOException, InspectException {
        if (size < EXTENDED_LENGTH) {
            throw InspectException.badHeader("The WebP has a header of impossible length");
        }
        int flags = head.u8();
        head.skip(3);
        width = head.u24le() + 1;
        height = head.u24le() + 1;
        limits.check(width, height, false);
        head.skip(size - EXTENDED_LENGTH + (size & 1));
        walkAsFarAsItGoes(flags, end);
        return inspection(width, height, Math.max(frames, 1), (flags & HAS_ALPHA) != 0)
                .turned(orientation.orElse(ExifOrientation.UPRIGHT));
    }

    /// The canvas is known already, so a head that ends before the image does is enough; a file that does is not.
    private void walkAsFarAsItGoes(int flags, long end) throws IOException, InspectException {
        try {
            walk(flags, end);
        } catch (InspectException e) {
            if (!head.limitReached() && (frames == 0 || !head.exhausted())) {
                throw e;
            }
        }
    }

    private void walk(int flags, long end) throws IOException, InspectException {
        boolean animated = (flags & HAS_ANIMATION) != 0;
        boolean done = false;
        while (!done && head.position() + CHUNK_HEADER <= end) {
            String type = fourCc();
            long size = head.u32le();
            long next = head.position() + size + (size & 1);
            switch (type) {
                case "ANMF" -> frame(animated, size);
                case "VP8 ", "VP8L" -> image(animated, bitstream(type));
                case "EXIF" -> exif(size);
                default -> {}
            }
            done = frames > 0 && !animated && ((flags & HAS_EXIF) == 0 || orientation.isPresent());
            if (!done) {
                head.skip(Math.max(next - head.position(), 0));
            }
        }
        if (frames == 0) {
            throw InspectException.badHeader("The WebP has no image");
        }
    }

    /// Decoders take frames only where the header announces an animation.
    private void frame(boolean animated, long size) throws IOException, InspectException {
        if (!animated) {
            return;
        }
        if (size < 16) {
            throw InspectException.badHeader("The WebP has a frame of impossible length");
        }
        long right = 2L * head.u24le();
        long bottom = 2L * head.u24le();
        right += head.u24le() + 1;
        bottom += head.u24le() + 1;
        if (right > width || bottom > height) {
            throw InspectException.badHeader("The WebP has a frame outside its canvas");
        }
        frames++;
        limits.checkFrames(width, height, frames);
    }

    private void image(boolean animated, Bitstream image) throws InspectException {
        if (animated) {
            return;
        }
        if (image.width != width || image.height != height) {
            throw InspectException.badHeader("The WebP has an image of another size than its header says");
        }
        frames = 1;
    }

    /// The block begins as a TIFF file does; some writers put before it what JPEG has there.
    private void exif(long size) throws IOException, InspectException {
        byte[] block = head.bytes((int) Math.min(size, EXIF_LIMIT));
        if (orientation.isEmpty()) {
            int from = Arrays.mismatch(block, EXIF_PREFIX) == EXIF_PREFIX.length ? EXIF_PREFIX.length : 0;
            orientation = OptionalInt.of(ExifOrientation.of(Arrays.copyOfRange(block, from, block.length)));
        }
    }
}
