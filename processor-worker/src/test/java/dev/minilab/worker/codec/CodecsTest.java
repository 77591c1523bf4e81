package dev.minilab.worker.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.worker.codec.Codec.Encoding;
import dev.minilab.worker.codec.Codec.Need;
import dev.minilab.worker.image.Drawn;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Decoding gives the pixels that every viewer shows, or says why not")
class CodecsTest {

    private static final Codecs CODECS = Codecs.available();

    private static Picture decode(byte[] original) throws Exception {
        Inspection source = Drawn.inspect(original);
        return CODECS.decode(original, source, new Need(source.storedWidth(), source.storedHeight(), false));
    }

    private static byte[] photograph() throws Exception {
        return Drawn.encode(Drawn.photograph(200, 150), "jpeg");
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of("8-bit RGB", BufferedImage.TYPE_3BYTE_BGR, "png"),
                Arguments.of("8-bit RGBA", BufferedImage.TYPE_4BYTE_ABGR, "png"),
                Arguments.of("palette", BufferedImage.TYPE_BYTE_INDEXED, "png"),
                Arguments.of("1-bit", BufferedImage.TYPE_BYTE_BINARY, "png"),
                Arguments.of("8-bit grey", BufferedImage.TYPE_BYTE_GRAY, "png"),
                Arguments.of("16-bit grey", BufferedImage.TYPE_USHORT_GRAY, "png"),
                Arguments.of("RGB JPEG", BufferedImage.TYPE_3BYTE_BGR, "jpeg"),
                Arguments.of("grey JPEG", BufferedImage.TYPE_BYTE_GRAY, "jpeg"));
    }

    @ParameterizedTest(name = "C47 {0} as {2}")
    @MethodSource("kinds")
    void readsEveryKind(String kind, int type, String format) throws Exception {
        BufferedImage image = new BufferedImage(60, 40, type);
        var graphics = image.createGraphics();
        graphics.setColor(Color.BLACK);
        graphics.fillRect(0, 0, 60, 40);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(30, 0, 30, 40);
        graphics.dispose();
        try (Picture picture = decode(Drawn.encode(image, format))) {
            assertThat(picture.first().width()).isEqualTo(60);
            for (int x : new int[] {5, 55}) {
                assertColour(picture.first(), x, 20, x < 30 ? 0 : 255, x < 30 ? 0 : 255, x < 30 ? 0 : 255);
            }
        }
    }

    private static void assertColour(Pixels pixels, int x, int y, int blue, int green, int red) {
        int at = (y * pixels.width() + x) * pixels.channels();
        byte[] bytes = pixels.array();
        assertThat(bytes[at] & 0xFF).isCloseTo(blue, within(6));
        assertThat(bytes[at + 1] & 0xFF).isCloseTo(green, within(6));
        assertThat(bytes[at + 2] & 0xFF).isCloseTo(red, within(6));
    }

    @ParameterizedTest
    @CsvSource({"10, jpeg", "10, png", "11, png"})
    @DisplayName("C47 grey stays the grey it is: 8 bits as JPEG and PNG, 16 bits as PNG")
    void grey128(int type, String format) throws Exception {
        BufferedImage image = new BufferedImage(64, 48, type);
        int bits = image.getSampleModel().getSampleSize(0);
        int[] samples = new int[64 * 48];
        Arrays.fill(samples, 128 << (bits - 8));
        image.getRaster().setSamples(0, 0, 64, 48, 0, samples);
        try (Picture picture = decode(Drawn.encode(image, format))) {
            int at = (20 * 64 + 30) * picture.first().channels();
            assertThat(picture.first().array()[at] & 0xFF).isBetween(126, 130);
            assertThat(picture.first().array()[at + 2])
                    .isEqualTo(picture.first().array()[at]);
        }
    }

    @Test
    @DisplayName("C47 alpha of a PNG survives, also at 16 bits")
    void alpha() throws Exception {
        BufferedImage image = new BufferedImage(50, 50, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(10, 10, 0x80FF0000);
        try (Picture picture = decode(Drawn.encode(image, "png"))) {
            assertThat(picture.first().channels()).isEqualTo(4);
            int at = (10 * 50 + 10) * 4;
            assertThat(picture.first().array()[at + 3] & 0xFF).isEqualTo(0x80);
            assertThat(picture.first().array()[3]).isZero();
        }
    }

    @Test
    @DisplayName("C47 a CMYK JPEG becomes colours, not their negative")
    void cmyk() throws Exception {
        byte[] jpeg = Cmyk.jpeg(80, 60, 255, 0, 0, 0); // All cyan ink.
        assertThat(Drawn.inspect(jpeg).model()).isEqualTo(Model.CMYK);
        try (Picture picture = decode(jpeg)) {
            byte[] bytes = picture.first().array();
            assertThat(bytes[2] & 0xFF).as("red").isLessThan(90);
            assertThat(bytes[0] & 0xFF).as("blue").isGreaterThan(170);
        }
    }

    @ParameterizedTest
    @CsvSource({"100, 75, 100", "101, 75, 200", "50, 30, 50", "20, 10, 25", "1, 1, 25", "200, 150, 200"})
    @DisplayName("a JPEG is shrunk while it loads, and never below what is needed")
    void shrinks(int width, int height, int expected) throws Exception {
        byte[] jpeg = photograph();
        try (Picture picture = CODECS.decode(jpeg, Drawn.inspect(jpeg), new Need(width, height, false))) {
            assertThat(picture.first().width()).isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("C44 a JPEG without its end marker, or with stray bytes before it, is whole")
    void whole() throws Exception {
        byte[] jpeg = photograph();
        assertThat(decode(Arrays.copyOf(jpeg, jpeg.length - 2)).first().width()).isEqualTo(200);
        byte[] stray = Drawn.insert(jpeg, jpeg.length - 2, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
        assertThat(decode(stray).first().height()).isEqualTo(150);
    }

    @Test
    @DisplayName("C27 a JPEG with a ZIP behind it is the JPEG")
    void polyglot() throws Exception {
        byte[] jpeg = photograph();
        byte[] both = Drawn.insert(jpeg, jpeg.length, "PK\3\4and so on".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(decode(both).first().width()).isEqualTo(200);
    }

    @Test
    @DisplayName("a film behind a photograph, as telephones put it there, is no matter, whatever its bytes are")
    void motionPhoto() throws Exception {
        byte[] jpeg = photograph();
        byte[] film = new byte[4000];
        for (int i = 0; i < film.length; i += 2) {
            film[i] = (byte) 0xFF;
            film[i + 1] = (byte) 0xDA;
        }
        assertThat(decode(Drawn.insert(jpeg, jpeg.length, film)).first().width())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("C39 a broken colour profile spoils nothing")
    void brokenProfile() throws Exception {
        byte[] segment = new byte[2 + 2 + 14 + 200];
        segment[0] = (byte) 0xFF;
        segment[1] = (byte) 0xE2;
        segment[2] = (byte) ((segment.length - 2) >> 8);
        segment[3] = (byte) (segment.length - 2);
        System.arraycopy("ICC_PROFILE\0\1\1".getBytes(StandardCharsets.US_ASCII), 0, segment, 4, 14);
        assertThat(decode(Drawn.insert(photograph(), 2, segment)).first().width())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"0.3", "0.5", "0.9"})
    @DisplayName("C43 a JPEG that is cut off is truncated")
    void cut(double part) throws Exception {
        byte[] jpeg = photograph();
        assertFails(Arrays.copyOf(jpeg, 700 + (int) ((jpeg.length - 700) * part)), ErrorCode.TRUNCATED);
    }

    @Test
    @DisplayName("C45 a PNG that is cut off, or whose data is damaged, fails")
    void damagedPng() throws Exception {
        byte[] png = Drawn.encode(Drawn.photograph(200, 150), "png");
        assertFails(Arrays.copyOf(png, png.length / 2), ErrorCode.DECODE_FAILED);
        byte[] damaged = png.clone();
        for (int i = png.length / 2; i < png.length / 2 + 40; i++) {
            damaged[i] ^= 0x55;
        }
        assertFails(damaged, ErrorCode.DECODE_FAILED);
    }

    @Test
    @DisplayName("C35 a JPEG with thousands of scans is not decoded")
    void manyScans() throws Exception {
        byte[] jpeg = photograph();
        byte[] scans = new byte[2000];
        for (int i = 0; i < scans.length; i += 2) {
            scans[i] = (byte) 0xFF;
            scans[i + 1] = (byte) 0xDA;
        }
        assertFails(Drawn.insert(jpeg, jpeg.length - 2, scans), ErrorCode.DECODE_FAILED);
    }

    @Test
    @DisplayName("C48 a JPEG header with noise behind it fails")
    void noise() throws Exception {
        byte[] jpeg = photograph();
        byte[] noise = new byte[jpeg.length - 700];
        new Random(3).nextBytes(noise);
        System.arraycopy(noise, 0, jpeg, 700, noise.length);
        assertFails(jpeg);
    }

    private static void assertFails(byte[] original, ErrorCode... codes) {
        List<ErrorCode> expected =
                codes.length == 0 ? List.of(ErrorCode.DECODE_FAILED, ErrorCode.TRUNCATED) : List.of(codes);
        assertThatThrownBy(() -> decode(original).close())
                .isInstanceOfSatisfying(
                        RenderException.class, e -> assertThat(e.code()).isIn(expected));
    }

    @Test
    @DisplayName("C49 thousands of damaged files are decoded or fail, and nothing else happens")
    void damagedFiles() throws Exception {
        byte[][] seeds = {photograph(), Drawn.encode(Drawn.photograph(90, 70), "png")};
        Random random = new Random(11);
        int decoded = 0;
        for (int i = 0; i < 1000; i++) {
            byte[] file = seeds[i % 2].clone();
            for (int n = random.nextInt(8); n >= 0; n--) {
                file[random.nextInt(file.length)] = (byte) random.nextInt();
            }
            try (Picture picture = decode(file)) {
                assertThat(picture.first().width()).isPositive();
                decoded++;
            } catch (RenderException | dev.minilab.inspect.InspectException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(decoded).isBetween(50, 999);
    }

    @ParameterizedTest
    @EnumSource(
            value = ImageFormat.class,
            names = {"JPEG", "PNG", "WEBP", "GIF"})
    @DisplayName("I15 what is written is what it is called")
    void writes(ImageFormat format) throws Exception {
        Pixels pixels = BufferedPixels.ofImage(Drawn.photograph(64, 48));
        byte[] file = CODECS.encode(Picture.still(pixels, null), new Encoding(format, 80, false, false));
        String magic = switch (format) {
            case JPEG -> "\u00FF\u00D8\u00FF";
            case PNG -> "\u0089PNG";
            case WEBP -> "RIFF";
            default -> "GIF8";
        };
        assertThat(new String(file, StandardCharsets.ISO_8859_1)).startsWith(magic);
    }

    @Test
    @DisplayName("lossless WebP gives back every pixel")
    void lossless() throws Exception {
        Pixels pixels = BufferedPixels.ofImage(Drawn.photograph(64, 48));
        byte[] file = CODECS.encode(Picture.still(pixels, null), new Encoding(ImageFormat.WEBP, 80, true, false));
        Inspection source = new Inspection(ImageFormat.WEBP, 64, 48, 1, 1, Model.RGB, 8, false, false);
        try (Picture picture = CODECS.decode(file, source, new Need(64, 48, false))) {
            assertThat(picture.first().array()).isEqualTo(pixels.array());
        }
    }
}
