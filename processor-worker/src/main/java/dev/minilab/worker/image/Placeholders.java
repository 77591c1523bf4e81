package dev.minilab.worker.image;

import dev.minilab.job.Placeholder;
import dev.minilab.worker.codec.Pixels;
import java.util.Base64;

/// What a page shows before an image has loaded.
public final class Placeholders {

    /// The largest image that a ThumbHash is defined for.
    private static final int SIDE = 100;

    /// Bits of each channel that tell colours apart when they are counted.
    private static final int BITS = 3;

    private Placeholders() {}

    /// The ThumbHash in base64 with padding, and the dominant colour: the mean of the most frequent kind of colour,
    /// black for an image that is transparent throughout. Pixels are in sRGB; large images are averaged down first.
    public static Placeholder of(Pixels pixels) {
        SmallImage image = SmallImage.of(pixels, SIDE);
        return new Placeholder(Base64.getEncoder().encodeToString(ThumbHash.of(image)), dominant(image));
    }

    /// A histogram of 8 levels a channel, in which every pixel counts by its alpha.
    private static String dominant(SmallImage image) {
        double[][] sums = new double[1 << (3 * BITS)][4];
        double[] most = sums[0];
        for (int i = 0; i < image.rgba().length; i += 4) {
            double[] sum = sums[bin(image.rgba(), i)];
            for (int channel = 0; channel < 4; channel++) {
                sum[channel] += image.rgba()[i + channel];
            }
            most = sum[3] > most[3] ? sum : most;
        }
        return "#%02x%02x%02x".formatted(level(most, 0), level(most, 1), level(most, 2));
    }

    private static int bin(double[] rgba, int at) {
        int bin = 0;
        for (int channel = 0; channel < 3; channel++) {
            double value = rgba[at + 3] > 0 ? rgba[at + channel] / rgba[at + 3] : 0;
            bin = bin << BITS | Math.min((1 << BITS) - 1, (int) (value * (1 << BITS)));
        }
        return bin;
    }

    private static long level(double[] sum, int channel) {
        return sum[3] > 0 ? Math.round(255 * sum[channel] / sum[3]) : 0;
    }
}
