package dev.minilab.worker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.worker.codec.Pixels;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Colours of an ICC profile become those of sRGB")
class SrgbConversionTest {

    private static final int COLOURS = 200_000;

    static Stream<Arguments> spaces() {
        return Stream.of(
                Arguments.of("Display P3", (Supplier<byte[]>) Profiles::displayP3),
                Arguments.of("Adobe RGB", (Supplier<byte[]>) Profiles::adobeRgb),
                Arguments.of("ProPhoto", (Supplier<byte[]>) Profiles::proPhoto),
                Arguments.of("a lookup table", (Supplier<byte[]>) Profiles::lookupTable));
    }

    private static byte[] random(int bytes) {
        byte[] data = new byte[bytes];
        new Random(7).nextBytes(data);
        return data;
    }

    private static byte[] converted(byte[] profile, int channels, byte... pixels) {
        byte[] data = pixels.clone();
        SrgbConversion conversion = SrgbConversion.of(profile).orElseThrow();
        conversion.apply(Pixels.of(data, data.length / channels, 1, channels));
        return data;
    }

    /// What Java's colour management makes of the same colours.
    private static byte[] direct(byte[] profile, byte[] bgr) {
        byte[] out = new byte[bgr.length];
        var from = ICC_Profile.getInstance(profile);
        var to = ICC_Profile.getInstance(ColorSpace.CS_sRGB);
        new ColorConvertOp(new ICC_Profile[] {from, to}, null).filter(raster(bgr), raster(out));
        return out;
    }

    private static WritableRaster raster(byte[] bgr) {
        var buffer = new DataBufferByte(bgr, bgr.length);
        return Raster.createInterleavedRaster(buffer, bgr.length / 3, 1, bgr.length, 3, new int[] {2, 1, 0}, null);
    }

