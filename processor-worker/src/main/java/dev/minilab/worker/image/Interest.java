package dev.minilab.worker.image;

import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.worker.codec.Pixels;
import java.util.function.IntToDoubleFunction;

/// Finds the part of an image that is worth keeping when it is cropped.
///
/// Looks at a small copy. `entropy` takes the part whose brightness holds the most information (Shannon, over a
/// histogram); `attention` the part with the most edges, skin tones and saturated colours, the middle weighing a
/// little more. Deterministic.
final class Interest {

    /// The longer side of the copy that is looked at, in pixels.
    static final int SIDE = 128;

    private static final int BINS = 64;

    private final int width;
    private final int height;
    private final int[] bins;
    private final double[] salience;

    /// @param small an upright copy of the image
    Interest(Pixels small) {
        width = small.width();
        height = small.height();
        bins = new int[width * height];
        salience = new double[width * height];
        look(small);
    }

    /// The middle of the best part, which has these fractions of the image's width and height.
    Position find(OutputSpec.Interest interest, double partWidth, double partHeight) {
        int w = Math.clamp(Math.round(partWidth * width), 1, width);
        int h = Math.clamp(Math.round(partHeight * height), 1, height);
        boolean entropy = interest == OutputSpec.Interest.ENTROPY;
        // A crop to a ratio moves along one side only; where both are free, one after the other is good enough.
        int x = best(width - w, at -> entropy ? entropy(at, 0, w, height) : attention(at, 0, w, height));
        int y = best(height - h, at -> entropy ? entropy(x, at, w, h) : attention(x, at, w, h));
        return new Position(Math.clamp((x + w / 2.0) / width, 0.0, 1.0), Math.clamp((y + h / 2.0) / height, 0.0, 1.0));
    }

    /// The place with the highest score, and of equal ones the one nearest to the middle.
    private static int best(int last, IntToDoubleFunction score) {
        int best = last / 2;
        double highest = score.applyAsDouble(best);
        for (int step = 1; step <= last; step++) {
            for (int at : new int[] {last / 2 - step, last / 2 + step}) {
                if (at >= 0 && at <= last && score.applyAsDouble(at) > highest * (1 + 1e-9)) {
                    best = at;
                    highest = score.applyAsDouble(at);
                }
            }
        }
        return best;
    }

    private double entropy(int x, int y, int w, int h) {
        int[] histogram = new int[BINS];
        for (int row = y; row < y + h; row++) {
            for (int at = row * width + x; at < row * width + x + w; at++) {
                histogram[bins[at]]++;
            }
        }
        double entropy = 0;
        for (int count : histogram) {
            if (count > 0) {
                double share = (double) count / (w * h);
                entropy -= share * Math.log(share);
            }
        }
        return entropy;
    }

    private double attention(int x, int y, int w, int h) {
        double sum = 0;
        for (int row = y; row < y + h; row++) {
            for (int column = x; column < x + w; column++) {
                double dx = (column - x + 0.5) / w - 0.5;
                double dy = (row - y + 0.5) / h - 0.5;
                sum += salience[row * width + column] * (1.25 - dx * dx - dy * dy);
            }
        }
        return sum;
    }

    private void look(Pixels small) {
        byte[] bytes = small.array();
        double[] light = new double[width * height];
        for (int i = 0, at = 0; i < light.length; i++, at += small.channels()) {
            double opacity = small.hasAlpha() ? (bytes[at + 3] & 0xFF) / 255.0 : 1;
            double blue = (bytes[at] & 0xFF) * opacity / 255;
            double green = (bytes[at + 1] & 0xFF) * opacity / 255;
            double red = (bytes[at + 2] & 0xFF) * opacity / 255;
            light[i] = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
            bins[i] = (int) Math.min(BINS - 1, light[i] * BINS);
            salience[i] = 0.6 * skin(red, green, blue, light[i]) + 0.3 * saturation(red, green, blue, light[i]);
        }
        for (int y = 1; y < height - 1; y++) {
            for (int x = 1; x < width - 1; x++) {
                int i = y * width + x;
                double edge = 4 * light[i] - light[i - 1] - light[i + 1] - light[i - width] - light[i + width];
                salience[i] += 2 * Math.abs(edge);
            }
        }
    }

    /// Nearness to the hue of human skin, which is much the same for all people: what differs is its lightness.
    private static double skin(double red, double green, double blue, double light) {
        double length = Math.sqrt(red * red + green * green + blue * blue);
        if (length < 0.15 || light < 0.1 || light > 0.95) {
            return 0;
        }
        double cosine = (0.78 * red + 0.57 * green + 0.44 * blue)
                / (length * Math.sqrt(0.78 * 0.78 + 0.57 * 0.57 + 0.44 * 0.44));
        return Math.max(0, (cosine - 0.985) / 0.015);
    }

    private static double saturation(double red, double green, double blue, double light) {
        double most = Math.max(red, Math.max(green, blue));
        double least = Math.min(red, Math.min(green, blue));
        return light > 0.05 && light < 0.95 && most > 0 ? Math.max(0, (most - least) / most - 0.4) : 0;
    }
}
