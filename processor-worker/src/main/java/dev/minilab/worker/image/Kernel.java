package dev.minilab.worker.image;

/// The inner loops of [Resampler], over lines of floats from 0 to 255. Stateless.
///
/// Lines have [#PADDING] floats of room behind their end, which may be read and written.
interface Kernel {

    int PADDING = 64;

    /// How many lines are worked on together.
    int ROWS = 4;

    /// Bytes to floats; with four channels the colours are multiplied by alpha.
    void load(byte[] bytes, float[] line, int channels);

    /// `ROWS` lines, each a weighted sum of the first `count` others: for the line `r`, `lines[k]` weighs
    /// `weights[k * ROWS + r]`.
    void vertical(float[][] lines, float[] weights, int count, float[][] out, int length);

    /// `ROWS` lines, each made of one other.
    void horizontal(float[][] lines, Weights weights, float[][] out);

    /// Floats to bytes, rounded and kept within 0 to 255; with four channels the colours are divided by alpha.
    void store(float[] line, byte[] bytes, int at, int length, int channels);

    /// The form in which this kernel wants the weights of [#horizontal].
    Weights prepare(Taps taps, int channels);

    /// Weights for lines of interleaved channels.
    ///
    /// @param weights for each pixel, `count` groups of `step`
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Weights(int[] start, float[] weights, int count, int step, int channels) {}

    /// The fastest one that this process can run: the Vector API needs a module that is added on the command line.
    static Kernel best() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return new PlainKernel();
        }
        try { // By its name, because it is compiled apart: see pom.xml.
            Class<?> vector = Class.forName(Kernel.class.getPackageName() + ".VectorKernel");
            return (Kernel) vector.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the build left out VectorKernel", e);
        }
    }
}