    private static int farthest(byte[] a, byte[] b) {
        int farthest = 0;
        for (int i = 0; i < a.length; i++) {
            farthest = Math.max(farthest, Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)));
        }
        return farthest;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spaces")
    @DisplayName("stay within two levels of Java's own conversion, over random colours but for rare ones")
    void accurate(String name, Supplier<byte[]> profile) {
        byte[] colours = random(3 * COLOURS);
        byte[] actual = converted(profile.get(), 3, colours);
        byte[] expected = direct(profile.get(), colours);
        int[] distances = IntStream.range(0, actual.length)
                .map(i -> Math.abs((actual[i] & 0xFF) - (expected[i] & 0xFF)))
                .sorted()
                .toArray();
        assertThat(distances[distances.length * 99 / 100]).isLessThanOrEqualTo(2);
        assertThat(distances[distances.length - 1]).isLessThanOrEqualTo(name.equals("a lookup table") ? 16 : 3);
        assertThat(farthest(colours, actual)).as("converted at all").isGreaterThan(20);
    }

    @Test
    @DisplayName("stay within two levels of what the definitions of Adobe RGB and ProPhoto say")
    void exact() {
        byte[] colours = random(3 * COLOURS);
        double[] adobe = {0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457};
        double[] proPhoto = {0.79767, 0.28804, 0, 0.13519, 0.71188, 0, 0.03135, 0.00008, 0.82490};
        byte[] actual = converted(Profiles.adobeRgb(), 3, colours);
        assertThat(farthest(computed(colours, 563 / 256.0, adobe), actual)).isLessThanOrEqualTo(2);
        actual = converted(Profiles.proPhoto(), 3, colours);
        assertThat(farthest(computed(colours, 461 / 256.0, proPhoto), actual)).isLessThanOrEqualTo(2);
    }

    private static byte[] computed(byte[] bgr, double gamma, double... primaries) {
        double[][] toSrgb = {
            {3.1338561, -1.6168667, -0.4906146}, {-0.9787684, 1.9161415, 0.0334540}, {0.0719453, -0.2289914, 1.4052427}
        };
        byte[] out = new byte[bgr.length];
        for (int i = 0; i < bgr.length; i += 3) {
            double[] xyz = new double[3];
            for (int channel = 0; channel < 3; channel++) {
                double light = Math.pow((bgr[i + 2 - channel] & 0xFF) / 255.0, gamma);
                for (int axis = 0; axis < 3; axis++) {
                    xyz[axis] += light * primaries[3 * channel + axis];
                }
            }
            for (int channel = 0; channel < 3; channel++) {
                double[] row = toSrgb[channel];
                double light = Math.clamp(row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2], 0, 1);
                double level = light <= 0.0031308 ? 12.92 * light : 1.055 * Math.pow(light, 1 / 2.4) - 0.055;
                out[i + 2 - channel] = (byte) Math.round(255 * level);
            }
        }
        return out;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spaces")
    @DisplayName("are looked up, not left to Java for every pixel")
    void lookedUp(String name, Supplier<byte[]> profile) {
        var kernel = Cmm.open(profile.get()).flatMap(Cmm::kernel).orElseThrow();
        assertThat(kernel).isInstanceOf(name.equals("a lookup table") ? GridTables.class : MatrixTables.class);
    }

    @Test
    @DisplayName("known answers: the green of Adobe RGB is out of reach, its grey nearly the same")
    void knownAnswers() {
        byte[] green = converted(Profiles.adobeRgb(), 3, (byte) 0, (byte) 255, (byte) 0);
        assertThat(green).containsExactly(0, 255, 0);
        byte[] grey = converted(Profiles.adobeRgb(), 3, (byte) 100, (byte) 100, (byte) 100);
        assertThat(grey[0] & 0xFF).isBetween(98, 102);
        byte[] skin = converted(Profiles.displayP3(), 3, (byte) 120, (byte) 150, (byte) 220);
        assertThat(skin[2] & 0xFF).isBetween(229, 235);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spaces")
    @DisplayName("alpha is not touched, and colours come out as without it")
    void alpha(String name, Supplier<byte[]> profile) {
        byte[] bgra = random(4 * 20_000);
        byte[] bgr = new byte[3 * 20_000];
        for (int i = 0; i < 20_000; i++) {
            System.arraycopy(bgra, 4 * i, bgr, 3 * i, 3);
        }
        byte[] expected = converted(profile.get(), 3, bgr);
        byte[] actual = converted(profile.get(), 4, bgra);
        for (int i = 0; i < 20_000; i++) {
            assertThat(actual[4 * i + 3]).isEqualTo(bgra[4 * i + 3]);
            assertThat(Arrays.copyOfRange(actual, 4 * i, 4 * i + 3))
                    .containsExactly(Arrays.copyOfRange(expected, 3 * i, 3 * i + 3));
        }
    }

    @Test
    @DisplayName("pixels outside the heap are converted where they lie")
    void offHeap() {
        byte[] colours = random(3 * 20_000);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(colours.length).copyFrom(MemorySegment.ofArray(colours));
            SrgbConversion conversion = SrgbConversion.of(Profiles.displayP3()).orElseThrow();
            conversion.apply(new Pixels(data, 200, 100, 3, () -> {}));
            byte[] expected = converted(Profiles.displayP3(), 3, colours);
            assertThat(data.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("sRGB itself needs no conversion")
    void srgb() {
        assertThat(SrgbConversion.of(Profiles.srgb())).isEmpty();
        assertThat(SrgbConversion.of(ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData()))
                .isEmpty();
    }

    @Test
    @DisplayName("a grey profile is a curve for grey pictures and leaves others alone")
    void grey() {
        byte middle = (byte) 55;
        byte[] grey = converted(Profiles.linearGrey(), 4, middle, middle, middle, (byte) 9);
        assertThat(grey[0] & 0xFF).isBetween(126, 130);
        assertThat(grey).containsExactly(grey[0], grey[0], grey[0], 9);
        assertThat(converted(Profiles.linearGrey(), 3, (byte) 1, (byte) 1, (byte) 1, (byte) 1, (byte) 2, (byte) 3))
                .containsExactly(1, 1, 1, 1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CMYK", "Lab ", "HSV ", "XYZ ", "RGB ", "GRAY", "????"})
    @DisplayName("C39 a profile of another colour space, or without what its space needs, is no conversion")
    void otherSpaces(String space) {
        assertThat(SrgbConversion.of(Profiles.ofSpace(space))).isEmpty();
    }

    @Test
    @DisplayName("C39 a profile that is too large, empty, cut or random is no conversion")
    void unusable() {
        byte[] profile = Profiles.displayP3();
        assertThat(SrgbConversion.of(Arrays.copyOf(profile, SrgbConversion.MAX_PROFILE + 1)))
                .isEmpty();
        assertThat(SrgbConversion.of(random(5_000))).isEmpty();
        for (int length = 0; length < profile.length; length += 37) {
            assertThat(SrgbConversion.of(Arrays.copyOf(profile, length))).isEmpty();
        }
    }

    @Test
    @DisplayName("C39 no damaged profile lets anything escape")
    void damaged() {
        Random random = new Random(11);
        int usable = 0;
        for (int i = 0; i < 100; i++) {
            byte[] profile = (i % 2 == 0 ? Profiles.adobeRgb() : Profiles.lookupTable()).clone();
            for (int hits = 0; hits < 3; hits++) {
                profile[random.nextInt(Math.min(profile.length, 400))] = (byte) random.nextInt();
            }
            var conversion = SrgbConversion.of(profile);
            conversion.ifPresent(c -> c.apply(Pixels.of(random(300), 10, 10, 3)));
            usable += conversion.isPresent() ? 1 : 0;
        }
        assertThat(usable).isBetween(1, 99);
    }

    @Test
    @DisplayName("the conversion of a profile is made once while it is among the last eight")
    void cached() {
        SrgbConversion first = SrgbConversion.of(Profiles.displayP3()).orElseThrow();
        assertThat(SrgbConversion.of(Profiles.displayP3())).containsSame(first);
        for (int i = 0; i < 8; i++) {
            SrgbConversion.of(new byte[] {(byte) i});
        }
        assertThat(SrgbConversion.of(Profiles.displayP3()).orElseThrow()).isNotSameAs(first);
    }
}
