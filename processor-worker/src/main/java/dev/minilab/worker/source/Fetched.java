package dev.minilab.worker.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// An original as it came from a URL; it is there until this is closed. For one thread.
public final class Fetched implements AutoCloseable {

    private final Spool spool;
    private final URI url;
    private final @Nullable String etag;

    Fetched(Spool spool, URI url, @Nullable String etag) {
        this.spool = spool;
        this.url = url;
        this.etag = etag;
    }

    /// Its bytes from the first on, each time anew.
    public InputStream content() {
        return spool.content();
    }

    /// All of its bytes at once.
    public byte[] bytes() {
        try {
            return spool.content().readNBytes(Math.toIntExact(spool.length()));
        } catch (IOException e) {
            throw new UncheckedIOException("what was written cannot be read", e);
        }
    }

    /// How many bytes it has.
    public long length() {
        return spool.length();
    }

    /// Their SHA-256, in hex.
    public String sha256() {
        return spool.sha256();
    }

    /// Where it was found, after redirects.
    public URI url() {
        return url;
    }

    /// What its server calls this version, where it says so: printable ASCII, some 260 characters at most.
    public @Nullable String etag() {
        return etag;
    }

    @Override
    public void close() {
        try {
            spool.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a file does not close", e);
        }
    }
}
