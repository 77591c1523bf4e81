package dev.minilab.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.minilab.worker.codec.BufferedPixels;
import dev.minilab.worker.codec.Pixels;
import dev.minilab.worker.image.Resampler.Region;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Resampling is Lanczos3 over the whole source")
class ResamplerTest {

    private static final Resampler VECTOR = new Resampler(Kernel.best());
    private static final Resampler PLAIN = new Resampler(new PlainKernel());

    static Stream<Resampler> resamplers() {
        return Stream.of(VECTOR, PLAIN);
    }

    private static Pixels noise(int width, int height, int channels) {
        byte[] bytes = new byte[width * height * channels];
        new Random(width * 31L + height).nextBytes(bytes);
        return Pixels.of(bytes, width, height, channels);
    }

    /// The definition, in doubles, pixel by pixel.
    private static Pixels reference(Pixels source, int width, int height) {
        Pixels result = Pixels.blank(width, height, source.channels());
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                referencePixel(source, result, x, y);
            }
        }
        return result;
    }

    private static void referencePixel(Pixels source, Pixels result, int x, int y) {
        double scaleX = (double) source.width() / result.width();
        double scaleY = (double) source.height() / result.height();
        double[] sums = new double[4];
        double weights = 0;
        for (int v = 0; v < source.height(); v++) {
            double wy = lanczos((v + 0.5 - (y + 0.5) * scaleY) / Math.max(1, scaleY));
            for (int u = 0; wy != 0 && u < source.width(); u++) {
                double w = wy * lanczos((u + 0.5 - (x + 0.5) * scaleX) / Math.max(1, scaleX));
                int at = (v * source.width() + u) * source.channels();
                double alpha = source.hasAlpha() ? source.array()[at + 3] & 0xFF : 255;
                for (int c = 0; c < 3; c++) {
                    sums[c] += w * (source.array()[at + c] & 0xFF) * alpha / 255;
                }
                sums[3] += w * alpha;
                weights += w;
            }
        }
        double alpha = sums[3] / weights;
        for (int c = 0; c < result.channels(); c++) {
            double value = c == 3 ? alpha : sums[c] / weights;
            double visible =
                    c < 3 && result.hasAlpha() ? (alpha < 0.5 ? 0 : value * 255 / Math.min(alpha, 255)) : value;
            result.array()[(y * result.width() + x) * result.channels() + c] =
                    (byte) Math.clamp(Math.round(visible), 0, 255);
        }
    }

    private static double lanczos(double x) {
        double pi = Math.PI * x;
        return x == 0 ? 1 : Math.abs(x) >= 3 ? 0 : 3 * Math.sin(pi) * Math.sin(pi / 3) / (pi * pi);
    }

    private static int furthest(Pixels one, Pixels other) {
        assertThat(one.array()).hasSameSizeAs(other.array());
        int furthest = 0;
        for (int i = 0; i < one.array().length; i++) {
            furthest = Math.max(furthest, Math.abs((one.array()[i] & 0xFF) - (other.array()[i] & 0xFF)));
        }
        return furthest;
    }

    @ParameterizedTest
    @CsvSource({
        "97, 61, 40, 23, 3",
        "97, 61, 40, 23, 4",
        "64, 64, 32, 32, 3",
        "33, 5, 32, 1, 3",
        "17, 9, 50, 31, 3",
        "17, 9, 50, 31, 4",
        "1, 1, 3, 2, 4",
        "1, 100, 1, 7, 3",
        "100, 1, 7, 1, 4",
        "200, 3, 201, 2, 3"
    })
    @DisplayName("both kernels give what the definition gives")
    void definition(int width, int height, int toWidth, int toHeight, int channels) {
        Pixels source = noise(width, height, channels);
        if (channels == 4) { // Dividing by little alpha magnifies every rounding.
            for (int i = 3; i < source.array().length; i += 4) {
                source.array()[i] |= (byte) 0xC0;
            }
        }
        Pixels expected = reference(source, toWidth, toHeight);
        for (Resampler resampler : resamplers().toList()) {
            Pixels actual = resampler.resize(source, Region.all(source), toWidth, toHeight);
            assertThat(furthest(expected, actual)).isLessThanOrEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("resamplers")
    @DisplayName("the same size gives the same bytes")
    void same(Resampler resampler) {
        Pixels source = noise(131, 67, 3);
        assertThat(resampler.resize(source, Region.all(source), 131, 67).array())
                .isEqualTo(source.array());
    }

    @ParameterizedTest
    @MethodSource("resamplers")
    @DisplayName("what is cropped away does not shine in")
    void crop(Resampler resampler) {
        Pixels source = Pixels.blank(100, 40, 3);
        byte[] bytes = source.array();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i / 3 % 100 >= 50 ? 200 : 0);
        }
        byte[] right =
                resampler.resize(source, new Region(50, 0, 50, 40), 20, 16).array();
        byte[] expected = new byte[right.length];
        Arrays.fill(expected, (byte) 200);
        assertThat(right).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("resamplers")
    @DisplayName("the colour of transparent pixels does not shine in")
    void alpha(Resampler resampler) {
        Pixels source = Pixels.blank(64, 64, 4);
        byte[] bytes = source.array();
        for (int i = 0; i < bytes.length; i += 4) {
            boolean opaque = i / 4 % 2 == 0;
            bytes[i] = (byte) (opaque ? 0 : 255); // Opaque red beside transparent blue.
            bytes[i + 2] = (byte) (opaque ? 255 : 0);
            bytes[i + 3] = (byte) (opaque ? 255 : 0);
        }
        byte[] half = resampler.resize(source, Region.all(source), 32, 32).array();
        for (int i = 0; i < half.length; i += 4) {
            assertThat(half[i] & 0xFF).isZero();
            assertThat(half[i + 2] & 0xFF).isGreaterThan(250);
            assertThat(half[i + 3] & 0xFF).isBetween(90, 165);
        }
    }

    @ParameterizedTest
    @MethodSource("resamplers")
    @DisplayName("a zone plate does not alias: rings too fine for the output are even grey")
    void zonePlate(Resampler resampler) {
        Pixels plate = Drawn.zonePlate(512);
        Pixels small = resampler.resize(plate, Region.all(plate), 128, 128);
        // The rings of the plate reach the finest of the output at a quarter of the way from its centre to its edge.
        for (int x = 0; x < 128; x++) {
            for (int y = 0; y < 128; y++) {
                if (Math.hypot(x - 64, y - 64) > 30) {
                    assertThat(Drawn.light(small, x, y)).isCloseTo(127.5, within(16.0));
                }
            }
        }
    }

    @Test
    @DisplayName("by way of twice the size gives the same to the eye")
    void twoSteps() {
        Pixels source = BufferedPixels.ofImage(Drawn.photograph(1200, 900));
        Pixels direct = VECTOR.resize(source, Region.all(source), 300, 225);
        Pixels half = VECTOR.resize(source, Region.all(source), 600, 450);
        assertThat(Drawn.similarity(direct, VECTOR.resize(half, Region.all(half), 300, 225)))
                .isGreaterThan(0.99);
    }

    @ParameterizedTest
    @CsvSource({"1500, 450, 24, 7, 3", "450, 1500, 10, 33, 4", "2500, 40, 50, 40, 3", "400, 401, 1, 1, 4"})
    @DisplayName("I11 to a small part, an average comes first, and it shows nowhere")
    void verySmall(int width, int height, int toWidth, int toHeight, int channels) {
        Pixels source = Pixels.blank(width, height, channels);
        byte[] bytes = source.array();
        for (int i = 0; i < bytes.length; i += channels) {
            int x = i / channels % width;
            int y = i / channels / width;
            bytes[i] = (byte) (x * 255 / width);
            bytes[i + 1] = (byte) (y * 255 / height);
            bytes[i + 2] = (byte) ((x / 7 + y / 5) % 2 * 255);
            if (channels == 4) {
                bytes[i + 3] = (byte) (128 + x * 127 / width);
            }
        }
        Pixels direct = reference(source, toWidth, toHeight);
        assertThat(furthest(direct, VECTOR.resize(source, Region.all(source), toWidth, toHeight)))
                .isLessThanOrEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource({"0.3", "2", "8", "40", "100"})
    @DisplayName("a blur keeps the brightness and takes away detail")
    void blur(double sigma) {
        Pixels source = noise(160, 120, 3);
        Pixels blurred = VECTOR.blur(source, sigma);
        assertThat(mean(blurred)).isCloseTo(mean(source), within(2.0));
        if (sigma > 1) {
            assertThat(deviation(blurred)).isLessThan(deviation(source) / 4);
        }
    }

    private static double mean(Pixels pixels) {
        double sum = 0;
        for (byte value : pixels.array()) {
            sum += value & 0xFF;
        }
        return sum / pixels.array().length;
    }

    private static double deviation(Pixels pixels) {
        double mean = mean(pixels);
        double sum = 0;
        for (byte value : pixels.array()) {
            sum += Math.pow((value & 0xFF) - mean, 2);
        }
        return Math.sqrt(sum / pixels.array().length);
    }

    @Test
    @DisplayName("the build tests the vectors, not the plain loops twice")
    void vectorsAreThere() {
        assertThat(Kernel.best().getClass().getSimpleName()).isEqualTo("VectorKernel");
    }
}
