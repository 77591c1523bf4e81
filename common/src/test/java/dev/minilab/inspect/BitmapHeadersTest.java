package dev.minilab.inspect;

import static dev.minilab.inspect.Handmade.bmp;
import static dev.minilab.inspect.Handmade.le;
import static dev.minilab.inspect.Handmade.tag;
import static dev.minilab.inspect.Handmade.tiffFile;
import static dev.minilab.inspect.Pictures.concat;
import static dev.minilab.inspect.Pictures.drawn;
import static dev.minilab.inspect.Pictures.latin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("BMP and TIFF")
class BitmapHeadersTest {
    private static final List<ByteOrder> ORDERS = List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);

    private final Inspector inspector = new Inspector(Limits.defaults());

    // BMP

    @ParameterizedTest(name = "C47 BMP by ImageIO, type {0}")
    @CsvSource({"1, RGB, 8", "10, PALETTE, 8", "12, PALETTE, 1", "13, PALETTE, 8", "8, RGB, 6", "9, RGB, 5"})
    void tellsABmpThatAnEncoderWrote(int type, Model model, int depth) throws Exception {
        assertThat(both(drawn("bmp", 40, 30, type, false)))
                .isEqualTo(new Inspection(ImageFormat.BMP, 40, 30, 1, 1, model, depth, false, false));
    }

    @Test
    void tellsNewerHeadersAndRowsFromTheTop() throws Exception {
        byte[] masks = concat(le(4, 0xFF0000), le(4, 0xFF00), le(4, 0xFF), le(4, 0xFF00_0000L));
        assertThat(both(bmp(124, 9, -5, 32, 3, masks)))
                .isEqualTo(new Inspection(ImageFormat.BMP, 9, 5, 1, 1, Model.RGB, 8, true, false));
        assertThat(both(bmp(40, 9, 5, 32, 3, masks)).alpha()).isFalse();
        assertThat(both(bmp(40, 9, 5, 32, 6, masks)).alpha()).isTrue();
        assertThat(both(bmp(108, 9, 5, 32, 0, masks)).alpha()).isFalse();
        assertThat(both(bmp(40, 9, 5, 4, 2, masks)).depth()).isEqualTo(4);
    }

    @Test
    @DisplayName("C29, C32, C33, C46 broken and too large BMP")
    void refusesBadBmp() {
        byte[] none = new byte[0];
        assertThat(refusal(bmp(40, 30_000, 30_000, 1, 0, none)).code()).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(refusal(bmp(40, 16_385, 1, 1, 0, none)).code()).isEqualTo(ErrorCode.BAD_DIMENSIONS);
        for (int side : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThat(refusal(bmp(40, side, 1, 24, 0, none)).code()).isEqualTo(ErrorCode.BAD_DIMENSIONS);
        }
        assertThat(refusal(bmp(40, 1, Integer.MIN_VALUE, 24, 0, none)).code()).isEqualTo(ErrorCode.BAD_DIMENSIONS);
        for (byte[] image : List.of(
                bmp(41, 4, 4, 24, 0, none),
                bmp(40, 4, 4, 7, 0, none),
                bmp(40, 4, 4, 24, 1, none),
                bmp(40, 4, 4, 24, 3, new byte[12]),
                bmp(40, 4, 4, 32, 3, new byte[11]),
                latin("BM"))) {
            assertThat(refusal(image).code()).isEqualTo(ErrorCode.BAD_HEADER);
        }
        assertThat(refusal(bmp(64, 4, 4, 24, 0, none))).hasMessage("BMP of OS/2 is not supported");
        assertThat(refusal(bmp(40, 4, 4, 0, 4, none)).code()).isEqualTo(ErrorCode.UNSUPPORTED_TYPE);
    }

    // TIFF

    @ParameterizedTest(name = "C47 TIFF by ImageIO, type {0}")
    @CsvSource({
        "1, RGB, 8, false",
        "2, RGB, 8, true",
        "10, GREY, 8, false",
        "11, GREY, 16, false",
        "12, GREY, 1, false",
        "13, PALETTE, 8, false"
    })
    void tellsATiffThatAnEncoderWrote(int type, Model model, int depth, boolean alpha) throws Exception {
        assertThat(both(drawn("tiff", 40, 30, type, false)))
                .isEqualTo(new Inspection(ImageFormat.TIFF, 40, 30, 1, 1, model, depth, alpha, false));
    }

    @ParameterizedTest(name = "C42 TIFF of orientation {0}")
    @ValueSource(ints = {0, 1, 3, 6, 8, 9, 65_535})
    void turnsATiff(int orientation) throws Exception {
        boolean turned = orientation == 6 || orientation == 8;
        int expected = turned || orientation == 3 ? orientation : 1;
        for (ByteOrder order : ORDERS) {
            byte[] image = tiffFile(
                    order, 60, tag(256, 9), tag(257, 5), tag(258, 8), tag(262, 5), tag(274, orientation), tag(277, 5));
            assertThat(both(image))
                    .isEqualTo(new Inspection(
                            ImageFormat.TIFF, turned ? 5 : 9, turned ? 9 : 5, expected, 1, Model.CMYK, 8, true, false));
        }
    }

    @Test
    @DisplayName("bits per sample may lie before or after the directory")
    void findsBitsPerSample() throws Exception {
        for (ByteOrder order : ORDERS) {
            for (int at : new int[] {20, 128}) {
                byte[] image = concat(
                        tiffFile(order, 30, tag(256, 9), tag(257, 5), new long[] {258, 3, 3, at}, tag(277, 3)),
                        new byte[64]);
                image[at + (order == ByteOrder.BIG_ENDIAN ? 1 : 0)] = 16;
                assertThat(both(image).depth()).isEqualTo(16);
            }
        }
    }

    @Test
    @DisplayName("a directory beyond the head is found in the whole file")
    void findsALateDirectory() throws Exception {
        byte[] image = tiffFile(ByteOrder.LITTLE_ENDIAN, 3 << 20, tag(256, 9), tag(257, 5), tag(258, 8));
        assertThat(inspector.inspectWhole(image).width()).isEqualTo(9);
        assertThat(catchThrowableOfType(InspectException.class, () -> inspector.inspect(new LimitedStream(image))))
                .hasMessage("The image header does not end within the first 1048576 bytes");
    }

    @Test
    @DisplayName("C29, C32, C40 broken and too large TIFF")
    void refusesBadTiff() {
        for (ByteOrder order : ORDERS) {
            long[] big = {256, 4, 1, 1L << 31};
            assertThat(refusal(tiffFile(order, 0, big, tag(257, 9))).code()).isEqualTo(ErrorCode.BAD_DIMENSIONS);
            assertThat(refusal(tiffFile(order, 0, tag(256, 0), tag(257, 9))).code())
                    .isEqualTo(ErrorCode.BAD_DIMENSIONS);
            assertThat(refusal(tiffFile(order, 0, tag(256, 60_000), tag(257, 60_000)))
                            .code())
                    .isEqualTo(ErrorCode.TOO_MANY_PIXELS);
            assertThat(refusal(tiffFile(order, 0, tag(256, 9), tag(257, 9), tag(322, 60_000), tag(323, 60_000)))
                            .code())
                    .isEqualTo(ErrorCode.TOO_MANY_PIXELS);
            for (byte[] image : List.of(
                    concat(Arrays.copyOf(tiffFile(order, 0, tag(256, 9)), 4), new byte[40]),
                    tiffFile(order, 0, tag(256, 9)),
                    tiffFile(order, 0, tag(256, 9), tag(257, 5), tag(258, 65)),
                    tiffFile(order, 0, tag(256, 9), tag(257, 5), tag(262, 2), tag(277, 2)),
                    tiffFile(order, 0, new long[] {256, 2, 1, 9}, tag(257, 5)),
                    tiffFile(order, 0, new long[] {256, 3, 0, 9}, tag(257, 5)),
                    Arrays.copyOf(tiffFile(order, 0, tag(256, 9), tag(257, 5)), 30))) {
                assertThat(refusal(image).code()).isEqualTo(ErrorCode.BAD_HEADER);
            }
            assertThat(refusal(tiffFile(order, 0, tag(256, 9), tag(257, 5), tag(262, 32_803))))
                    .hasMessage("TIFF with photometric interpretation 32803 is not supported");
            assertThat(refusal(tiffFile(order, 0, tag(256, 9), tag(257, 5), tag(277, 9)))
                            .code())
                    .isEqualTo(ErrorCode.UNSUPPORTED_TYPE);
        }
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
