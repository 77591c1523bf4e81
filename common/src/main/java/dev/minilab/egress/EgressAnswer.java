package dev.minilab.egress;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/// An answer whose body is still to be read. Closing gives the rest of it up, connection and all. For one thread.
public final class EgressAnswer implements AutoCloseable {

    /// What is open while it is read.
    interface Exchange extends AutoCloseable {
        /// What the failure of a read means.
        EgressException failed(IOException cause);

        @Override
        void close();
    }

    private final int status;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final long length;
    private final InputStream content;
    private final Exchange exchange;

    EgressAnswer(int status, Header[] headers, @Nullable HttpEntity body, Exchange exchange) throws IOException {
        this.status = status;
        for (Header header : headers) {
            this.headers.put(header.getName(), header.getValue());
        }
        length = body == null ? 0 : body.getContentLength();
        content = new Content(body == null ? InputStream.nullInputStream() : body.getContent(), exchange);
        this.exchange = exchange;
    }

    public int status() {
        return status;
    }

    /// A header by its name, the last of several.
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /// How many bytes the body has, where the server says so.
    public OptionalLong length() {
        return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }

    /// The body as it comes, however long it is. Fails with an [EgressException] where it breaks off, and when the
    /// time of the call is over.
    public InputStream content() {
        return content;
    }

    Map<String, String> headers() {
        return headers;
    }

    @Override
    public void close() {
        exchange.close();
    }

    private static final class Content extends FilterInputStream {
        private final Exchange exchange;

        Content(InputStream in, Exchange exchange) {
            super(in);
            this.exchange = exchange;
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                throw exchange.failed(e);
            }
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return super.read(buffer, offset, length);
            } catch (IOException e) {
                throw exchange.failed(e);
            }
        }

        /// Would read to the end first.
        @Override
        public void close() {
            exchange.close();
        }
    }
}
