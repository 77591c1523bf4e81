package dev.minilab.inspect;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/// Reads big-endian numbers and bytes from the head of a stream, and never more than [Inspector#HEAD_LIMIT] of them.
///
/// Skips by reading: some streams skip past their end, and some lose their mark.
final class HeadReader {
    static final int PEEK_LIMIT = 4096;

    private static final int SKIP_STEP = 8192;

    private final PushbackInputStream in;
    private long left = Inspector.HEAD_LIMIT;

    HeadReader(InputStream in) {
        this.in = new PushbackInputStream(in, PEEK_LIMIT);
    }

    /// The next `size` bytes, or all that are left if fewer, to be read again afterwards.
    byte[] peek(int size) throws IOException {
        byte[] bytes = in.readNBytes(Math.toIntExact(Math.min(size, left)));
        in.unread(bytes);
        return bytes;
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

    long u32() throws IOException, InspectException {
        return (long) u16() << 16 | u16();
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

    static InspectException ended() {
        return InspectException.badHeader("The image ends within its header");
    }

    private void claim(long size) throws InspectException {
        if (size > left) {
            throw InspectException.badHeader(
                    "The image header does not end within the first %d bytes".formatted(Inspector.HEAD_LIMIT));
        }
        left -= size;
    }
}
