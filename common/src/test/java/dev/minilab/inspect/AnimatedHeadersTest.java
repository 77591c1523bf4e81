package dev.minilab.inspect;

import static dev.minilab.inspect.Handmade.GIF_END;
import static dev.minilab.inspect.Handmade.anmf;
import static dev.minilab.inspect.Handmade.gif;
import static dev.minilab.inspect.Handmade.gifControl;
import static dev.minilab.inspect.Handmade.gifFrame;
import static dev.minilab.inspect.Handmade.le;
import static dev.minilab.inspect.Handmade.riffChunk;
import static dev.minilab.inspect.Handmade.vp8;
import static dev.minilab.inspect.Handmade.vp8l;
import static dev.minilab.inspect.Handmade.vp8x;
import static dev.minilab.inspect.Handmade.webp;
import static dev.minilab.inspect.Pictures.bytes;
import static dev.minilab.inspect.Pictures.concat;
import static dev.minilab.inspect.Pictures.drawn;
import static dev.minilab.inspect.Pictures.latin;
import static dev.minilab.inspect.Pictures.tiff;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("GIF and WebP")
class AnimatedHeadersTest {
    private static final byte[] ANIM = riffChunk("ANIM", new byte[6]);

    private final Inspector inspector = new Inspector(Limits.defaults());

    // GIF

    @ParameterizedTest(name = "GIF by ImageIO, type {0}, depth {1}, alpha {2}")
    @CsvSource({"13, 8, false", "12, 1, false"})
    void tellsAGifThatAnEncoderWrote(int type, int depth, boolean alpha) throws Exception {
        byte[] image = drawn("gif", 40, 30, type, false);
        assertThat(both(image).alpha()).isEqualTo(alpha);
        assertThat(both(image))
                .isEqualTo(new Inspection(ImageFormat.GIF, 40, 30, 1, 1, Model.PALETTE, depth, alpha, false));
    }

    @Test
    void countsTheFramesOfAGif() throws Exception {
        byte[] frame = gifFrame(0, 0, 20, 10);
        byte[] loop = concat(bytes(0x21, 0xFF, 11), latin("NETSCAPE2.0"), bytes(3, 1, 0, 0, 0));
        byte[] comment = concat(bytes(0x21, 0xFE, 3), latin(",;!"), bytes(0));
        byte[] image = gif(20, 10, loop, gifControl(false, 1), frame, comment, frame, frame, GIF_END, frame);
        assertThat(both(image))
                .isEqualTo(new Inspection(ImageFormat.GIF, 20, 10, 1, 3, Model.PALETTE, 2, false, false));
    }

    @Test
    void tellsAlphaOfAGif() throws Exception {
        byte[] frame = gifFrame(0, 0, 20, 10);
        assertThat(both(gif(20, 10, frame, GIF_END)).alpha()).isFalse();
        assertThat(both(gif(20, 10, gifFrame(1, 0, 19, 10), GIF_END)).alpha()).isTrue();
        assertThat(both(gif(20, 10, frame, gifControl(true, 0), frame, GIF_END)).alpha())
                .isTrue();
        assertThat(both(gif(20, 10, gifControl(false, 2), frame, GIF_END)).alpha())
                .isFalse();
        assertThat(both(gif(20, 10, gifControl(false, 2), frame, gifControl(false, 0), frame, GIF_END))
                        .alpha())
                .isTrue();
    }

    @Test
    @DisplayName("C28 a GIF of 44 bytes that claims 65535 x 65535")
    void refusesAGifBomb() {
        byte[] bomb = gif(65_535, 65_535, gifFrame(0, 0, 65_535, 65_535), GIF_END);
        assertThat(bomb).hasSizeLessThan(48);
        assertThat(refusal(bomb)).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
    }

    @Test
    @DisplayName("C36 a GIF of 10,000 frames, of which the first hundred are enough")
    void refusesTooManyFrames() throws Exception {
        byte[] frame = gifFrame(0, 0, 4, 4);
        assertThat(both(gif(4, 4, repeated(100, frame))).frames()).isEqualTo(100);
        assertThat(refusal(gif(4, 4, repeated(101, frame)))).isEqualTo(ErrorCode.TOO_MANY_FRAMES);
        assertThat(refusal(gif(4, 4, repeated(10_000, frame)))).isEqualTo(ErrorCode.TOO_MANY_FRAMES);
    }

