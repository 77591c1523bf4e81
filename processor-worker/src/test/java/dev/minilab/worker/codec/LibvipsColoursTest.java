package dev.minilab.worker.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.ImageFormat;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Whatever colours a file has, 8-bit RGB comes out of libvips")
class LibvipsColoursTest extends LibvipsTests {

    private static final int INTERPRETATION_CMYK = 15;

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
}
