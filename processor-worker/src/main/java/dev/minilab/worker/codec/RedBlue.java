package dev.minilab.worker.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// Between libraries that begin a pixel with red and those that begin it with blue.
final class RedBlue {

    /// A whole number of pixels of three and of four channels, and small enough for the processor's nearest cache.
    private static final int BLOCK = 12 * 1024;

    private RedBlue() {}

    /// Copies 8-bit pixels with their first and third channel exchanged. Source and target may be the same memory.
    static void swap(MemorySegment from, MemorySegment to, int channels) {
        byte[] block = new byte[BLOCK];
        for (long at = 0; at < from.byteSize(); at += BLOCK) {
            int length = (int) Math.min(BLOCK, from.byteSize() - at);
            MemorySegment.copy(from, JAVA_BYTE, at, block, 0, length);
            for (int i = 0; i + 2 < length; i += channels) {
                byte first = block[i];
                block[i] = block[i + 2];
                block[i + 2] = first;
            }
            MemorySegment.copy(block, 0, to, JAVA_BYTE, at, length);
        }
    }
}