    @Test
    @DisplayName("C36 frames that together have too many pixels")
    void refusesTooManyPixelsInAll() throws Exception {
        byte[] frame = gifFrame(0, 0, 5000, 5000);
        assertThat(both(gif(5000, 5000, frame, frame, GIF_END)).frames()).isEqualTo(2);
        assertThat(refusal(gif(5000, 5000, frame, frame, frame, GIF_END))).isEqualTo(ErrorCode.TOO_MANY_FRAMES);
        byte[] tiny = concat(vp8x(2, 5000, 5000), ANIM, anmf(0, 0, 2, 2), anmf(2, 2, 2, 2));
        assertThat(both(webp(tiny)).frames()).isEqualTo(2);
        assertThat(refusal(webp(tiny, anmf(0, 0, 2, 2)))).isEqualTo(ErrorCode.TOO_MANY_FRAMES);
    }

    @Test
    @DisplayName("C37 frames outside the canvas count with what they would need")
    void boundsFramesOutsideTheCanvas() throws Exception {
        byte[] frame = gifFrame(0, 0, 4, 4);
        assertThat(both(gif(4, 4, frame, gifFrame(2, 2, 40, 40), GIF_END)).width())
                .isEqualTo(4);
        assertThat(refusal(gif(4, 4, frame, gifFrame(0, 0, 65_535, 65_535), GIF_END)))
                .isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(refusal(gif(4, 4, gifFrame(0, 0, 65_535, 65_535), GIF_END))).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(refusal(gif(4, 4, gifFrame(65_535, 0, 4, 4), GIF_END))).isEqualTo(ErrorCode.BAD_DIMENSIONS);
        byte[] outside = webp(vp8x(2, 4, 4), ANIM, anmf(2, 2, 4, 2));
        assertThat(refusal(outside)).isEqualTo(ErrorCode.BAD_HEADER);
    }

    @Test
    @DisplayName("a canvas smaller than the first frame grows to hold it")
    void growsTheCanvasToTheFirstFrame() throws Exception {
        Inspection grown = both(gif(4, 4, gifFrame(2, 1, 40, 20), gifFrame(0, 0, 50, 50), GIF_END));
        assertThat(grown.width()).isEqualTo(42);
        assertThat(grown.height()).isEqualTo(21);
        assertThat(both(gif(0, 0, gifFrame(0, 0, 9, 8), GIF_END)).height()).isEqualTo(8);
    }

    @Test
    @DisplayName("C32 a GIF without width or height")
    void refusesAnEmptyCanvas() {
        assertThat(refusal(gif(0, 4, gifFrame(0, 0, 0, 4)))).isEqualTo(ErrorCode.BAD_DIMENSIONS);
        assertThat(refusal(gif(4, 0, gifFrame(0, 0, 4, 0)))).isEqualTo(ErrorCode.BAD_DIMENSIONS);
    }

    @Test
    @DisplayName("C46 a GIF without an image, or cut before it")
    void refusesAGifWithoutImage() throws Exception {
        assertThat(refusal(gif(4, 4, GIF_END))).isEqualTo(ErrorCode.BAD_HEADER);
        assertThat(refusal(gif(4, 4, bytes(0x11)))).isEqualTo(ErrorCode.BAD_HEADER);
        byte[] image = gif(4, 4, gifControl(true, 0), gifFrame(0, 0, 4, 4), GIF_END);
        Inspection whole = both(image);
        for (int length = 1; length < image.length; length++) {
            byte[] cut = Arrays.copyOf(image, length);
            assertThat(outcome(cut)).as("prefix of %d bytes", length).isIn(whole, ErrorCode.BAD_HEADER);
        }
    }

    @Test
    @DisplayName("the head counts the frames that it holds, the whole file all of them")
    void countsAllFramesOfAWholeFile() throws Exception {
        byte[] big = riffChunk("XMP ", new byte[Inspector.HEAD_LIMIT]);
        byte[] filler = concat(bytes(0x21, 0xFE), concat(repeated(5000, concat(bytes(255), new byte[255]))), bytes(0));
        byte[] frame = gifFrame(0, 0, 4, 4);
        for (byte[] image : List.of(
                gif(4, 4, frame, filler, frame, frame, GIF_END),
                webp(vp8x(2, 4, 4), ANIM, anmf(0, 0, 4, 4), big, anmf(0, 0, 4, 4), anmf(0, 0, 4, 4)))) {
            assertThat(inspector.inspect(new LimitedStream(image)).frames()).isEqualTo(1);
            assertThat(inspector.inspectWhole(image).frames()).isEqualTo(3);
        }
        byte[] late = gif(4, 4, frame, filler, concat(repeated(100, frame)));
        assertThat(catchThrowableOfType(InspectException.class, () -> inspector.inspectWhole(late))
                        .code())
                .isEqualTo(ErrorCode.TOO_MANY_FRAMES);
    }

    // WebP

    @Test
    void tellsASimpleWebp() throws Exception {
        assertThat(both(webp(vp8(640, 480)))).isEqualTo(webpOf(640, 480, 1, 1, false));
        assertThat(both(webp(vp8(640 | 0x8000, 480 | 0x4000)))).isEqualTo(webpOf(640, 480, 1, 1, false));
        assertThat(both(webp(vp8l(3000, 1, true)))).isEqualTo(webpOf(3000, 1, 1, 1, true));
        assertThat(both(webp(vp8l(1, 7000, false)))).isEqualTo(webpOf(1, 7000, 1, 1, false));
    }

