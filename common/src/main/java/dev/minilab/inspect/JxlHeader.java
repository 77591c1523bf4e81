package dev.minilab.inspect;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.io.IOException;
import java.util.Arrays;

/// Reads the image header of a JPEG XL (ISO/IEC 18181-1), bare or in a container (18181-2), up to its colours.
///
/// Decoders turn the image themselves, so width and height are those after it, and the orientation is 1. An
/// animation counts as its first frame.
final class JxlHeader {
    /// All that precedes the colours is shorter by far, unless channels have long names.
    private static final int HEADER_LIMIT = HeadReader.PEEK_LIMIT;

    /// More are no picture to look at, and cost the memory of as many images.
    private static final int MAX_EXTRA_CHANNELS = 8;

    private static final int ALPHA = 0;
    private static final int SPOT_COLOUR = 2;
    private static final int BLACK = 4;
    private static final int FILTER = 5;
    private static final int GREY = 1;

    /// Width by height, numerator and denominator.
    private static final int[][] RATIOS = {{1, 1}, {12, 10}, {4, 3}, {3, 2}, {16, 9}, {5, 4}, {2, 1}};

    private record Size(long width, long height) {}

    private final HeadReader head;
    private final Limits limits;
    private int orientation = ExifOrientation.UPRIGHT;
    private int depth = 8;
    private Model model = Model.RGB;
    private boolean alpha;

    JxlHeader(HeadReader head, Limits limits) {
        this.head = head;
        this.limits = limits;
    }

    Inspection read() throws IOException, InspectException {
        BitReader in = codestream();
        if (in.bits(8) != 0xFF || in.bits(8) != 0x0A) {
            throw InspectException.badHeader("The JPEG XL has no codestream");
        }
        Size size = size(in);
        limits.check(size.width, size.height, false);
        if (!in.flag()) {
            metadata(in);
        }
        boolean swapped = orientation >= 5;
        return new Inspection(
                ImageFormat.JXL,
                (int) (swapped ? size.height : size.width),
                (int) (swapped ? size.width : size.height),
                1,
                1,
                model,
                depth,
                alpha,
                false);
    }

    /// The begin of the codestream: of the file, or of the first box that holds some of it.
    private BitReader codestream() throws IOException, InspectException {
        if (head.peek(1)[0] != 0) {
            return new BitReader(head.peek(HEADER_LIMIT));
        }
        while (true) {
            IsoBox box = IsoBox.read(head);
            boolean part = box.type().equals("jxlp");
            if (part || box.type().equals("jxlc")) {
                head.skip(part ? 4 : 0); // the number of the part
                byte[] next = head.peek(HEADER_LIMIT);
                return new BitReader(Arrays.copyOf(next, (int) Math.min(next.length, box.size())));
            }
            head.skip(box.size());
        }
    }

    private static Size size(BitReader in) throws InspectException {
        boolean eighths = in.flag();
        long height = side(in, eighths);
        int ratio = (int) in.bits(3);
        return new Size(ratio == 0 ? side(in, eighths) : scaled(height, ratio), height);
    }

    private static long side(BitReader in, boolean eighths) throws InspectException {
        return eighths ? (in.bits(5) + 1) * 8 : in.u32(9, 1, 13, 1, 18, 1, 30, 1);
    }

    private static long scaled(long height, int ratio) {
        int[] scale = RATIOS[ratio - 1];
        return height * scale[0] / scale[1];
    }

    private void metadata(BitReader in) throws InspectException {
        if (in.flag()) {
            orientation = (int) in.bits(3) + 1;
            passExtraFields(in);
        }
        depth = bitDepth(in);
        in.flag(); // whether 16 bits are enough to decode
        long channels = in.u32(0, 0, 0, 1, 4, 2, 12, 1);
        if (channels > MAX_EXTRA_CHANNELS) {
            throw new InspectException(
                    ErrorCode.UNSUPPORTED_TYPE, "JPEG XL with %d extra channels is not supported".formatted(channels));
        }
        for (long i = 0; i < channels; i++) {
            extraChannel(in);
        }
        in.flag(); // XYB
        boolean defaultColours = in.flag();
        if (!defaultColours) {
            in.flag(); // ICC profile
            model = model == Model.RGB && enumerated(in) == GREY ? Model.GREY : model;
        }
    }

    /// Intrinsic size, preview and animation.
    private static void passExtraFields(BitReader in) throws InspectException {
        if (in.flag()) {
            size(in);
        }
        if (in.flag()) {
            passPreview(in);
        }
        if (in.flag()) {
            in.u32(0, 100, 0, 1000, 10, 1, 30, 1); // ticks
            in.u32(0, 1, 0, 1001, 8, 1, 10, 1); // per second
            in.u32(0, 0, 3, 0, 16, 0, 32, 0); // loops
            in.flag(); // timecodes
        }
    }

    private static void passPreview(BitReader in) throws InspectException {
        boolean eighths = in.flag();
        passPreviewSide(in, eighths);
        if (in.bits(3) == 0) {
            passPreviewSide(in, eighths);
        }
    }

    private static void passPreviewSide(BitReader in, boolean eighths) throws InspectException {
        if (eighths) {
            in.u32(0, 16, 0, 32, 5, 1, 9, 33);
        } else {
            in.u32(6, 1, 8, 65, 10, 321, 12, 1345);
        }
    }

    private static int bitDepth(BitReader in) throws InspectException {
        boolean floats = in.flag();
        if (!floats) {
            return (int) in.u32(0, 8, 0, 10, 0, 12, 6, 1);
        }
        int bits = (int) in.u32(0, 32, 0, 16, 0, 24, 6, 1);
        in.bits(4); // of the exponent
        return bits;
    }

    private void extraChannel(BitReader in) throws InspectException {
        boolean defaults = in.flag();
        long type = defaults ? ALPHA : enumerated(in);
        alpha |= type == ALPHA;
        model = type == BLACK ? Model.CMYK : model;
        if (!defaults) {
            passExtraChannel(in, (int) type);
        }
    }

    private static void passExtraChannel(BitReader in, int type) throws InspectException {
        bitDepth(in);
        in.u32(0, 0, 0, 3, 0, 4, 3, 1); // subsampling
        in.skip(8 * in.u32(0, 0, 4, 0, 5, 16, 10, 48)); // the name
        switch (type) {
            case ALPHA -> in.flag(); // premultiplied
            case SPOT_COLOUR -> in.skip(4 * 16);
            case FILTER -> in.u32(0, 1, 2, 0, 4, 3, 8, 19);
            default -> {}
        }
    }

    private static long enumerated(BitReader in) throws InspectException {
        return in.u32(0, 0, 0, 1, 4, 2, 6, 18);
    }
}
