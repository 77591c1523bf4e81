package dev.minilab.worker.image;

import java.util.function.DoubleUnaryOperator;

/// How every sample of a line is made of samples of another: from `start[i]` on, `count` of them, weighted.
///
/// The weights of one sample add up to 1, at the edges too. Immutable by convention: nobody writes into the arrays.
///
/// @param weights `count` for each sample, one after the other
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Taps(int[] start, float[] weights, int count) {

    private static final double LOBES = 3;

    int size() {
        return start.length;
    }

    /// Lanczos with three lobes, made wider by the factor that the line is made shorter by.
    ///
    /// @param from where the part of the input line begins that is kept
    /// @param length how long that part is; neither need be whole
    /// @param input how many samples the input line has
    static Taps lanczos(int input, double from, double length, int output) {
        double scale = length / output;
        double stretch = Math.max(1, scale);
        return of(input, from, scale, output, LOBES * stretch, x -> lanczos(x / stretch));
    }

    /// A Gaussian over a line that keeps its length.
    static Taps gaussian(int size, double sigma) {
        return of(size, 0, 1, size, Math.ceil(3 * sigma), x -> Math.exp(-x * x / (2 * sigma * sigma)));
    }

    /// Neither reaches beyond the part that is kept: what is cropped away does not shine in.
    private static Taps of(int input, double from, double scale, int output, double reach, DoubleUnaryOperator weight) {
        int first = Math.clamp((long) Math.floor(from), 0, input - 1);
        int end = Math.clamp((long) Math.ceil(from + scale * output), first + 1, input);
        int count = (int) Math.min(Math.floor(2 * reach) + 1, end - first);
        int[] start = new int[output];
        float[] weights = new float[Math.multiplyExact(output, count)];
        for (int i = 0; i < output; i++) {
            double centre = from + (i + 0.5) * scale;
            start[i] = Math.clamp((long) Math.ceil(centre - reach - 0.5), first, end - count);
            weigh(weights, i * count, count, start[i] + 0.5 - centre, reach, weight);
        }
        return new Taps(start, weights, count);
    }

    private static void weigh(
            float[] weights, int at, int count, double first, double reach, DoubleUnaryOperator weight) {
        double[] raw = new double[count];
        double sum = 0;
        for (int k = 0; k < count; k++) {
            raw[k] = Math.abs(first + k) < reach ? weight.applyAsDouble(first + k) : 0;
            sum += raw[k];
        }
        if (Math.abs(sum) < 1e-6) { // No sample lies within reach: take the nearest.
            int nearest = (int) Math.clamp(Math.round(-first), 0L, count - 1L);
            raw[nearest] = 1;
            sum = 1;
        }
        for (int k = 0; k < count; k++) {
            weights[at + k] = (float) (raw[k] / sum);
        }
    }

    private static double lanczos(double x) {
        if (x == 0) {
            return 1;
        }
        double pi = Math.PI * x;
        double sine = Math.sin(pi / LOBES);
        return LOBES * (3 - 4 * sine * sine) * sine * sine / (pi * pi); // sin 3t = 3 sin t - 4 sin³ t
    }
}
