package dev.minilab.worker.image;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The same loops with the Vector API (JEP 508), several times as fast as what the compiler makes of plain ones.
///
/// Vertically, lines are summed in vectors as wide as the machine has. Horizontally, one vector holds two
/// neighbouring pixels, whose sums are added at the end.
final class VectorKernel implements Kernel {

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

    private static final VectorShuffle<Float> ALPHA = VectorShuffle.fromOp(FLOATS, lane -> lane | 3);
    private static final VectorMask<Float> COLOURS = VectorMask.fromLong(FLOATS, 0x7777_7777_7777_7777L);

    /// Two neighbouring pixels, or one where vectors are short. Wider ones lie across two lines of the cache too
    /// often.
    private static final VectorSpecies<Float> PIXELS = LANES < 8 ? FloatVector.SPECIES_128 : FloatVector.SPECIES_256;

    private static final VectorSpecies<Float> PIXEL = FloatVector.SPECIES_128;
    private static final int GROUP = PIXELS.length() / PIXEL.length();
    private static final VectorShuffle<Float> SECOND_OF_3 = second(3);
    private static final VectorShuffle<Float> SECOND_OF_4 = second(4);

    /// Added to a float of less than a few millions, this leaves the nearest whole number in the lowest bits, at a
    /// fraction of what a conversion costs that minds infinity and its like.
    private static final float ROUND = 0x1.8p23f;

    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

    private static VectorShuffle<Float> second(int channels) {
        return VectorShuffle.fromOp(PIXELS, lane -> Math.min(PIXELS.length() - 1, lane + channels));
    }

    @Override
    public void load(byte[] bytes, float[] line, int channels) {
        int i = 0;
        for (; i <= bytes.length - BYTES.length(); i += LANES) {
            IntVector ints = (IntVector)
                    ByteVector.fromArray(BYTES, bytes, i).convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
            FloatVector floats = (FloatVector) ints.convert(VectorOperators.I2F, 0);
            if (channels == 4) {
                floats = floats.mul(floats.rearrange(ALPHA).mul(1 / 255f), COLOURS);
            }
            floats.intoArray(line, i);
        }
        for (; i < bytes.length; i++) {
            float value = bytes[i] & 0xFF;
            line[i] = channels == 4 && (i & 3) != 3 ? value * ((bytes[i | 3] & 0xFF) * (1 / 255f)) : value;
        }
    }

