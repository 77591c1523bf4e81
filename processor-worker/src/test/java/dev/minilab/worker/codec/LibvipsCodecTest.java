package dev.minilab.worker.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.worker.codec.Codec.Encoding;
import dev.minilab.worker.codec.Codec.Need;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("libvips, where the system has it, reads and writes what the bundled codecs cannot")
class LibvipsCodecTest extends LibvipsTests {

    @Test
    @DisplayName("it tells its name and version")
    void version() {
        assertThat(codec.name()).isEqualTo("libvips");
        assertThat(codec.version()).matches("8\\.\\d+\\.\\d+");
    }

    @Test
    @DisplayName("it never reads BMP, writes no format that is only read, and animates only what can be")
    void what() {
        assertThat(codec.readsFormat(ImageFormat.BMP)).isFalse();
        assertThat(codec.reads(inspected(ImageFormat.PNG, 9, 9, 1), false)).isTrue();
        assertThat(codec.reads(inspected(ImageFormat.AVIF, 9, 9, 5), true)).isFalse();
        assertThat(codec.writes(new Encoding(ImageFormat.TIFF, 80, false, false)))
                .isFalse();
        assertThat(codec.writes(new Encoding(ImageFormat.PNG, 80, false, true))).isFalse();
        assertThat(codec.writes(new Encoding(ImageFormat.PNG, 80, false, false)))
                .isTrue();
    }

    @Test
    @DisplayName("a system property keeps it off")
    void off() {
        System.setProperty(LibvipsCodec.SWITCH, "off");
        try {
            assertThat(LibvipsCodec.load()).isEmpty();
        } finally {
            System.clearProperty(LibvipsCodec.SWITCH);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "JPEG, false, 3",
        "PNG, false, 0",
        "WEBP, false, 3",
        "WEBP, true, 0",
        "AVIF, false, 3",
        "AVIF, true, 1.5",
        "GIF, false, 8"
    })
    @DisplayName("what is written reads back as it was")
    void roundTrip(ImageFormat format, boolean lossless, double mean) throws Exception {
        Encoding encoding = new Encoding(format, 90, lossless, false);
        assumeTrue(codec.writes(encoding) && codec.readsFormat(format));
        try (Picture picture = still(3);
                Picture again = decode(codec.encode(picture, encoding), format)) {
            assertThat(again.frames()).hasSize(1);
            assertClose(again.first(), picture.first(), mean);
        }
    }

