package dev.minilab.inspect;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;

/// Reads numbers and bytes forwards: from the head of a stream, never more than [Inspector#HEAD_LIMIT] of it, or
/// from a whole file in memory.
///
/// Numbers are big-endian unless their name ends in `le`. Skips by reading: some streams skip past their end, and
/// some lose their mark. For one thread.
final class HeadReader {
    static final int PEEK_LIMIT = 4096;

    private static final int SKIP_STEP = 8192;

    private final PushbackInputStream in;
    private final long limit;
    private final boolean whole;
    private byte[] start;
    private long position;
    private boolean limitReached;
    private boolean ended;

    private HeadReader(InputStream in, long limit, boolean whole, byte[] start) {
        this.in = new PushbackInputStream(in, PEEK_LIMIT);
        this.limit = limit;
        this.whole = whole;
        this.start = start;
    }

    static HeadReader ofHead(InputStream in) {
        return new HeadReader(in, Inspector.HEAD_LIMIT, false, new byte[0]);
    }

    static HeadReader ofWhole(byte[] file) {
        return new HeadReader(new ByteArrayInputStream(file), Long.MAX_VALUE, true, file);
    }

    /// How many bytes were read.
    long position() {
        return position;
    }

    /// Whether reading failed because the rest lies beyond the head.
    boolean limitReached() {
        return limitReached;
    }

    /// Whether reading failed because there is no more, in the head or at all.
    boolean exhausted() {
        return limitReached || ended;
    }

    /// The next `size` bytes, or all that are left if fewer, to be read again afterwards.
    byte[] peek(int size) throws IOException {
        byte[] bytes = in.readNBytes(Math.toIntExact(Math.min(size, limit - position)));
        in.unread(bytes);
        return bytes;
    }

    /// The file from its very start to `end` at least, for formats that point back and forth. No other method may
    /// be used before or after.
    ByteBuffer upTo(long end) throws IOException, InspectException {
        if (end > start.length) {
            if (whole) {
                throw ended();
            }
            claim(end - start.length);
            byte[] more = exactly((int) end - start.length);
            start = ByteBuffer.allocate((int) end).put(start).put(more).array();
        }
        return ByteBuffer.wrap(start);
    }

    int u8() throws IOException, InspectException {
        claim(1);
        int value = in.read();
        if (value < 0) {
            throw ended();
        }
        return value;
    }

    int u16() throws IOException, InspectException {
        return u8() << 8 | u8();
    }

    int u16le() throws IOException, InspectException {
        return u8() | u8() << 8;
    }

    int u24le() throws IOException, InspectException {
        return u16le() | u8() << 16;
    }

    long u32() throws IOException, InspectException {
        return (long) u16() << 16 | u16();
    }

    long u32le() throws IOException, InspectException {
        return u16le() | (long) u16le() << 16;
    }

    byte[] bytes(int size) throws IOException, InspectException {
        claim(size);
        return exactly(size);
    }

    void skip(long size) throws IOException, InspectException {
        claim(size);
        for (long rest = size; rest > 0; rest -= SKIP_STEP) {
            exactly((int) Math.min(rest, SKIP_STEP));
        }
    }

    /// `readNBytes` allocates as bytes arrive: a lie about the size costs one small buffer.
    private byte[] exactly(int size) throws IOException, InspectException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw ended();
        }
        return bytes;
    }

    private InspectException ended() {
        ended = true;
        return endedWithin();
    }

    static InspectException endedWithin() {
        return InspectException.badHeader("The image ends within its header");
    }

    private void claim(long size) throws InspectException {
        if (size > limit - position && whole) {
            throw ended();
        }
        if (size > limit - position) {
            limitReached = true;
            throw InspectException.badHeader(
                    "The image header does not end within the first %d bytes".formatted(Inspector.HEAD_LIMIT));
        }
        position += size;
    }
}
