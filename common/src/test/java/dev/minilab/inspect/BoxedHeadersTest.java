package dev.minilab.inspect;

import static dev.minilab.inspect.Handmade.be;
import static dev.minilab.inspect.Handmade.box;
import static dev.minilab.inspect.Handmade.ftyp;
import static dev.minilab.inspect.Handmade.fullBox;
import static dev.minilab.inspect.Handmade.heif;
import static dev.minilab.inspect.Handmade.ispe;
import static dev.minilab.inspect.Handmade.jxl;
import static dev.minilab.inspect.Handmade.jxlFile;
import static dev.minilab.inspect.Pictures.bytes;
import static dev.minilab.inspect.Pictures.concat;
import static dev.minilab.inspect.Pictures.latin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("HEIC, AVIF and JPEG XL")
class BoxedHeadersTest {
    private final Inspector inspector = new Inspector(Limits.defaults());

    // HEIC and AVIF

    @ParameterizedTest(name = "C25 brand {0} is {1}")
    @CsvSource({"heic, HEIC", "heix, HEIC", "hevc, HEIC", "avif, AVIF", "avis, AVIF"})
    void tellsHeifByItsBrand(String brand, ImageFormat format) throws Exception {
        assertThat(both(heif(brand, ispe(640, 480))))
                .isEqualTo(new Inspection(format, 640, 480, 1, 1, Model.RGB, 8, false, false));
        byte[] image = concat(ftyp("mif1", "miaf" + brand), withoutFirstBox(heif(brand, ispe(640, 480))));
        assertThat(both(image).format()).isEqualTo(format);
    }

    private static byte[] withoutFirstBox(byte[] image) {
        return Arrays.copyOfRange(image, image[3], image.length);
    }

