package dev.minilab.inspect;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

/// Fails the test when more than the head limit is read, or when bytes are skipped or the mark is touched.
final class LimitedStream extends InputStream {
    private final ByteArrayInputStream in;
    private int total;

    LimitedStream(byte[] bytes) {
        in = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() {
        int value = in.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int size = in.read(into, offset, length);
        count(Math.max(size, 0));
        return size;
    }

    private void count(int size) {
        total += size;
        if (total > Inspector.HEAD_LIMIT) {
            throw new AssertionError("more than the head limit was read");
        }
    }

    @Override
    public long skip(long size) {
        throw new AssertionError("skip may pass the end");
    }

    @Override
    public void mark(int limit) {
        throw new AssertionError("the mark belongs to the caller");
    }

    @Override
    public void reset() {
        throw new AssertionError("the mark belongs to the caller");
    }
}