    /// Every line is read once for all sums that it has a part in. The first lines have none in the lower two sums,
    /// the last ones none in the upper two.
    @Override
    public void vertical(float[][] lines, float[] weights, int count, float[][] out, int length) {
        int lowerFrom = 0;
        while (lowerFrom < count && weights[lowerFrom * ROWS + 2] == 0 && weights[lowerFrom * ROWS + 3] == 0) {
            lowerFrom++;
        }
        int upperTo = count;
        while (upperTo > lowerFrom && weights[(upperTo - 1) * ROWS] == 0 && weights[(upperTo - 1) * ROWS + 1] == 0) {
            upperTo--;
        }
        float[] out0 = out[0];
        float[] out1 = out[1];
        float[] out2 = out[2];
        float[] out3 = out[3];
        for (int i = 0; i < length; i += 2 * LANES) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector c0 = a0;
            FloatVector c1 = a0;
            FloatVector d0 = a0;
            FloatVector d1 = a0;
            int k = 0;
            for (; k < lowerFrom; k++) {
                FloatVector left = FloatVector.fromArray(FLOATS, lines[k], i);
                FloatVector right = FloatVector.fromArray(FLOATS, lines[k], i + LANES);
                FloatVector a = FloatVector.broadcast(FLOATS, weights[k * ROWS]);
                a0 = left.fma(a, a0);
                a1 = right.fma(a, a1);
                FloatVector b = FloatVector.broadcast(FLOATS, weights[k * ROWS + 1]);
                b0 = left.fma(b, b0);
                b1 = right.fma(b, b1);
            }
            for (; k < upperTo; k++) {
                FloatVector left = FloatVector.fromArray(FLOATS, lines[k], i);
                FloatVector right = FloatVector.fromArray(FLOATS, lines[k], i + LANES);
                FloatVector a = FloatVector.broadcast(FLOATS, weights[k * ROWS]);
                a0 = left.fma(a, a0);
                a1 = right.fma(a, a1);
                FloatVector b = FloatVector.broadcast(FLOATS, weights[k * ROWS + 1]);
                b0 = left.fma(b, b0);
                b1 = right.fma(b, b1);
                FloatVector c = FloatVector.broadcast(FLOATS, weights[k * ROWS + 2]);
                c0 = left.fma(c, c0);
                c1 = right.fma(c, c1);
                FloatVector d = FloatVector.broadcast(FLOATS, weights[k * ROWS + 3]);
                d0 = left.fma(d, d0);
                d1 = right.fma(d, d1);
            }
            for (; k < count; k++) {
                FloatVector left = FloatVector.fromArray(FLOATS, lines[k], i);
                FloatVector right = FloatVector.fromArray(FLOATS, lines[k], i + LANES);
                FloatVector c = FloatVector.broadcast(FLOATS, weights[k * ROWS + 2]);
                c0 = left.fma(c, c0);
                c1 = right.fma(c, c1);
                FloatVector d = FloatVector.broadcast(FLOATS, weights[k * ROWS + 3]);
                d0 = left.fma(d, d0);
                d1 = right.fma(d, d1);
            }
            a0.intoArray(out0, i);
            a1.intoArray(out0, i + LANES);
            b0.intoArray(out1, i);
            b1.intoArray(out1, i + LANES);
            c0.intoArray(out2, i);
            c1.intoArray(out2, i + LANES);
            d0.intoArray(out3, i);
            d1.intoArray(out3, i + LANES);
        }
    }

    /// The inner loop runs a few times only. That its step is no constant keeps the compiler from unrolling it, which
    /// would cost more than it saves.
    @Override
    public void horizontal(float[][] lines, Weights weights, float[][] out) {
        int[] start = weights.start();
        float[] w = weights.weights();
        int channels = weights.channels();
        int step = weights.step();
        int length = weights.count() * step;
        int ahead = GROUP * channels;
        VectorShuffle<Float> second = channels == 4 ? SECOND_OF_4 : SECOND_OF_3;
        float[] line0 = lines[0];
        float[] line1 = lines[1];
        float[] line2 = lines[2];
        float[] line3 = lines[3];
        float[] out0 = out[0];
        float[] out1 = out[1];
        float[] out2 = out[2];
        float[] out3 = out[3];
        for (int x = 0, at = 0; x < start.length; x++) {
            int from = start[x] * channels;
            FloatVector a = FloatVector.zero(PIXELS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int end = at + length; at < end; at += step) {
                FloatVector weight = FloatVector.fromArray(PIXELS, w, at);
                a = FloatVector.fromArray(PIXELS, line0, from).fma(weight, a);
                b = FloatVector.fromArray(PIXELS, line1, from).fma(weight, b);
                c = FloatVector.fromArray(PIXELS, line2, from).fma(weight, c);
                d = FloatVector.fromArray(PIXELS, line3, from).fma(weight, d);
                from += ahead;
            }
            int to = x * channels;
            folded(a, second).intoArray(out0, to);
            folded(b, second).intoArray(out1, to);
            folded(c, second).intoArray(out2, to);
            folded(d, second).intoArray(out3, to);
        }
    }

    private static FloatVector folded(FloatVector sum, VectorShuffle<Float> second) {
        return GROUP == 1 ? sum : first(sum).add(first(sum.rearrange(second)));
    }

    private static FloatVector first(FloatVector pixels) {
        return (FloatVector) pixels.reinterpretShape(PIXEL, 0);
    }

    @Override
    public void store(float[] line, byte[] bytes, int at, int length, int channels) {
        int i = 0;
        for (; i <= length - LANES && at + i <= bytes.length - BYTES.length(); i += LANES) {
            FloatVector floats = FloatVector.fromArray(FLOATS, line, i);
            if (channels == 4) {
                FloatVector alpha = floats.rearrange(ALPHA).min(255f);
                VectorMask<Float> seen = alpha.compare(VectorOperators.GE, 0.5f);
                FloatVector factor = FloatVector.zero(FLOATS).add(255f, seen).div(alpha.max(0.5f));
                floats = floats.mul(factor, COLOURS);
            }
            IntVector ints =
                    floats.add(ROUND).reinterpretAsInts().sub(ROUND_BITS).max(0).min(255);
            ((ByteVector) ints.convertShape(VectorOperators.I2B, BYTES, 0)).intoArray(bytes, at + i);
        }
        for (; i < length; i++) {
            float factor = 1;
            if (channels == 4 && (i & 3) != 3) {
                float alpha = Math.min(line[i | 3], 255f);
                factor = alpha < 0.5f ? 0 : 255f / alpha;
            }
            bytes[at + i] = (byte) (int) Math.clamp(Math.rint(line[i] * factor), 0, 255);
        }
    }

    /// Each weight once for every channel, so that one vector multiplies a whole group of pixels.
    @Override
    public Weights prepare(Taps taps, int channels) {
        int groups = (taps.count() + GROUP - 1) / GROUP;
        float[] spread = new float[taps.size() * groups * PIXELS.length()];
        for (int x = 0; x < taps.size(); x++) {
            for (int k = 0; k < taps.count(); k++) {
                int at = (x * groups + k / GROUP) * PIXELS.length() + k % GROUP * channels;
                Arrays.fill(spread, at, at + channels, taps.weights()[x * taps.count() + k]);
            }
        }
        return new Weights(taps.start(), spread, groups, PIXELS.length(), channels);
    }
}