    static Stream<Inspection> shapes() {
        return Stream.of(
                new Inspection(ImageFormat.AVIF, 640, 480, 1, 1, Model.RGB, 10, false, false),
                new Inspection(ImageFormat.AVIF, 640, 480, 1, 1, Model.GREY, 12, false, false),
                new Inspection(ImageFormat.AVIF, 640, 480, 1, 1, Model.GREY, 8, false, false),
                new Inspection(ImageFormat.HEIC, 640, 480, 1, 1, Model.RGB, 10, false, false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void tellsDepthAndModelOfHeif(Inspection expected) throws Exception {
        boolean grey = expected.model() == Model.GREY;
        byte[] pixi = fullBox("pixi", 0, bytes(grey ? 1 : 3, expected.depth(), expected.depth(), expected.depth()));
        int flags = switch (expected.depth()) {
            case 8 -> 0;
            case 10 -> 0x40;
            default -> 0x60;
        };
        byte[] av1 = box("av1C", bytes(0x81, 0, flags | (grey ? 0x10 : 0), 0));
        byte[] hevc = box("hvcC", new byte[16], bytes(0xFD, 0xF8 | (expected.depth() - 8)), new byte[6]);
        byte[] codec = expected.format() == ImageFormat.AVIF ? av1 : hevc;
        String brand = expected.format() == ImageFormat.AVIF ? "avif" : "heic";
        assertThat(both(heif(brand, ispe(640, 480), codec))).isEqualTo(expected);
        assertThat(both(heif(brand, ispe(640, 480), pixi))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "C42 turned by {0} quarters: {1} x {2}")
    @CsvSource({"0, 640, 480", "1, 480, 640", "2, 640, 480", "3, 480, 640"})
    void turnsHeif(int quarters, int width, int height) throws Exception {
        Inspection inspection = both(heif("heic", ispe(640, 480), box("irot", bytes(quarters)), box("imir", bytes(1))));
        assertThat(inspection.width()).isEqualTo(width);
        assertThat(inspection.height()).isEqualTo(height);
        assertThat(inspection.orientation()).isEqualTo(1);
    }

    @Test
    void cropsHeifBeforeItTurnsIt() throws Exception {
        byte[] crop = box("clap", be(4, 630), be(4, 1), be(4, 958), be(4, 2), new byte[16]);
        Inspection inspection = both(heif("avif", ispe(640, 480), crop, box("irot", bytes(1))));
        assertThat(inspection.width()).isEqualTo(479);
        assertThat(inspection.height()).isEqualTo(630);
        byte[] nonsense = box("clap", be(4, 630), be(4, 0), be(4, -1), be(4, 1), new byte[16]);
        assertThat(both(heif("avif", ispe(640, 480), nonsense)).width()).isEqualTo(640);
    }

    @ParameterizedTest(name = "auxiliary {0}: alpha {1}")
    @CsvSource({
        "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha, true",
        "urn:mpeg:hevc:2015:auxid:1, true",
        "urn:mpeg:hevc:2015:auxid:2, false"
    })
    void tellsAlphaOfHeif(String name, boolean alpha) throws Exception {
        byte[] auxiliary = fullBox("auxC", 0, latin(name + "\0"));
        assertThat(both(heif("heic", ispe(640, 480), auxiliary)).alpha()).isEqualTo(alpha);
    }

    @Test
    @DisplayName("C31 AVIF 17000 x 17000 in a few hundred bytes, as the image or as a tile of it")
    void refusesAnAvifBomb() {
        assertThat(refusal(heif("avif", ispe(17_000, 17_000))).code()).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(refusal(heif("avif", ispe(17_000, 17_000), ispe(4, 4))).code())
                .isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(refusal(heif("heic", ispe(0, 4))).code()).isEqualTo(ErrorCode.BAD_DIMENSIONS);
    }

    @Test
    @DisplayName("C40, C46 broken boxes")
    void refusesBrokenHeif() {
        byte[] nested = new byte[0];
        for (int i = 0; i < 200; i++) {
            nested = box("iprp", nested);
        }
        byte[] start = ftyp("heic", "mif1");
        byte[] primary = fullBox("pitm", 0, be(2, 1));
        byte[] ipma = fullBox("ipma", 0, be(4, 1), bytes(0, 1, 1, 9));
        byte[] endless = fullBox("ipma", 0, be(4, -1), bytes(0, 9, 1, 1));
        byte[] ipco = box("ipco", ispe(4, 4));
        for (byte[] meta : List.of(
                fullBox("meta", 0, primary),
                fullBox("meta", 0, box("iprp", ipco, ipma)),
                fullBox("meta", 0, primary, nested),
                fullBox("meta", 0, primary, box("iprp", ipco, ipma)),
                fullBox("meta", 0, primary, box("iprp", ipco, endless)),
                fullBox("meta", 0, primary, box("iprp", ipco)),
                fullBox("meta", 0, primary, box("iprp", ipco, box("ipma"))),
                fullBox("meta", 0, primary, box("iprp", box("ipco", fullBox("ispe", 0)), ipma)),
                fullBox("meta", 0, box("pitm", new byte[2]), box("iprp", ipco)),
                fullBox("meta", 0, be(4, 4000), latin("iinf")),
                fullBox("meta", 0, be(4, 7), latin("iinf")),
                box("moov", new byte[30]),
                concat(be(4, 1), latin("mdat"), be(8, -1)),
                concat(be(4, 0), latin("mdat"), new byte[9]))) {
            assertThat(refusal(concat(start, meta)).code()).isEqualTo(ErrorCode.BAD_HEADER);
        }
        assertThat(refusal(heif("avif", box("irot", bytes(1)))).code()).isEqualTo(ErrorCode.BAD_HEADER);
        assertThat(refusal(heif("avif", ispe(4, 4), box("irot"))).code()).isEqualTo(ErrorCode.BAD_HEADER);
        assertThat(refusal(heif("avif", ispe(4, 4), box("clap", new byte[9]))).code())
                .isEqualTo(ErrorCode.BAD_HEADER);
    }

    // JPEG XL

    @Test
    void tellsTheSizeOfAJxl() throws Exception {
        assertThat(both(jxl(1, 1, 5, 29, 3, 0, 5, 31, 1, 1))).isEqualTo(jxlOf(256, 240, Model.RGB, 8, false));
        assertThat(both(jxl(1, 0, 2, 0, 9, 299, 3, 0, 2, 1, 13, 999, 1, 1)))
                .isEqualTo(jxlOf(1000, 300, Model.RGB, 8, false));
        int[][] ratios = {{1, 240}, {2, 288}, {3, 320}, {4, 360}, {5, 426}, {6, 300}, {7, 480}};
        for (int[] ratio : ratios) {
            assertThat(both(jxl(1, 1, 5, 29, 3, ratio[0], 1, 1))).isEqualTo(jxlOf(ratio[1], 240, Model.RGB, 8, false));
        }
    }

    @Test
    @DisplayName("C25 JPEG XL in boxes, in one part or several")
    void tellsAJxlInBoxes() throws Exception {
        byte[] codestream = jxl(1, 1, 5, 29, 3, 3, 1, 1);
        Inspection expected = jxlOf(320, 240, Model.RGB, 8, false);
        assertThat(both(jxlFile(false, codestream))).isEqualTo(expected);
        assertThat(both(jxlFile(true, codestream))).isEqualTo(expected);
        assertThat(refusal(jxlFile(false, bytes(0xFF, 0x0A))).code()).isEqualTo(ErrorCode.BAD_HEADER);
        assertThat(refusal(jxlFile(false, bytes(0xFF, 0xD8, 0, 0))).code()).isEqualTo(ErrorCode.BAD_HEADER);
    }

    @Test
    void tellsWhatAJxlSaysOfItsPixels() throws Exception {
        long[] size = {1, 1, 5, 29, 3, 3};
        assertThat(both(jxl(fields(size, 1, 0, 1, 0, 1, 0, 2, 3, 6, 15, 1, 1, 2, 1, 1, 1, 1, 0, 1, 1))))
                .as("16 bits and alpha")
                .isEqualTo(jxlOf(320, 240, Model.RGB, 16, true));
        assertThat(both(jxl(fields(size, 1, 0, 1, 0, 1, 1, 2, 0, 4, 7, 1, 1, 2, 0, 1, 0, 1, 0, 1, 0, 2, 1))))
                .as("floating grey")
                .isEqualTo(jxlOf(320, 240, Model.GREY, 32, false));
        assertThat(both(jxl(fields(
                        size, 1, 0, 1, 0, 1, 0, 2, 0, 1, 1, 2, 1, 1, 0, 2, 2, 4, 2, 1, 0, 2, 0, 2, 0, 2, 1, 4, 2, 8,
                        'K', 8, '!', 1, 1, 1, 1))))
                .as("a named channel of black")
                .isEqualTo(jxlOf(320, 240, Model.CMYK, 8, false));
        assertThat(both(jxl(fields(
                        size, 1, 0, 1, 1, 3, 5, 1, 1, 1, 1, 5, 1, 3, 1, 1, 1, 1, 1, 2, 0, 3, 1, 1, 1, 2, 0, 2, 0, 2, 0,
                        1, 0, 1, 0, 2, 1, 1, 1, 2, 0, 1, 1, 1, 1))))
                .as("turned, with intrinsic size, preview and animation")
                .isEqualTo(jxlOf(240, 320, Model.RGB, 10, false));
        assertThat(refusal(jxl(fields(size, 1, 0, 1, 0, 1, 0, 2, 0, 1, 1, 2, 3, 12, 4095)))
                        .code())
                .isEqualTo(ErrorCode.UNSUPPORTED_TYPE);
    }

    private static long[] fields(long[] first, long... then) {
        long[] all = Arrays.copyOf(first, first.length + then.length);
        System.arraycopy(then, 0, all, first.length, then.length);
        return all;
    }

    @Test
    @DisplayName("C29, C33 JPEG XL beyond the limits")
    void refusesAJxlBomb() {
        assertThat(refusal(jxl(1, 0, 2, 3, 30, (1 << 30) - 1, 3, 7)).code()).isEqualTo(ErrorCode.BAD_DIMENSIONS);
        assertThat(refusal(jxl(1, 0, 2, 3, 30, (1 << 30) - 1, 3, 1)).code()).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(refusal(jxl(1, 0, 2, 0, 9, 0, 3, 0, 2, 3, 30, 16_384)).code())
                .isEqualTo(ErrorCode.BAD_DIMENSIONS);
    }

    private static Inspection jxlOf(int width, int height, Model model, int depth, boolean alpha) {
        return new Inspection(ImageFormat.JXL, width, height, 1, 1, model, depth, alpha, false);
    }

    /// What the head tells, which must be what the whole file tells.
    private Inspection both(byte[] image) throws Exception {
        Inspection head = inspector.inspect(new LimitedStream(image));
        assertThat(inspector.inspectWhole(image)).isEqualTo(head);
        return head;
    }

    private InspectException refusal(byte[] image) {
        InspectException whole = catchThrowableOfType(InspectException.class, () -> inspector.inspectWhole(image));
        assertThat(catchThrowableOfType(InspectException.class, () -> inspector.inspect(new LimitedStream(image)))
                        .code())
                .isEqualTo(whole.code());
        return whole;
    }
}
