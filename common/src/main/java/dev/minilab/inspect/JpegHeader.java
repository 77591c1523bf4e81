package dev.minilab.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalInt;

/// Walks the segments of a JPEG (ITU-T T.81, annex B) from its start to the frame header, and takes the
/// EXIF orientation on the way.
///
/// Lets through what every decoder decodes: baseline, extended and progressive Huffman-coded images of 8 bits.
final class JpegHeader {
    private static final byte[] EXIF = "Exif\0\0".getBytes(ISO_8859_1);

    private final HeadReader head;
    private final Limits limits;
    private OptionalInt orientation = OptionalInt.empty();

    JpegHeader(HeadReader head, Limits limits) {
        this.head = head;
        this.limits = limits;
    }

    Inspection read() throws IOException, InspectException {
        head.skip(2); // the third byte of the signature begins the next marker
        int marker = nextMarker();
        while (!isFrame(marker)) {
            pass(marker);
            marker = nextMarker();
        }
        return frame(marker);
    }

    /// The code of the next marker; any number of fill bytes may precede it.
    private int nextMarker() throws IOException, InspectException {
        if (head.u8() != 0xFF) {
            throw InspectException.badHeader("The JPEG has no marker where one must be");
        }
        int code = head.u8();
        while (code == 0xFF) {
            code = head.u8();
        }
        return code;
    }

    /// SOF0 to SOF15 without DHT, JPG and DAC, which lie among them; DHP and EXP, which open hierarchical frames.
    private static boolean isFrame(int marker) {
        return switch (marker) {
            case 0xC4, 0xC8, 0xCC -> false;
            case 0xDE, 0xDF -> true;
            default -> marker >= 0xC0 && marker <= 0xCF;
        };
    }

    private void pass(int marker) throws IOException, InspectException {
        switch (marker) {
            case 0x01, 0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7 -> {} // TEM and RST0 to RST7 have no payload
            case 0x00, 0xD8 -> throw InspectException.badHeader("The JPEG has a marker where none may be");
            case 0xD9, 0xDA -> throw InspectException.badHeader("The JPEG has no frame header before its data");
            case 0xE1 -> exif(head.bytes(payloadLength()));
            default -> head.skip(payloadLength());
        }
    }

    private int payloadLength() throws IOException, InspectException {
        int length = head.u16();
        if (length < 2) {
            throw InspectException.badHeader("The JPEG has a segment of impossible length");
        }
        return length - 2;
    }

    /// APP1 holds XMP as well; of several EXIF segments the first counts.
    private void exif(byte[] app1) {
        boolean isExif = Arrays.mismatch(app1, EXIF) == EXIF.length;
        if (isExif && orientation.isEmpty()) {
            orientation = OptionalInt.of(ExifOrientation.of(Arrays.copyOfRange(app1, EXIF.length, app1.length)));
        }
    }

    private Inspection frame(int marker) throws IOException, InspectException {
        String process = unsupportedProcess(marker);
        if (!process.isEmpty()) {
            throw unsupported(process + " JPEG is not supported");
        }
        int length = payloadLength();
        int precision = head.u8();
        int height = head.u16();
        int width = head.u16();
        int components = head.u8();
        if (precision != 8) {
            throw unsupported("JPEG with %d bits per sample is not supported, only with 8".formatted(precision));
        }
        if (components != 1 && components != 3 && components != 4) {
            throw InspectException.badHeader("The JPEG has %d components, not 1, 3 or 4".formatted(components));
        }
        if (length != 6 + 3 * components) {
            throw InspectException.badHeader("The JPEG has a frame header of impossible length");
        }
        boolean progressive = marker == 0xC2;
        limits.check(width, height, progressive);
        return new Inspection(ImageFormat.JPEG, width, height, 1, 1, model(components), precision, false, progressive)
                .turned(orientation.orElse(ExifOrientation.UPRIGHT));
    }

    private static Model model(int components) {
        return switch (components) {
            case 1 -> Model.GREY;
            case 4 -> Model.CMYK;
            default -> Model.RGB;
        };
    }

    /// The name of the coding process of a frame, if it is one that we refuse.
    private static String unsupportedProcess(int marker) {
        return switch (marker) {
            case 0xC3 -> "Lossless";
            case 0xC5, 0xDE, 0xDF -> "Hierarchical";
            case 0xC6 -> "Hierarchical progressive";
            case 0xC7 -> "Hierarchical lossless";
            case 0xC9 -> "Arithmetic-coded";
            case 0xCA -> "Arithmetic-coded progressive";
            case 0xCB -> "Arithmetic-coded lossless";
            case 0xCD -> "Arithmetic-coded hierarchical";
            case 0xCE -> "Arithmetic-coded hierarchical progressive";
            case 0xCF -> "Arithmetic-coded hierarchical lossless";
            default -> "";
        };
    }

    private static InspectException unsupported(String message) {
        return new InspectException(ErrorCode.UNSUPPORTED_TYPE, message);
    }
}
