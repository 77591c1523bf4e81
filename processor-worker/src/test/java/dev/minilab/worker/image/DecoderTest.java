package dev.minilab.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.job.ErrorCode;
import dev.minilab.worker.codec.RenderException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Decoding gives the pixels that every viewer shows, or says why not")
class DecoderTest {

    private static byte[] grey(int type, String format) throws Exception {
        BufferedImage image = new BufferedImage(64, 48, type);
        int bits = image.getSampleModel().getSampleSize(0);
        int[] samples = new int[64 * 48];
        Arrays.fill(samples, 128 << (bits - 8));
        image.getRaster().setSamples(0, 0, 64, 48, 0, samples);
        return encode(image, format);
    }

    private static byte[] encode(BufferedImage image, String format) throws Exception {
        var bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static byte[] photograph() throws Exception {
        BufferedImage image = new BufferedImage(200, 150, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 150; y++) {
            for (int x = 0; x < 200; x++) {
                image.setRGB(x, y, (((x * 31) ^ (y * 17)) & 0xFF) | ((x & 0xFF) << 8) | ((y & 0xFF) << 16));
            }
        }
        return encode(image, "jpeg");
    }

    private static BufferedImage decode(byte[] original) throws Exception {
        Inspection inspection = new Inspector(Limits.defaults()).inspect(new ByteArrayInputStream(original));
        return Decoder.decode(original, inspection);
    }

    private static byte[] insert(byte[] into, int at, byte... bytes) {
        var all = new ByteArrayOutputStream();
        all.write(into, 0, at);
        all.writeBytes(bytes);
        all.write(into, at, into.length - at);
        return all.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({"10, jpeg", "10, png", "11, png"})
    @DisplayName("C47 grey stays the grey it is: 8 bits as JPEG and PNG, 16 bits as PNG")
    void grey128(int type, String format) throws Exception {
        int rgb = decode(grey(type, format)).getRGB(30, 20);
        assertThat(rgb & 0xFF).isBetween(126, 130);
        assertThat((rgb >> 8) & 0xFF).isEqualTo(rgb & 0xFF);
    }

    @Test
    @DisplayName("C44 a JPEG without its end marker, or with stray bytes before it, is whole")
    void whole() throws Exception {
        byte[] jpeg = photograph();
        assertThat(decode(Arrays.copyOf(jpeg, jpeg.length - 2)).getWidth()).isEqualTo(200);
        byte[] stray = insert(jpeg, jpeg.length - 2, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
        assertThat(decode(stray).getHeight()).isEqualTo(150);
    }

    @Test
    @DisplayName("C39 a broken colour profile spoils nothing")
    void brokenProfile() throws Exception {
        byte[] jpeg = photograph();
        byte[] segment = new byte[2 + 2 + 14 + 200];
        segment[0] = (byte) 0xFF;
        segment[1] = (byte) 0xE2;
        segment[2] = (byte) ((segment.length - 2) >> 8);
        segment[3] = (byte) (segment.length - 2);
        System.arraycopy("ICC_PROFILE\0\1\1".getBytes(StandardCharsets.US_ASCII), 0, segment, 4, 14);
        assertThat(decode(insert(jpeg, 2, segment)).getWidth()).isEqualTo(200);
    }

    @Test
    @DisplayName("C43 half a JPEG is truncated")
    void half() throws Exception {
        byte[] jpeg = photograph();
        byte[] half = Arrays.copyOf(jpeg, jpeg.length / 2);
        assertThatThrownBy(() -> decode(half))
                .isInstanceOfSatisfying(
                        RenderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TRUNCATED));
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
        byte[] many = insert(jpeg, jpeg.length - 2, scans);
        assertThatThrownBy(() -> decode(many))
                .isInstanceOfSatisfying(
                        RenderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DECODE_FAILED));
    }
}
