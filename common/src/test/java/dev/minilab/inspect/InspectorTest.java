package dev.minilab.inspect;

import static dev.minilab.inspect.Pictures.bytes;
import static dev.minilab.inspect.Pictures.chunk;
import static dev.minilab.inspect.Pictures.concat;
import static dev.minilab.inspect.Pictures.drawn;
import static dev.minilab.inspect.Pictures.exif;
import static dev.minilab.inspect.Pictures.frame;
import static dev.minilab.inspect.Pictures.header;
import static dev.minilab.inspect.Pictures.jpeg;
import static dev.minilab.inspect.Pictures.latin;
import static dev.minilab.inspect.Pictures.png;
import static dev.minilab.inspect.Pictures.segment;
import static dev.minilab.inspect.Pictures.tiff;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InspectorTest {
    private static final int SOF0 = 0xC0;
    private static final int SOF2 = 0xC2;

    private static final String ACCEPTED = "image/jpeg, image/png, image/webp, image/avif, image/gif, image/tiff, "
            + "image/bmp, image/heic, image/jxl";

    private final Inspector inspector = new Inspector(Limits.defaults());

    // Acceptable images

    static Stream<Arguments> drawnImages() {
        return Stream.of(
                image("jpeg", BufferedImage.TYPE_INT_RGB, false, ImageFormat.JPEG, false),
                image("jpeg", BufferedImage.TYPE_INT_RGB, true, ImageFormat.JPEG, false),
                image("jpeg", BufferedImage.TYPE_BYTE_GRAY, false, ImageFormat.JPEG, false),
                image("png", BufferedImage.TYPE_INT_RGB, false, ImageFormat.PNG, false),
                image("png", BufferedImage.TYPE_INT_RGB, true, ImageFormat.PNG, false),
                image("png", BufferedImage.TYPE_INT_ARGB, false, ImageFormat.PNG, true),
                image("png", BufferedImage.TYPE_BYTE_GRAY, false, ImageFormat.PNG, false),
                image("png", BufferedImage.TYPE_USHORT_GRAY, false, ImageFormat.PNG, false),
                image("png", BufferedImage.TYPE_BYTE_INDEXED, false, ImageFormat.PNG, false),
                image("png", BufferedImage.TYPE_BYTE_BINARY, false, ImageFormat.PNG, false));
    }

    private static Arguments image(String writer, int type, boolean progressive, ImageFormat format, boolean alpha) {
        return Arguments.of(
                drawn(writer, 40, 30, type, progressive),
                new Inspection(format, 40, 30, 1, 1, model(type), depth(type), alpha, progressive));
    }

    private static Model model(int type) {
        return switch (type) {
            case BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY, BufferedImage.TYPE_BYTE_BINARY ->
                Model.GREY;
            case BufferedImage.TYPE_BYTE_INDEXED -> Model.PALETTE;
            default -> Model.RGB;
        };
    }

    private static int depth(int type) {
        return switch (type) {
            case BufferedImage.TYPE_USHORT_GRAY -> 16;
            case BufferedImage.TYPE_BYTE_BINARY -> 1;
            default -> 8;
        };
    }

    @ParameterizedTest(name = "C27, C47 {1}")
    @MethodSource("drawnImages")
    void tellsWhatAnEncoderWrote(byte[] image, Inspection expected) throws Exception {
        assertThat(inspect(image)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "C47 {0} components")
    @ValueSource(ints = {1, 3, 4})
    void takesGreyColourAndCmykJpeg(int components) throws Exception {
        assertThat(inspect(jpeg(frame(SOF0, 8, 640, 480, components))))
                .isEqualTo(new Inspection(
                        ImageFormat.JPEG,
                        640,
                        480,
                        1,
                        1,
                        components == 1 ? Model.GREY : components == 3 ? Model.RGB : Model.CMYK,
                        8,
                        false,
                        false));
    }

    @Test
    void passesFillBytesStandaloneMarkersTablesAndCommentsOfAJpeg() throws Exception {
        byte[] image = jpeg(
                bytes(0xFF, 0xFF, 0xFF, 0xFF, 0x01),
                bytes(0xFF, 0xD0, 0xFF, 0xD7),
                segment(0xFE, latin("a comment with \u00FF\u00C0 inside")),
                segment(0xC4, new byte[20]),
                segment(0xC8, new byte[3]),
                segment(0xCC, new byte[2]),
                segment(0xDB, new byte[65]),
                segment(0xEE, new byte[0]),
                frame(0xC1, 7, 5));
        assertThat(inspect(image)).isEqualTo(new Inspection(ImageFormat.JPEG, 7, 5, 1, 1, Model.RGB, 8, false, false));
    }

    private static final Map<Integer, Model> MODELS =
            Map.of(0, Model.GREY, 2, Model.RGB, 3, Model.PALETTE, 4, Model.GREY, 6, Model.RGB);

    @ParameterizedTest(name = "C47 colour {0}, depth {1}, tRNS {2}: alpha {3}")
    @CsvSource({
        "0, 1, false, false",
        "0, 16, true, true",
        "2, 8, false, false",
        "2, 16, true, true",
        "3, 4, false, false",
        "3, 8, true, true",
        "4, 8, false, true",
        "6, 16, false, true"
    })
    void tellsAlphaOfAPng(int colour, int depth, boolean transparency, boolean alpha) throws Exception {
        byte[] extra = transparency ? chunk("tRNS", new byte[2]) : new byte[0];
        assertThat(inspect(png(header(9, 8, depth, colour, 0), chunk("PLTE", new byte[6]), extra)))
                .isEqualTo(new Inspection(
                        ImageFormat.PNG, 9, 8, 1, 1, Objects.requireNonNull(MODELS.get(colour)), depth, alpha, false));
    }

    @Test
    @DisplayName("an animated PNG counts as its default image")
    void takesTheDefaultImageOfAnAnimatedPng() throws Exception {
        byte[] animation = chunk("acTL", bytes(0, 0, 0x27, 0x10, 0, 0, 0, 0));
        assertThat(inspect(png(header(9, 8, 8, 2, 0), animation)).frames()).isEqualTo(1);
    }

    @Test
    @DisplayName("C27 polyglots are what they begin with")
    void takesPolyglotsForWhatTheyBeginWith() throws Exception {
        byte[] jpegAndZip = concat(drawn("jpeg", 8, 8, BufferedImage.TYPE_INT_RGB, false), latin("PK\3\4"));
        byte[] pngAndHtml = png(header(9, 8, 8, 2, 0), chunk("tEXt", latin("Comment\0<html><script>")));
        assertThat(inspect(jpegAndZip).format()).isEqualTo(ImageFormat.JPEG);
        assertThat(inspect(pngAndHtml).format()).isEqualTo(ImageFormat.PNG);
    }

    @Test
    @DisplayName("C41 XMP is passed unread")
    void passesXmp() throws Exception {
        byte[] xmp = segment(
                0xE1, latin("http://ns.adobe.com/xap/1.0/\0<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"));
        assertThat(inspect(jpeg(xmp, exif(tiff(ByteOrder.BIG_ENDIAN, 6)), frame(SOF0, 4, 3))))
                .isEqualTo(new Inspection(ImageFormat.JPEG, 3, 4, 6, 1, Model.RGB, 8, false, false));
    }

    @Test
    @DisplayName("C43, C44, C45 what follows the header is not looked at")
    void stopsWhenItKnows() throws Exception {
        byte[] image = concat(bytes(0xFF, 0xD8), frame(SOF0, 4, 3));
        byte[] png = concat(Pictures.PNG_SIGNATURE, header(4, 3, 8, 2, 0), bytes(0, 0, 99, 0), latin("IDAT"));
        assertThat(inspect(image).width()).isEqualTo(4);
        assertThat(inspect(png).width()).isEqualTo(4);
    }

    @Test
    @DisplayName("C39 an ICC profile of 500 kB is passed")
    void passesABigProfile() throws Exception {
        byte[] part = segment(0xE2, new byte[65_000]);
        byte[] inJpeg = concat(Collections.nCopies(8, part).toArray(byte[][]::new));
        assertThat(inspect(jpeg(inJpeg, frame(SOF0, 4, 3))).width()).isEqualTo(4);
        assertThat(inspect(png(header(4, 3, 8, 2, 0), chunk("iCCP", new byte[500_000])))
                        .width())
                .isEqualTo(4);
    }

    // Refusals of type

    @Test
    @DisplayName("C18 empty body")
    void refusesAnEmptyBody() {
        assertThat(refusal(new byte[0]).code()).isEqualTo(ErrorCode.EMPTY_BODY);
    }

    static Stream<Arguments> foreignFiles() {
        byte[] svg = latin("<svg xmlns='http://www.w3.org/2000/svg'/>");
        byte[] bom = bytes(0xEF, 0xBB, 0xBF);
        byte[] jp2 = bytes(0, 0, 0, 12, 'j', 'P', ' ', ' ', 13, 10, 0x87, 10);
        return Stream.of(
                Arguments.of("C22", "SVG", svg),
                Arguments.of("C22", "SVG", concat(bom, svg)),
                Arguments.of("C22", "SVG", concat(bom, latin("\r\n\t <?xml version='1.0'?><!-- x -->\n"), svg)),
                Arguments.of("C22", "SVG", concat(bytes(0xFF, 0xFE), utf16le("<?xml version='1.0'?><SVG/>"))),
                Arguments.of("C22", "gzip", bytes(0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3)),
                Arguments.of("C23", "SVG", concat(latin("<!DOCTYPE svg [<!ENTITY a 'aa>'>]>"), svg)),
                Arguments.of("C24", "PDF", latin("%PDF-1.7\n")),
                Arguments.of("C24", "PostScript", latin("%!PS-Adobe-3.0 EPSF-3.0")),
                Arguments.of("C25", "JPEG 2000", jp2),
                Arguments.of("C25", "BigTIFF", latin("II+\0\b\0\0\0")),
                Arguments.of("C25", "BigTIFF", latin("MM\0+\0\b\0\0")),
                Arguments.of("C25", "HEIF of another codec", latin("\0\0\0\u0014ftypmif1\0\0\0\0mif1")),
                Arguments.of("C25", "a camera's raw file", latin("\0\0\0\u0014ftypcrx \0\0\0\1isom")),
                Arguments.of("C25", "a video", latin("\0\0\0\u0014ftypisom\0\0\0\1mp42")),
                Arguments.of("C25", "a video", latin("RIFF\20\0\0\0AVI LIST")),
                Arguments.of("C25", "audio", latin("RIFF\20\0\0\0WAVEfmt ")),
                Arguments.of("C25", "a damaged GIF", latin("GIF88a\1\0\1\0")),
                Arguments.of("C25", "ICO", latin("\0\0\1\0\1\0\20\20")),
                Arguments.of("C25", "PSD", latin("8BPS\0\1")),
                Arguments.of("C26", "ZIP", latin("PK\3\4\24\0\0\0")),
                Arguments.of("C26", "HTML", latin("\n<!DOCTYPE html><svg/>")),
                Arguments.of("C26", "HTML", latin("<?xml version='1.0'?><html><body><svg/>")),
                Arguments.of("C26", "a program", latin("MZ\u0090\0\3\0\0\0")),
                Arguments.of("C26", "a program", latin("\u007FELF\2\1\1\0")),
                Arguments.of("C26", "a damaged PNG", latin("\u0089PNG\n\u001A\n\0\0\0\r")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("foreignFiles")
    void refusesForeignTypesByName(String row, String name, byte[] file) {
        InspectException refusal = refusal(file);
        assertThat(refusal.code()).as(row).isEqualTo(ErrorCode.UNSUPPORTED_TYPE);
        assertThat(refusal)
                .hasMessage("The image is not of an accepted type (" + ACCEPTED + "); it seems to be " + name);
    }

    @ParameterizedTest(name = "C24, C26 {0}")
    @ValueSource(
            strings = {
                "push graphic-context",
                "<nothing/>",
                "\0\1",
                "BMW is a car, not a picture",
                "\u00FF\u00D9 is no start",
                "a"
            })
    void refusesUnknownTypesWithoutEcho(String content) {
        InspectException refusal = refusal(latin(content));
        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED_TYPE);
        assertThat(refusal).hasMessage("The image is not of an accepted type (" + ACCEPTED + ")");
    }

    @ParameterizedTest(name = "C47 SOF marker {0}")
    @CsvSource({
        "0xC3, Lossless",
        "0xC5, Hierarchical",
        "0xC6, Hierarchical progressive",
        "0xC7, Hierarchical lossless",
        "0xC9, Arithmetic-coded",
        "0xCA, Arithmetic-coded progressive",
        "0xCB, Arithmetic-coded lossless",
        "0xCD, Arithmetic-coded hierarchical",
        "0xCE, Arithmetic-coded hierarchical progressive",
        "0xCF, Arithmetic-coded hierarchical lossless",
        "0xDE, Hierarchical"
    })
    void refusesRareCodingProcessesByName(String marker, String process) {
        InspectException refusal = refusal(jpeg(frame(Integer.decode(marker), 4, 3)));
        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED_TYPE);
        assertThat(refusal).hasMessage(process + " JPEG is not supported");
    }

    @ParameterizedTest(name = "C47 {0} bits")
    @ValueSource(ints = {0, 2, 12, 16, 255})
    void refusesOtherPrecisions(int precision) {
        InspectException refusal = refusal(jpeg(frame(0xC1, precision, 4, 3, 3)));
        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED_TYPE);
        assertThat(refusal).hasMessageContaining(precision + " bits");
    }

    // Refusals of size

    @Test
    @DisplayName("C29 PNG 65536 x 65536 of 1 bit")
    void refusesAPngBomb() {
        assertThat(refusal(png(header(65_536, 65_536, 1, 0, 0))))
                .hasMessage("The image has 4294967296 pixels; the limit is 50000000")
                .extracting(InspectException::code)
                .isEqualTo(ErrorCode.TOO_MANY_PIXELS);
    }

    @Test
    @DisplayName("C30 JPEG 20000 x 14000")
    void refusesAJpegBomb() {
        assertThat(refusal(jpeg(frame(SOF0, 20_000, 14_000))).code()).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
    }

    @ParameterizedTest(name = "C32 PNG {0} x {1}")
    @CsvSource({"0, 0", "1, 0", "0, 1", "2147483648, 1", "1, 2147483648", "4294967295, 4294967295"})
    void refusesImpossibleDimensionsOfAPng(long width, long height) {
        assertThat(refusal(png(header(width, height, 1, 0, 0))).code()).isEqualTo(ErrorCode.BAD_DIMENSIONS);
    }

    @ParameterizedTest(name = "C32 JPEG {0} x {1}")
    @CsvSource({"0, 0", "1, 0", "0, 1"})
    void refusesImpossibleDimensionsOfAJpeg(int width, int height) {
        assertThat(refusal(jpeg(frame(SOF0, width, height))).code()).isEqualTo(ErrorCode.BAD_DIMENSIONS);
    }

    @ParameterizedTest(name = "C33 {0} x {1}")
    @CsvSource({"1, 65535", "65535, 1", "16385, 1"})
    void refusesLongSides(int width, int height) {
        for (byte[] image : List.of(jpeg(frame(SOF0, width, height)), png(header(width, height, 8, 2, 0)))) {
            InspectException refusal = refusal(image);
            assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_DIMENSIONS);
            assertThat(refusal).hasMessageContaining("16384");
        }
    }

    @Test
    @DisplayName("C34 progressive and interlaced images have their own limit, and it is named")
    void refusesBigProgressiveImages() throws Exception {
        for (byte[] image : List.of(jpeg(frame(SOF2, 5001, 5000)), png(header(5001, 5000, 8, 2, 1)))) {
            assertThat(refusal(image))
                    .hasMessage("The image has 25005000 pixels; "
                            + "the limit for progressive and interlaced images is 25000000")
                    .extracting(InspectException::code)
                    .isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        }
        assertThat(inspect(jpeg(frame(SOF2, 5000, 5000))).progressive()).isTrue();
        assertThat(inspect(jpeg(frame(SOF0, 5001, 5000))).progressive()).isFalse();
    }

    @Test
    void takesWhatIsExactlyAtALimit() throws Exception {
        assertThat(inspect(jpeg(frame(SOF0, 10_000, 5_000))).width()).isEqualTo(10_000);
        assertThat(refusal(jpeg(frame(SOF0, 10_000, 5_001))).code()).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(inspect(png(header(1, 16_384, 8, 2, 0))).height()).isEqualTo(16_384);
        Inspector narrow = new Inspector(Limits.defaults().withMaxPixels(12));
        assertThat(narrow.inspect(new ByteArrayInputStream(jpeg(frame(SOF0, 4, 3))))
                        .height())
                .isEqualTo(3);
        assertThatThrownBy(() -> narrow.inspect(new ByteArrayInputStream(jpeg(frame(SOF0, 13, 1)))))
                .isInstanceOf(InspectException.class)
                .hasMessage("The image has 13 pixels; the limit is 12");
    }

    // Broken headers

    static Stream<Arguments> brokenJpegs() {
        return Stream.of(
                Arguments.of("scan before frame", jpeg()),
                Arguments.of("end before frame", jpeg(bytes(0xFF, 0xD9), frame(SOF0, 4, 3))),
                Arguments.of("segment length 0", jpeg(bytes(0xFF, 0xE0, 0, 0), frame(SOF0, 4, 3))),
                Arguments.of("segment length 1", jpeg(bytes(0xFF, 0xE1, 0, 1), frame(SOF0, 4, 3))),
                Arguments.of("a stuffed zero", jpeg(bytes(0xFF, 0x00), frame(SOF0, 4, 3))),
                Arguments.of("a second start", jpeg(bytes(0xFF, 0xD8), frame(SOF0, 4, 3))),
                Arguments.of("garbage", jpeg(segment(0xFE, new byte[2]), bytes(0x12), frame(SOF0, 4, 3))),
                Arguments.of("no components", jpeg(frame(SOF0, 8, 4, 3, 0))),
                Arguments.of("2 components", jpeg(frame(SOF0, 8, 4, 3, 2))),
                Arguments.of("255 components", jpeg(frame(SOF0, 8, 4, 3, 255))),
                Arguments.of("short frame", jpeg(segment(SOF0, bytes(8, 0, 3, 0, 4, 3)))));
    }

    static Stream<Arguments> brokenPngs() {
        byte[] good = header(4, 3, 8, 2, 0);
        byte[] wrongCrc = good.clone();
        wrongCrc[wrongCrc.length - 1] ^= 1;
        byte[] flipped = good.clone();
        flipped[11] ^= 1;
        byte[] giant = bytes(0x80, 0, 0, 0, 't', 'E', 'X', 't');
        byte[] oddMethod = chunk("IHDR", bytes(0, 0, 0, 4, 0, 0, 0, 3, 8, 2, 1, 0, 0));
        byte[] longer = chunk("IHDR", bytes(0, 0, 0, 4, 0, 0, 0, 3, 8, 2, 0, 0, 0, 0));
        return Stream.of(
                Arguments.of("wrong checksum", png(wrongCrc)),
                Arguments.of("changed bit", png(flipped)),
                Arguments.of("header too long", png(longer)),
                Arguments.of("header not first", png(chunk("CgBI", new byte[4]), good)),
                Arguments.of("two headers", png(good, good)),
                Arguments.of("end before data", png(good, Pictures.IEND)),
                Arguments.of("chunk of 2 GiB", png(good, giant)),
                Arguments.of("unknown compression", png(oddMethod)),
                Arguments.of("interlace 2", png(header(4, 3, 8, 2, 2))),
                Arguments.of("interlace 255", png(header(4, 3, 8, 2, 255))));
    }

    @ParameterizedTest(name = "C46 {0}")
    @MethodSource({"brokenJpegs", "brokenPngs"})
    void refusesBrokenHeaders(String what, byte[] image) {
        assertThat(refusal(image).code()).as(what).isEqualTo(ErrorCode.BAD_HEADER);
    }

    @Test
    void refusesEveryPairOfDepthAndColourThatThePngStandardDoesNotName() {
        List<String> defined = List.of("0/1 0/2 0/4 0/8 0/16 2/8 2/16 3/1 3/2 3/4 3/8 4/8 4/16 6/8 6/16".split(" "));
        for (int colour = 0; colour < 256; colour++) {
            for (int depth = 0; depth < 256; depth++) {
                byte[] image = png(header(4, 3, depth, colour, 0));
                String pair = colour + "/" + depth;
                if (defined.contains(pair)) {
                    assertThat(outcome(image)).as(pair).isInstanceOf(Inspection.class);
                } else {
                    assertThat(outcome(image)).as(pair).isEqualTo(ErrorCode.BAD_HEADER);
                }
            }
        }
    }

    @Test
    @DisplayName("C46 every prefix is refused or tells the same as the whole")
    void refusesEveryPrefix() throws Exception {
        for (byte[] image : List.of(
                drawn("jpeg", 8, 6, BufferedImage.TYPE_INT_RGB, true),
                drawn("png", 8, 6, BufferedImage.TYPE_BYTE_INDEXED, false),
                jpeg(exif(tiff(ByteOrder.LITTLE_ENDIAN, 8)), frame(SOF0, 8, 6)),
                png(header(8, 6, 8, 2, 0), chunk("eXIf", tiff(ByteOrder.BIG_ENDIAN, 5)), chunk("tRNS", new byte[6])))) {
            Inspection whole = inspect(image);
            assertThat(outcome(new byte[0])).isEqualTo(ErrorCode.EMPTY_BODY);
            for (int length = 1; length < image.length; length++) {
                assertThat(outcome(Arrays.copyOf(image, length)))
                        .as("prefix of %d bytes", length)
                        .isIn(whole, ErrorCode.BAD_HEADER);
            }
        }
    }

    // The stream

    @Test
    @DisplayName("C39, C40 a JPEG whose metadata fills the head is refused by its head, and taken as a whole")
    void neverReadsBeyondTheHeadLimit() throws Exception {
        byte[] segments =
                concat(Collections.nCopies(17, segment(0xE2, new byte[65_533])).toArray(byte[][]::new));
        byte[] fill = new byte[Inspector.HEAD_LIMIT + 10];
        Arrays.fill(fill, (byte) 0xFF);
        for (byte[] image : List.of(jpeg(segments, frame(SOF0, 4, 3)), jpeg(fill, bytes(0xD0), frame(SOF0, 4, 3)))) {
            assertThatThrownBy(() -> inspector.inspect(new LimitedStream(image)))
                    .isInstanceOf(InspectException.class)
                    .hasMessage("The image header does not end within the first 1048576 bytes");
            assertThat(inspector.inspectWhole(image).width()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("C39, C40 a PNG whose metadata fills the head is taken: its header came first")
    void takesAPngByItsHeader() throws Exception {
        byte[] empty =
                concat(Collections.nCopies(100_000, chunk("tEXt", new byte[0])).toArray(byte[][]::new));
        byte[] header = header(4, 3, 8, 2, 0);
        for (byte[] image : List.of(
                png(header, chunk("iCCP", new byte[20 << 20])),
                png(header, chunk("eXIf", new byte[2 << 20])),
                png(header, empty))) {
            assertThat(inspect(image).width()).isEqualTo(4);
            assertThat(inspector.inspectWhole(image)).isEqualTo(inspect(image));
        }
        byte[] late = png(header, empty, chunk("eXIf", tiff(ByteOrder.BIG_ENDIAN, 6)));
        assertThat(inspector.inspectWhole(late).orientation()).isEqualTo(6);
    }

    @Test
    void readsUpToTheVeryHeadLimit() throws Exception {
        byte[] filler =
                concat(Collections.nCopies(15, segment(0xFE, new byte[65_533])).toArray(byte[][]::new));
        int room = Inspector.HEAD_LIMIT - 2 - filler.length - 4 - 10;
        byte[] fits = jpeg(filler, segment(0xFE, new byte[room]), frame(SOF0, 4, 3));
        assertThat(inspector.inspect(new LimitedStream(fits)).width()).isEqualTo(4);
        byte[] tooLong = jpeg(filler, segment(0xFE, new byte[room + 1]), frame(SOF0, 4, 3));
        assertThat(refusal(tooLong).code()).isEqualTo(ErrorCode.BAD_HEADER);
    }

    @Test
    void leavesTheMarkOfTheCallerAlone() throws Exception {
        byte[] image = png(header(4, 3, 8, 2, 0), chunk("iCCP", new byte[900_000]));
        try (InputStream in = new BufferedInputStream(new ByteArrayInputStream(image))) {
            in.mark(Inspector.HEAD_LIMIT);
            assertThat(inspector.inspect(in).width()).isEqualTo(4);
            in.reset();
            assertThat(in.readAllBytes()).isEqualTo(image);
        }
    }

    @Test
    void letsErrorsOfTheStreamThrough() throws Exception {
        InputStream closed = InputStream.nullInputStream();
        closed.close();
        assertThatThrownBy(() -> inspector.inspect(closed))
                .isInstanceOf(IOException.class)
                .hasMessage("Stream closed");
    }

    // Values

    @Test
    void refusesImpossibleValues() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Inspection(ImageFormat.PNG, 0, 1, 1, 1, Model.RGB, 8, false, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Inspection(ImageFormat.PNG, 1, 1, 9, 1, Model.RGB, 8, false, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Inspection(ImageFormat.PNG, 1, 1, 1, 0, Model.RGB, 8, false, false));
        assertThatIllegalArgumentException().isThrownBy(() -> Limits.defaults().withMaxPixels(0));
        assertThat(Limits.defaults()).isEqualTo(new Limits(50_000_000, 16_384, 100, 25_000_000));
    }

    private Inspection inspect(byte[] image) throws IOException, InspectException {
        return inspector.inspect(new LimitedStream(image));
    }

    private InspectException refusal(byte[] image) {
        return catchThrowableOfType(InspectException.class, () -> inspect(image));
    }

    /// The inspection, or the code of the refusal.
    private Object outcome(byte[] image) {
        try {
            return inspect(image);
        } catch (InspectException e) {
            return e.code();
        } catch (IOException e) {
            throw new AssertionError("a stream in memory does not fail", e);
        }
    }

    private static byte[] utf16le(String text) {
        return text.getBytes(UTF_16LE);
    }
}
