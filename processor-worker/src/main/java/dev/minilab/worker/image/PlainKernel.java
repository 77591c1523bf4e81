package dev.minilab.worker.image;

/// Plain loops, for processes without the Vector API.
final class PlainKernel implements Kernel {

    @Override
    public void load(byte[] bytes, float[] line, int channels) {
        for (int i = 0; i < bytes.length; i++) {
            line[i] = bytes[i] & 0xFF;
        }
        for (int i = 0; channels == 4 && i < bytes.length; i += 4) {
            float alpha = line[i + 3] * (1 / 255f);
            line[i] *= alpha;
            line[i + 1] *= alpha;
            line[i + 2] *= alpha;
        }
    }

    @Override
    public void vertical(float[][] lines, float[] weights, int count, float[][] out, int length) {
        for (int r = 0; r < ROWS; r++) {
            float[] sums = out[r];
            for (int i = 0; i < length; i++) {
                sums[i] = 0;
            }
            for (int k = 0; k < count; k++) {
                float[] line = lines[k];
                float weight = weights[k * ROWS + r];
                for (int i = 0; weight != 0 && i < length; i++) {
                    sums[i] += line[i] * weight;
                }
            }
        }
    }

    @Override
    public void horizontal(float[][] lines, Weights weights, float[][] out) {
        int channels = weights.channels();
        int count = weights.count();
        for (int r = 0; r < ROWS; r++) {
            for (int x = 0; x < weights.start().length; x++) {
                for (int c = 0; c < channels; c++) {
                    float sum = 0;
                    int from = weights.start()[x] * channels + c;
                    for (int k = 0; k < count; k++) {
                        sum += lines[r][from + k * channels] * weights.weights()[x * count + k];
                    }
                    out[r][x * channels + c] = sum;
                }
            }
        }
    }

    @Override
    public void store(float[] line, byte[] bytes, int at, int length, int channels) {
        for (int i = 0; channels == 4 && i < length; i += 4) {
            float factor = line[i + 3] < 0.5f ? 0 : 255f / Math.min(line[i + 3], 255f);
            line[i] *= factor;
            line[i + 1] *= factor;
            line[i + 2] *= factor;
        }
        for (int i = 0; i < length; i++) {
            bytes[at + i] = (byte) (int) Math.clamp(Math.rint(line[i]), 0, 255);
        }
    }

    @Override
    public Weights prepare(Taps taps, int channels) {
        return new Weights(taps.start(), taps.weights(), taps.count(), 1, channels);
    }
}
