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
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("libvips, where the system has it, reads and writes what the bundled codecs cannot")
class LibvipsCodecTest {

    static LibvipsCodec codec;
    static Vips vips;

    @BeforeAll
    static void load() {
        var loaded = LibvipsCodec.load();
        assumeTrue(loaded.isPresent(), "there is no libvips here");
        codec = loaded.orElseThrow();
        vips = Vips.load().orElseThrow();
        vips.block("VipsForeignSaveJxl", false);
    }

    private static final int INTERPRETATION_CMYK = 15;
    private static final int WIDTH = 96;
    private static final int HEIGHT = 64;

    /// Red grows to the right, green downwards, and blue with the frame: an exchange of any two would show.
    static Pixels drawn(int width, int height, int channels, int blue) {
        Pixels pixels = Pixels.blank(width, height, channels);
        byte[] data = pixels.array();
        for (int i = 0, at = 0; i < width * height; i++, at += channels) {
            data[at] = (byte) blue;
            data[at + 1] = (byte) (i / width * 255 / height);
            data[at + 2] = (byte) (i % width * 255 / width);
            if (channels == 4) {
                data[at + 3] = (byte) (i % width < width / 2 ? 255 : 0);
            }
        }
        return pixels;
    }

    static Picture still(int channels) {
        return Picture.still(drawn(WIDTH, HEIGHT, channels, 40), null);
    }

    @SuppressWarnings("NullAway") // It takes the array of a record in a class file for one that is never null.
    static Picture animation() {
        List<Pixels> frames = IntStream.of(0, 100, 200)
                .mapToObj(blue -> drawn(WIDTH, HEIGHT, 3, blue))
                .toList();
        return new Picture(frames, List.of(70, 120, 300), 3, null);
    }

    static Inspection inspected(ImageFormat format, int width, int height, int frames) {
        return new Inspection(format, width, height, 1, frames, Inspection.Model.RGB, 8, false, false);
    }

    private static Picture decode(byte[] file, ImageFormat format) throws RenderException {
        return codec.decode(file, inspected(format, WIDTH, HEIGHT, 1), new Need(WIDTH, HEIGHT, false));
    }

    /// A file written by libvips itself, in other colours and formats than the codec writes.
    static byte[] file(Pixels pixels, int interpretation, String suffix) throws VipsException {
        try (Arena arena = Arena.ofConfined();
                VipsImage image = VipsPicture.stack(vips, List.of(pixels), arena);
                VipsImage converted = image.to(interpretation)) {
            return converted.file(suffix);
        }
    }

    static byte[] file(ImageFormat format) throws VipsException {
        return file(format, WIDTH, HEIGHT);
    }

    static byte[] file(ImageFormat format, int width, int height) throws VipsException {
        String suffix = switch (format) {
            case HEIC -> ".heic[compression=hevc]";
            case AVIF -> ".heic[compression=av1,effort=0,bitdepth=8]";
            default -> "." + format.extension();
        };
        return file(drawn(width, height, 3, 40), VipsImage.INTERPRETATION_SRGB, suffix);
    }

