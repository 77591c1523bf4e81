package dev.minilab.worker.image;

import java.util.ArrayList;
import java.util.List;

/// A blurred preview of an image in about 25 bytes: its ThumbHash, as <https://evanw.github.io/thumbhash/> defines
/// it.
///
/// Luminance, two differences of colour and alpha are each approximated by a few cosines a side; constant terms, the
/// largest of the others, and those others relative to it are rounded to a few bits.
final class ThumbHash {

    private static final int MAX_SIDE = 100;

    private final SmallImage image;

    /// Four bits each, the lower half of a byte first.
    private final List<Integer> nibbles = new ArrayList<>();

    private ThumbHash(SmallImage image) {
        this.image = image;
    }

    /// The hash of an image of at most 100 by 100 pixels.
    static byte[] of(SmallImage image) {
        if (image.width() > MAX_SIDE || image.height() > MAX_SIDE) {
            throw new IllegalArgumentException("larger than %1$d x %1$d".formatted(MAX_SIDE));
        }
        return new ThumbHash(image).hash();
    }

    /// The cosines of one channel: the constant one, and the magnitude of the largest other.
    private record Terms(double constant, double scale, List<Double> others) {}

    private byte[] hash() {
        boolean alpha = image.opacity() < image.width() * image.height();
        int most = alpha ? 5 : 7;
        int longest = Math.max(image.width(), image.height());
        int across = Math.max(1, (int) Math.round((double) most * image.width() / longest));
        int down = Math.max(1, (int) Math.round((double) most * image.height() / longest));
        double[][] channels = image.opponents();
        Terms luminance = terms(channels[0], Math.max(3, across), Math.max(3, down));
        Terms yellowBlue = terms(channels[1], 3, 3);
        Terms redGreen = terms(channels[2], 3, 3);

        boolean landscape = image.width() > image.height();
        write(
                bits(63, luminance.constant())
                        | signed(31.5, yellowBlue.constant()) << 6
                        | signed(31.5, redGreen.constant()) << 12
                        | bits(31, luminance.scale()) << 18
                        | (alpha ? 1 : 0) << 23,
                6);
        write(
                (landscape ? down : across)
                        | bits(63, yellowBlue.scale()) << 3
                        | bits(63, redGreen.scale()) << 9
                        | (landscape ? 1 : 0) << 15,
                4);
        if (alpha) {
            Terms opacity = terms(channels[3], 5, 5);
            write(bits(15, opacity.constant()) | bits(15, opacity.scale()) << 4, 2);
            write(luminance, yellowBlue, redGreen, opacity);
        } else {
            write(luminance, yellowBlue, redGreen);
        }
        return bytes();
    }

    /// Row by row those with `column / columns + row / rows < 1`: the upper left triangle, as fine detail is least
    /// seen.
    private Terms terms(double[] channel, int columns, int rows) {
        double constant = 0;
        double scale = 0;
        List<Double> others = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column * rows < columns * (rows - row); column++) {
                double term = term(channel, column, row);
                if (row == 0 && column == 0) {
                    constant = term;
                } else {
                    others.add(term);
                    scale = Math.max(scale, Math.abs(term));
                }
            }
        }
        return new Terms(constant, scale, others);
    }

    /// The order of operations is that of the definition, so that even what is only rounding comes out the same.
    private double term(double[] channel, int column, int row) {
        double[] across = cosines(column, image.width());
        double[] down = cosines(row, image.height());
        double sum = 0;
        for (int y = 0; y < down.length; y++) {
            for (int x = 0; x < across.length; x++) {
                sum += channel[y * across.length + x] * across[x] * down[y];
            }
        }
        return sum / channel.length;
    }

    private static double[] cosines(int frequency, int length) {
        double[] cosines = new double[length];
        for (int i = 0; i < length; i++) {
            cosines[i] = StrictMath.cos(Math.PI / length * frequency * (i + 0.5));
        }
        return cosines;
    }

    private static int bits(int most, double value) {
        return (int) Math.round(most * value);
    }

    private static int signed(double middle, double value) {
        return (int) Math.round(middle + middle * value);
    }

    private void write(int value, int count) {
        for (int i = 0; i < count; i++) {
            nibbles.add(value >>> (4 * i) & 15);
        }
    }

    private void write(Terms... channels) {
        for (Terms channel : channels) {
            for (double term : channel.others()) {
                double relative = channel.scale() == 0 ? 0 : 0.5 + 0.5 / channel.scale() * term;
                write(bits(15, relative), 1);
            }
        }
    }

    private byte[] bytes() {
        byte[] bytes = new byte[(nibbles.size() + 1) / 2];
        for (int i = 0; i < nibbles.size(); i++) {
            bytes[i / 2] |= (byte) (nibbles.get(i) << (4 * (i % 2)));
        }
        return bytes;
    }
}
