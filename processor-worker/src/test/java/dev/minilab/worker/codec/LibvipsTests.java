package dev.minilab.worker.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ImageFormat;
import dev.minilab.worker.codec.Codec.Need;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;

/// What the tests of [LibvipsCodec] share: the codec itself, if it is there, and pictures drawn for it.
abstract class LibvipsTests {

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

    static final int WIDTH = 96;
    static final int HEIGHT = 64;

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

    static Picture decode(byte[] file, ImageFormat format) throws RenderException {
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

    static void assertClose(Pixels actual, Pixels expected, double mean) {
        assertThat(actual.width()).isEqualTo(expected.width());
        assertThat(actual.height()).isEqualTo(expected.height());
        assertThat(difference(actual, expected)).isLessThanOrEqualTo(mean);
    }

    /// The mean difference of a channel, alpha left out; what is transparent has no colour.
    static double difference(Pixels actual, Pixels expected) {
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
}
