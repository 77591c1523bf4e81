package dev.minilab.benchmarks;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One connection to an API, kept open while the API keeps it: as little of HTTP/1.1 as a load needs, so that the
/// load costs less than what it measures. For one thread.
final class Wire implements AutoCloseable {

    private static final int READ_LIMIT_MS = 60_000;

    private final URI api;
    private @Nullable Socket socket;
    private BufferedInputStream in = new BufferedInputStream(InputStream.nullInputStream());

    Wire(URI api) {
        this.api = api;
    }

    /// An answer: its status, whether it says when to come back, and its body.
    record Answer(int status, boolean retryAfter, String body) {}

    /// Sends a request and reads its answer.
    ///
    /// @param head the request line and headers beside `Host` and `Content-Length`, each ended by CRLF
    Answer send(String head, byte[] body) throws IOException {
        Socket open = open();
        byte[] start = (head + "Host: " + api.getAuthority() + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[start.length + body.length];
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        try {
            open.getOutputStream().write(all);
            return read();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private Socket open() throws IOException {
        Socket open = socket;
        if (open == null) {
            open = new Socket(api.getHost(), api.getPort());
            open.setSoTimeout(READ_LIMIT_MS);
            open.setTcpNoDelay(true);
            in = new BufferedInputStream(open.getInputStream());
            socket = open;
        }
        return open;
    }

    private Answer read() throws IOException {
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        int length = 0;
        boolean chunked = false;
        boolean closes = false;
        boolean retryAfter = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring("content-length:".length()).strip());
            }
            chunked |= header.equals("transfer-encoding: chunked");
            closes |= header.equals("connection: close");
            retryAfter |= header.startsWith("retry-after:");
        }
        String body = chunked ? chunks() : new String(in.readNBytes(length), StandardCharsets.UTF_8);
        if (closes) {
            close();
        }
        return new Answer(status, retryAfter, body);
    }

    private String chunks() throws IOException {
        StringBuilder body = new StringBuilder();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
            line();
        }
        line();
        return body.toString();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the API closed the connection");
            }
            line.append((char) c);
        }
        return line.substring(0, Math.max(0, line.length() - 1));
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
