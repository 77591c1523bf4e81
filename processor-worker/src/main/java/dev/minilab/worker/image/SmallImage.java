package dev.minilab.worker.image;

import dev.minilab.worker.codec.Pixels;

/// An image scaled down to a side, in numbers: red, green and blue multiplied by alpha, and alpha, from 0 to 1,
/// interleaved.
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record SmallImage(int width, int height, double[] rgba) {

    /// Averages the boxes of pixels that fall on one of the result; what is small enough stays as it is. The ratio
    /// of the sides stays, but none is shorter than a pixel.
    static SmallImage of(Pixels pixels, int side) {
        int longest = Math.max(pixels.width(), pixels.height());
        int width = scaled(pixels.width(), side, longest);
        int height = scaled(pixels.height(), side, longest);
        double[] rgba = new double[4 * width * height];
        byte[] bytes = pixels.array();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                average(
                        pixels,
                        bytes,
                        box(x, width, pixels.width()),
                        box(y, height, pixels.height()),
                        rgba,
                        4 * (y * width + x));
            }
        }
        return new SmallImage(width, height, rgba);
    }

    /// From the first pixel to before the last, along one side.
    private record Box(int from, int to) {}

    private static int scaled(int length, int side, int longest) {
        return longest <= side ? length : Math.max(1, (int) Math.round((double) length * side / longest));
    }

    private static Box box(int index, int count, int length) {
        return new Box((int) ((long) index * length / count), (int) ((index + 1L) * length / count));
    }

    private static void average(Pixels pixels, byte[] bytes, Box columns, Box rows, double[] rgba, int to) {
        int channels = pixels.channels();
        long blue = 0;
        long green = 0;
        long red = 0;
        long alpha = 0;
        for (int y = rows.from(); y < rows.to(); y++) {
            int at = (y * pixels.width() + columns.from()) * channels;
            for (int x = columns.from(); x < columns.to(); x++, at += channels) {
                long a = channels == 4 ? bytes[at + 3] & 0xFF : 255;
                blue += (bytes[at] & 0xFF) * a;
                green += (bytes[at + 1] & 0xFF) * a;
                red += (bytes[at + 2] & 0xFF) * a;
                alpha += a;
            }
        }
        double full = 255.0 * (columns.to() - columns.from()) * (rows.to() - rows.from());
        rgba[to] = red / full / 255;
        rgba[to + 1] = green / full / 255;
        rgba[to + 2] = blue / full / 255;
        rgba[to + 3] = alpha / full;
    }

    /// The sum of alpha over all pixels.
    double opacity() {
        return sum(3);
    }

    private double sum(int channel) {
        double sum = 0;
        for (int i = channel; i < rgba.length; i += 4) {
            sum += rgba[i];
        }
        return sum;
    }

    /// Luminance, yellow minus blue, red minus green, and alpha, of all pixels laid over the mean colour of the
    /// image.
    double[][] opponents() {
        double opacity = opacity();
        double[] mean = new double[3];
        for (int i = 0; i < 3; i++) {
            mean[i] = opacity > 0 ? sum(i) / opacity : 0;
        }
        double[][] channels = new double[4][width * height];
        for (int i = 0; i < width * height; i++) {
            double alpha = rgba[4 * i + 3];
            double red = mean[0] * (1 - alpha) + rgba[4 * i];
            double green = mean[1] * (1 - alpha) + rgba[4 * i + 1];
            double blue = mean[2] * (1 - alpha) + rgba[4 * i + 2];
            channels[0][i] = (red + green + blue) / 3;
            channels[1][i] = (red + green) / 2 - blue;
            channels[2][i] = red - green;
            channels[3][i] = alpha;
        }
        return channels;
    }
}
