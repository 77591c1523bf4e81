package dev.minilab.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A body that fails before its last bytes are handed on if they do not have the digests that were stated, so that
/// whoever stores it sees it break off and stores nothing. For one thread.
final class CheckedBody extends FilterInputStream {

    private final Digests digests;
    private long left;
    private boolean failed;

    /// @param length in bytes, or -1 if only its end will tell
    CheckedBody(InputStream body, long length, Digests digests) {
        super(body);
        this.digests = digests;
        this.left = length;
    }

    /// Whether it failed because of its digests.
    boolean failed() {
        return failed;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = in.read(buffer, offset, length);
        boolean last;
        if (read < 0) {
            last = left < 0;
            left = last ? 0 : left;
        } else {
            digests.update(buffer, offset, read);
            last = left > 0 && left == read;
            left -= left > 0 ? read : 0;
        }
        if (last && !digests.match()) {
            failed = true;
            throw new IOException("the digest is another");
        }
        return read;
    }

    @Override
    public long skip(long n) {
        return 0; // Whatever is passed on is read, or it would escape the digests.
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