    private static byte[] imageIo(int type, String format) throws Exception {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, type);
        int samples = image.getSampleModel().getSampleSize(0);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            image.getRaster().setSample(i % WIDTH, i / WIDTH, 0, (i % WIDTH) << (samples - 8));
        }
        var bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static void assertClose(Pixels actual, Pixels expected, double mean) {
        assertThat(actual.width()).isEqualTo(expected.width());
        assertThat(actual.height()).isEqualTo(expected.height());
        assertThat(difference(actual, expected)).isLessThanOrEqualTo(mean);
    }

    /// The mean difference of a channel, alpha left out; what is transparent has no colour.
    private static double difference(Pixels actual, Pixels expected) {
        byte[] one = actual.array();
        byte[] other = expected.array();
        long sum = 0;
        long count = 0;
        for (int i = 0; i < actual.width() * actual.height(); i++) {
            if (expected.hasAlpha() && other[i * 4 + 3] == 0) {
                continue;
            }
            for (int c = 0; c < 3; c++, count++) {
                sum += Math.abs((one[i * actual.channels() + c] & 0xFF) - (other[i * expected.channels() + c] & 0xFF));
            }
        }
        return (double) sum / count;
    }

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
        "25, .png, PNG, 1", // 16 bits
        "25, .tif, TIFF, 1",
        "13, .tif, TIFF, 2", // Lab
        "28, .tif, TIFF, 2", // linear floating point
    })
    @DisplayName("C46 other colours and depths become 8-bit RGB")
    void colours(int interpretation, String suffix, ImageFormat format, double mean) throws Exception {
        for (int channels : new int[] {3, 4}) {
            byte[] file = file(drawn(WIDTH, HEIGHT, channels, 40), interpretation, suffix);
            try (Picture picture = decode(file, format)) {
                assertThat(picture.profile()).isNull();
                assertThat(picture.first().channels()).isEqualTo(channels);
                assertClose(picture.first(), drawn(WIDTH, HEIGHT, channels, 40), mean);
                byte[] data = picture.first().array();
                assertThat(channels == 3 || (data[4 * 20 + 3] & 0xFF) > 250).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"10, jpeg, JPEG", "10, png, PNG", "11, png, PNG", "10, tiff, TIFF", "10, gif, GIF"})
    @DisplayName("C47 grey stays the grey it is, with 8 bits and with 16")
    void grey(int type, String writer, ImageFormat format) throws Exception {
        try (Picture picture = decode(imageIo(type, writer), format)) {
            byte[] data = picture.first().array();
            int channels = picture.first().channels();
            for (int x = 0; x < WIDTH; x++) {
                assertThat(data[x * channels] & 0xFF).isBetween(x - 2, x + 2);
                assertThat(data[x * channels + 2]).isEqualTo(data[x * channels]);
            }
        }
    }

    @Test
    @DisplayName("a profile of 8-bit RGB is handed on and its pixels are left alone")
    void profile() throws Exception {
        byte[] p3 = file(drawn(WIDTH, HEIGHT, 3, 40), VipsImage.INTERPRETATION_SRGB, ".png[profile=p3]");
        try (Picture picture = decode(p3, ImageFormat.PNG)) {
            assertThat(picture.profile()).isNotNull().hasSizeGreaterThan(128);
            assertClose(picture.first(), drawn(WIDTH, HEIGHT, 3, 40), 0);
        }
    }

    @Test
    @DisplayName("C46 CMYK is converted by its profile, and without it if that is broken or missing")
    void cmyk() throws Exception {
        byte[] good = file(muted(), INTERPRETATION_CMYK, ".jpg[Q=95,profile=cmyk]");
        byte[] broken = good.clone();
        int at = indexOf(good, "ICC_PROFILE");
        Arrays.fill(broken, at + 14, at + 14 + 400, (byte) 'x');
        byte[] without = file(muted(), INTERPRETATION_CMYK, ".jpg[Q=95,strip=true]");
        for (byte[] file : List.of(good, broken, without)) {
            try (Picture picture = decode(file, ImageFormat.JPEG)) {
                assertThat(picture.profile()).isNull();
                assertThat(picture.first().channels()).isEqualTo(3);
                assertClose(picture.first(), muted(), 6);
            }
        }
    }

    /// Colours that ink can print too.
    private static Pixels muted() {
        Pixels pixels = drawn(WIDTH, HEIGHT, 3, 40);
        byte[] data = pixels.array();
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (96 + (data[i] & 0xFF) / 4);
        }
        return pixels;
    }

    static int indexOf(byte[] bytes, String word) {
        byte[] sought = word.getBytes(ISO_8859_1);
        return IntStream.range(0, bytes.length - sought.length)
                .filter(i -> Arrays.equals(bytes, i, i + sought.length, sought, 0, sought.length))
                .findFirst()
                .orElseThrow();
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
        RenderException e = catchThrowableOfType(RenderException.class, () -> decode(half, format));
        boolean tells = format != ImageFormat.TIFF && format != ImageFormat.JXL;
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
