package dev.minilab.inspect;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Reads the first directory of a TIFF (revision 6.0), in either byte order. Further pages are not followed.
///
/// The directory may lie anywhere, and often lies at the end: beyond the head of a large file. Depth is that of
/// the first sample. Samples beyond those of the colour count as alpha, as decoders take them.
final class TiffHeader {
    private static final int HEADER = 8;
    private static final int ENTRY = 12;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    /// More are no picture to look at, and cost the memory of as many images.
    private static final int MAX_SAMPLES = 8;

    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS_PER_SAMPLE = 258;
    private static final int PHOTOMETRIC = 262;
    private static final int ORIENTATION = 274;
    private static final int SAMPLES_PER_PIXEL = 277;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final Set<Integer> TAGS = Set.of(
            WIDTH, HEIGHT, BITS_PER_SAMPLE, PHOTOMETRIC, ORIENTATION, SAMPLES_PER_PIXEL, TILE_WIDTH, TILE_HEIGHT);

    private final HeadReader head;
    private final Limits limits;
    private final Map<Integer, Long> values = new HashMap<>();
    private ByteOrder order = ByteOrder.BIG_ENDIAN;

    TiffHeader(HeadReader head, Limits limits) {
        this.head = head;
        this.limits = limits;
    }

    Inspection read() throws IOException, InspectException {
        readDirectory();
        long width = required(WIDTH);
        long height = required(HEIGHT);
        limits.check(width, height, false);
        if (values.containsKey(TILE_WIDTH) || values.containsKey(TILE_HEIGHT)) {
            limits.check(value(TILE_WIDTH, 1), value(TILE_HEIGHT, 1), false); // decoders hold a tile whole
        }
        long samples = value(SAMPLES_PER_PIXEL, 1);
        Model model = model(value(PHOTOMETRIC, samples < 3 ? 1 : 2));
        checkSamples(model, samples);
        long orientation = value(ORIENTATION, ExifOrientation.UPRIGHT);
        return new Inspection(
                        ImageFormat.TIFF,
                        (int) width,
                        (int) height,
                        1,
                        1,
                        model,
                        depth(),
                        samples > colours(model),
                        false)
                .turned(orientation >= 1 && orientation <= 8 ? (int) orientation : ExifOrientation.UPRIGHT);
    }

    private ByteBuffer upTo(long end) throws IOException, InspectException {
        return head.upTo(end).order(order);
    }

    private void readDirectory() throws IOException, InspectException {
        order = upTo(HEADER).get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        long directory = Integer.toUnsignedLong(upTo(HEADER).getInt(4));
        if (directory < HEADER) {
            throw InspectException.badHeader("The TIFF has no directory");
        }
        int entries = Short.toUnsignedInt(upTo(directory + 2).getShort((int) directory));
        ByteBuffer tiff = upTo(directory + 2 + (long) entries * ENTRY);
        for (int i = 0; i < entries; i++) {
            readEntry(tiff, (int) directory + 2 + i * ENTRY);
        }
    }

    /// Keeps the first value of each tag that we know, so that few values are looked for, however many entries.
    private void readEntry(ByteBuffer tiff, int entry) throws IOException, InspectException {
        int tag = Short.toUnsignedInt(tiff.getShort(entry));
        if (TAGS.contains(tag) && !values.containsKey(tag)) {
            values.put(tag, first(tiff, entry));
        }
    }

    /// Values that need more than four bytes lie elsewhere.
    private long first(ByteBuffer tiff, int entry) throws IOException, InspectException {
        int type = tiff.getShort(entry + 2);
        long count = Integer.toUnsignedLong(tiff.getInt(entry + 4));
        if ((type != SHORT && type != LONG) || count == 0) {
            throw InspectException.badHeader("The TIFF has a tag of another type than it should");
        }
        int size = type == SHORT ? Short.BYTES : Integer.BYTES;
        long at = count * size <= 4 ? entry + 8 : Integer.toUnsignedLong(tiff.getInt(entry + 8));
        ByteBuffer file = upTo(at + size);
        return type == SHORT
                ? Short.toUnsignedInt(file.getShort((int) at))
                : Integer.toUnsignedLong(file.getInt((int) at));
    }

    private long value(int tag, long otherwise) {
        return values.getOrDefault(tag, otherwise);
    }

    private long required(int tag) throws InspectException {
        Long value = values.get(tag);
        if (value == null) {
            throw InspectException.badHeader("The TIFF does not tell its width and height");
        }
        return value;
    }

    private int depth() throws InspectException {
        long depth = value(BITS_PER_SAMPLE, 1);
        if (depth < 1 || depth > 64) {
            throw InspectException.badHeader("The TIFF has %d bits per sample".formatted(depth));
        }
        return (int) depth;
    }

    /// YCbCr and the kinds of L*a*b* become RGB when they are decoded.
    private static Model model(long photometric) throws InspectException {
        return switch ((int) Math.min(photometric, Integer.MAX_VALUE)) {
            case 0, 1 -> Model.GREY;
            case 2, 6, 8, 9, 10 -> Model.RGB;
            case 3 -> Model.PALETTE;
            case 5 -> Model.CMYK;
            default ->
                throw unsupported("TIFF with photometric interpretation %d is not supported".formatted(photometric));
        };
    }

    private static void checkSamples(Model model, long samples) throws InspectException {
        if (samples < colours(model)) {
            throw InspectException.badHeader("The TIFF has fewer samples per pixel than its colours need");
        }
        if (samples > MAX_SAMPLES) {
            throw unsupported("TIFF with %d samples per pixel is not supported".formatted(samples));
        }
    }

    private static int colours(Model model) {
        return switch (model) {
            case GREY, PALETTE -> 1;
            case RGB -> 3;
            case CMYK -> 4;
        };
    }

    private static InspectException unsupported(String message) {
        return new InspectException(ErrorCode.UNSUPPORTED_TYPE, message);
    }
}