    @ParameterizedTest
    @CsvSource({"PNG, 0", "WEBP, 3", "AVIF, 3", "GIF, 8"})
    @DisplayName("alpha survives, not multiplied into the colours")
    void alpha(ImageFormat format, double mean) throws Exception {
        Encoding encoding = new Encoding(format, 90, false, false);
        assumeTrue(codec.writes(encoding) && codec.readsFormat(format));
        try (Picture picture = still(4);
                Picture again = decode(codec.encode(picture, encoding), format)) {
            assertThat(again.first().channels()).isEqualTo(4);
            assertClose(again.first(), picture.first(), mean);
            byte[] data = again.first().array();
            assertThat(data[4 * 20 + 3] & 0xFF).isGreaterThan(250);
            assertThat(data[4 * 80 + 3] & 0xFF).isLessThan(5);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ImageFormat.class,
            names = {"HEIC", "AVIF", "TIFF", "JXL"})
    @DisplayName("formats that others lack are read")
    void others(ImageFormat format) throws Exception {
        assumeTrue(codec.readsFormat(format));
        try (Picture picture = decode(file(format), format)) {
            assertClose(picture.first(), drawn(WIDTH, HEIGHT, 3, 40), 6);
        }
    }

    @ParameterizedTest
    @CsvSource({"GIF, 8, false", "WEBP, 3, false", "WEBP, 0, true"})
    @DisplayName("an animation keeps its frames, delays and count of loops")
    void animated(ImageFormat format, double mean, boolean lossless) throws Exception {
        Encoding encoding = new Encoding(format, 90, lossless, true);
        assumeTrue(codec.writes(encoding));
        try (Picture picture = animation()) {
            byte[] file = codec.encode(picture, encoding);
            Inspection inspection = inspected(format, WIDTH, HEIGHT, 3);
            assertThat(codec.reads(inspection, true)).isTrue();
            try (Picture again = codec.decode(file, inspection, new Need(WIDTH, HEIGHT, true))) {
                assertThat(again.delays()).containsExactly(70, 120, 300);
                assertThat(again.loops()).isEqualTo(3);
                assertThat(again.frames()).hasSize(3);
                for (int i = 0; i < 3; i++) {
                    assertClose(again.frames().get(i), picture.frames().get(i), mean);
                }
            }
            try (Picture first = codec.decode(file, inspection, new Need(WIDTH, HEIGHT, false))) {
                assertThat(first.frames()).hasSize(1);
                assertClose(first.first(), picture.first(), mean);
            }
            assertThatThrownBy(() ->
                            codec.decode(file, inspected(format, WIDTH, HEIGHT, 2), new Need(WIDTH, HEIGHT, true)))
                    .isInstanceOf(RenderException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "JPEG, 50, 40, 207, 169",
        "JPEG, 51, 42, 207, 169",
        "JPEG, 1, 1, 103, 85",
        "JPEG, 413, 338, 413, 338",
        "WEBP, 50, 40, 207, 169",
        "WEBP, 100, 80, 207, 169",
        "WEBP, 52, 43, 207, 169"
    })
    @DisplayName("what is loaded smaller is never smaller than needed")
    void shrunk(ImageFormat format, int width, int height, int mostWide, int mostHigh) throws Exception {
        try (Picture large = Picture.still(drawn(413, 338, 3, 40), null)) {
            byte[] file = codec.encode(large, new Encoding(format, 90, false, false));
            try (Picture picture = codec.decode(file, inspected(format, 413, 338, 1), new Need(width, height, false))) {
                assertThat(picture.first().width()).isBetween(width, mostWide);
                assertThat(picture.first().height()).isBetween(height, mostHigh);
                Pixels small = drawn(picture.first().width(), picture.first().height(), 3, 40);
                assertClose(picture.first(), small, 4);
            }
        }
    }

    @Test
    @DisplayName("an animation is loaded smaller too, every frame alike")
    void shrunkAnimation() throws Exception {
        Encoding encoding = new Encoding(ImageFormat.WEBP, 90, false, true);
        assumeTrue(codec.writes(encoding));
        try (Picture picture = animation()) {
            byte[] file = codec.encode(picture, encoding);
            Need need = new Need(WIDTH / 2 - 3, HEIGHT / 2 - 3, true);
            try (Picture small = codec.decode(file, inspected(ImageFormat.WEBP, WIDTH, HEIGHT, 3), need)) {
                assertThat(small.frames()).hasSize(3);
                for (int i = 0; i < 3; i++) {
                    assertClose(small.frames().get(i), drawn(WIDTH / 2, HEIGHT / 2, 3, i * 100), 4);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ImageFormat.class,
            names = {"JPEG", "PNG", "WEBP", "GIF", "HEIC", "AVIF", "TIFF", "JXL"})
    @DisplayName("C43 half a file is an error, and truncated wherever its format tells")
    void half(ImageFormat format) throws Exception {
        assumeTrue(codec.readsFormat(format));
        byte[] file = file(format);
        byte[] half = Arrays.copyOf(file, file.length / 2);
        RenderException e = catchThrowableOfType(
                RenderException.class,
                () -> new Codecs(List.of(codec))
                        .decode(half, inspected(format, WIDTH, HEIGHT, 1), new Need(WIDTH, HEIGHT, false)));
        boolean tells = format != ImageFormat.PNG && format != ImageFormat.TIFF && format != ImageFormat.JXL;
        assertThat(e.code()).isEqualTo(tells ? ErrorCode.TRUNCATED : ErrorCode.DECODE_FAILED);
        assertThat(e.getMessage()).doesNotContain("vips").doesNotContain("heif");
    }

    @ParameterizedTest
    @EnumSource(
            value = ImageFormat.class,
            names = {"JPEG", "PNG", "WEBP", "GIF", "HEIC", "AVIF", "TIFF", "JXL"})
    @DisplayName("garbage, another format and other dimensions than inspected are errors")
    void garbage(ImageFormat format) throws Exception {
        assumeTrue(codec.readsFormat(format));
        ImageFormat other = format == ImageFormat.PNG ? ImageFormat.JPEG : ImageFormat.PNG;
        for (byte[] file :
                List.of(new byte[0], new byte[1000], "<svg/>".repeat(40).getBytes(ISO_8859_1), file(other))) {
            assertThatThrownBy(() -> decode(file, format)).isInstanceOf(RenderException.class);
        }
        byte[] file = file(format);
        assertThatThrownBy(() ->
                        codec.decode(file, inspected(format, WIDTH - 8, HEIGHT, 1), new Need(WIDTH - 8, HEIGHT, false)))
                .isInstanceOfSatisfying(
                        RenderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DECODE_FAILED));
    }

    @Test
    @DisplayName("C44 a JPEG without its end marker, or with stray bytes before it, is whole")
    void whole() throws Exception {
        byte[] jpeg = file(ImageFormat.JPEG);
        byte[] endless = Arrays.copyOf(jpeg, jpeg.length - 2);
        byte[] stray = Arrays.copyOf(jpeg, jpeg.length + 4);
        System.arraycopy(new byte[] {1, 2, 3, 4, (byte) 0xFF, (byte) 0xD9}, 0, stray, jpeg.length - 2, 6);
        for (byte[] file : List.of(endless, stray)) {
            try (Picture picture = decode(file, ImageFormat.JPEG)) {
                assertClose(picture.first(), drawn(WIDTH, HEIGHT, 3, 40), 3);
            }
        }
    }

    @Test
    @DisplayName("many threads at once get what one gets")
    void threads() throws Exception {
        List<ImageFormat> formats =
                Arrays.stream(ImageFormat.values()).filter(codec::readsFormat).toList();
        try (var executor = Executors.newFixedThreadPool(4)) {
            for (ImageFormat format : formats) {
                byte[] file = file(format);
                byte[] expected = bytes(file, format);
                Callable<byte[]> decoding = () -> bytes(file, format);
                for (Future<byte[]> actual : executor.invokeAll(Collections.nCopies(40, decoding))) {
                    assertThat(actual.get()).isEqualTo(expected);
                }
            }
        }
    }

    private static byte[] bytes(byte[] file, ImageFormat format) throws RenderException {
        try (Picture picture = decode(file, format)) {
            return picture.first().data().toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
