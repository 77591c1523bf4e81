package dev.minilab.worker.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// One image in memory: 8 bits a channel, interleaved as blue, green, red and, with four channels, alpha that is
/// not multiplied into the others. Rows follow each other from the top without padding.
///
/// The memory is the heap's or a library's; [#close] gives the latter back. Used by one thread.
public final class Pixels implements AutoCloseable {

    private final MemorySegment data;
    private final int width;
    private final int height;
    private final int channels;
    private final Runnable release;

    /// @param data exactly `width * height * channels` bytes
    /// @param release gives `data` back; run once, by [#close]
    public Pixels(MemorySegment data, int width, int height, int channels, Runnable release) {
        if (channels != 3 && channels != 4) {
            throw new IllegalArgumentException("channels are 3 or 4");
        }
        if (width < 1 || height < 1 || data.byteSize() != Math.multiplyFull(width, height) * channels) {
            throw new IllegalArgumentException(
                    "%d x %d x %d pixels in %d bytes".formatted(width, height, channels, data.byteSize()));
        }
        this.data = data;
        this.width = width;
        this.height = height;
        this.channels = channels;
        this.release = release;
    }

    /// Pixels on the heap; the array is not copied.
    public static Pixels of(byte[] data, int width, int height, int channels) {
        return new Pixels(MemorySegment.ofArray(data), width, height, channels, () -> {});
    }

    /// Transparent black, or black without alpha, on the heap.
    public static Pixels blank(int width, int height, int channels) {
        return of(new byte[Math.multiplyExact(Math.multiplyExact(width, height), channels)], width, height, channels);
    }

    public MemorySegment data() {
        return data;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    public int channels() {
        return channels;
    }

    public boolean hasAlpha() {
        return channels == 4;
    }

    /// The bytes as an array: the very one they lie in if they are on the heap, a copy otherwise.
    public byte[] array() {
        return data.heapBase().orElse(null) instanceof byte[] array && array.length == data.byteSize()
                ? array
                : data.toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
        release.run();
    }
}
