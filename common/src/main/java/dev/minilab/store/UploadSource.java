package dev.minilab.store;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import software.amazon.awssdk.http.ContentStreamProvider;

/// Hands its stream out once and remembers whether it was the one to fail: a stream that ends early fails, so
/// that the request is broken off at once.
final class UploadSource implements ContentStreamProvider {
    private final InputStream body;
    private final long end = System.nanoTime() + ObjectStore.LONGEST_UPLOAD.toNanos();
    private long left;
    private volatile boolean failed;

    UploadSource(InputStream body, long length) {
        this.body = body;
        this.left = length;
    }

    boolean failed() {
        return failed;
    }

    @Override
    public InputStream newStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                try {
                    if (System.nanoTime() > end) {
                        throw new InterruptedIOException("the upload takes longer than " + ObjectStore.LONGEST_UPLOAD);
                    }
                    int read = body.read(buffer, offset, length);
                    if (read < 0 && left > 0) {
                        throw new EOFException("the source ended " + left + " bytes early");
                    }
                    left -= Math.max(0, read);
                    return read;
                } catch (IOException e) {
                    failed = true;
                    throw e;
                }
            }
        };
    }
}