    @ParameterizedTest(name = "C42 WebP of orientation {0}")
    @ValueSource(ints = {1, 3, 6, 9})
    void turnsAWebp(int orientation) throws Exception {
        byte[] tiff = tiff(ByteOrder.LITTLE_ENDIAN, orientation);
        int expected = orientation == 9 ? 1 : orientation;
        Inspection turned = webpOf(orientation == 6 ? 3 : 9, orientation == 6 ? 9 : 3, expected, 1, true);
        byte[] start = concat(vp8x(0x18, 9, 3), riffChunk("ALPH", new byte[3]), vp8(9, 3));
        assertThat(both(webp(start, riffChunk("EXIF", tiff)))).isEqualTo(turned);
        assertThat(both(webp(start, riffChunk("EXIF", latin("Exif\0\0"), tiff))))
                .isEqualTo(turned);
    }

    @Test
    @DisplayName("C39 a profile or an image beyond the head is no reason to refuse a WebP")
    void takesAWebpByItsCanvas() throws Exception {
        byte[] profile = riffChunk("ICCP", new byte[20 << 20]);
        byte[] image = webp(vp8x(0x28, 9, 3), profile, vp8(9, 3), riffChunk("EXIF", tiff(ByteOrder.BIG_ENDIAN, 6)));
        assertThat(inspector.inspect(new LimitedStream(image))).isEqualTo(webpOf(9, 3, 1, 1, false));
        assertThat(inspector.inspectWhole(image)).isEqualTo(webpOf(3, 9, 6, 1, false));
    }

    @Test
    @DisplayName("C31, C33 WebP beyond the limits")
    void refusesABigWebp() {
        assertThat(refusal(webp(vp8(16_383, 16_383)))).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(refusal(webp(vp8l(16_384, 16_384, false)))).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(refusal(webp(vp8x(0, 1 << 24, 1), vp8(1, 1)))).isEqualTo(ErrorCode.BAD_DIMENSIONS);
        assertThat(refusal(webp(vp8x(0, 1 << 24, 1 << 24)))).isEqualTo(ErrorCode.TOO_MANY_PIXELS);
        assertThat(refusal(webp(vp8(0, 4)))).isEqualTo(ErrorCode.BAD_DIMENSIONS);
    }

    @Test
    @DisplayName("C46 broken WebP")
    void refusesABrokenWebp() {
        byte[] interFrame = vp8(4, 4);
        interFrame[8] |= 1;
        byte[] noMark = vp8l(4, 4, false);
        noMark[8] = 0;
        byte[] shortFrame = riffChunk("ANMF", new byte[15]);
        for (byte[] image : List.of(
                webp(riffChunk("JUNK", new byte[9])),
                webp(interFrame),
                webp(noMark),
                webp(riffChunk("VP8X", new byte[9])),
                webp(vp8x(0, 4, 4)),
                webp(vp8x(2, 4, 4), ANIM),
                webp(vp8x(0, 4, 4), ANIM, anmf(0, 0, 4, 4)),
                webp(vp8x(2, 4, 4), ANIM, shortFrame),
                webp(vp8x(0, 4, 4), vp8(5000, 5000)),
                concat(latin("RIFF"), le(4, 4000), latin("WEBP"), vp8x(0, 4, 4)))) {
            assertThat(refusal(image)).isEqualTo(ErrorCode.BAD_HEADER);
        }
    }

    private static Inspection webpOf(int width, int height, int orientation, int frames, boolean alpha) {
        return new Inspection(ImageFormat.WEBP, width, height, orientation, frames, Model.RGB, 8, alpha, false);
    }

    private static byte[][] repeated(int times, byte[] part) {
        return Collections.nCopies(times, part).toArray(byte[][]::new);
    }

    /// What the head tells, which must be what the whole file tells.
    private Inspection both(byte[] image) throws Exception {
        Inspection head = inspector.inspect(new LimitedStream(image));
        assertThat(inspector.inspectWhole(image)).isEqualTo(head);
        return head;
    }

    private Object outcome(byte[] image) throws Exception {
        try {
            return both(image);
        } catch (InspectException e) {
            return e.code();
        }
    }

    private ErrorCode refusal(byte[] image) {
        ErrorCode whole = catchThrowableOfType(InspectException.class, () -> inspector.inspectWhole(image))
                .code();
        assertThat(catchThrowableOfType(InspectException.class, () -> inspector.inspect(new LimitedStream(image)))
                        .code())
                .isEqualTo(whole);
        return whole;
    }
}
