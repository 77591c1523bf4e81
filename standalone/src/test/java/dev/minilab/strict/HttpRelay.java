package dev.minilab.strict;

import com.sun.net.httpserver.Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Stands between a client and an HTTP server, reads requests and answers whole, and lets a [Filter] have its way
/// with
/// both. Never says `100 Continue`. Whoever breaks a request off sees nothing of it reach the server. Thread-safe.
public final class HttpRelay implements AutoCloseable {

    /// A request as the client wrote it; `target` is path and query, untouched.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Request(String method, String target, Headers headers, byte[] body) {

        public String header(String name) {
            String value = headers.getFirst(name);
            return value == null ? "" : value;
        }

        public String path() {
            int query = target.indexOf('?');
            return query < 0 ? target : target.substring(0, query);
        }

        public Request with(String name, String value) {
            Headers changed = new Headers();
            changed.putAll(headers);
            changed.set(name, value);
            return new Request(method, target, changed, body);
        }
    }

    /// An answer, its body without any transfer coding.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Answer(int status, Headers headers, byte[] body) {

        /// What S3 answers when it refuses.
        public static Answer xml(int status, String code, String message) {
            return of(
                    status,
                    "application/xml",
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
                            .formatted(code, message));
        }

        public static Answer of(int status, String type, String body) {
            Headers headers = new Headers();
            headers.set("Content-Type", type);
            return new Answer(status, headers, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// The server behind.
    @FunctionalInterface
    public interface Upstream {
        Answer send(Request request) throws IOException;
    }

    /// Answers by itself, asks the server, or both; an exception closes the connection without an answer.
    @FunctionalInterface
    public interface Filter {
        Filter NONE = (request, upstream) -> upstream.send(request);

        Answer exchange(Request request, Upstream upstream) throws IOException;
    }

    private static final List<String> HOP_BY_HOP =
            List.of("Connection", "Expect", "HTTP2-Settings", "Keep-Alive", "Transfer-Encoding", "Upgrade");

    private final ServerSocket server;
    private final URI upstream;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile Filter filter;

    public HttpRelay(URI upstream, Filter filter) throws IOException {
        this.upstream = upstream;
        this.filter = filter;
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /// From the next request on.
    public void filter(Filter next) {
        filter = next;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                client.setTcpNoDelay(true);
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                String[] words = line.split(" ", 3);
                Headers headers = headers(in);
                Request request = new Request(words[0], words[1], headers, body(in, headers, false));
                write(client.getOutputStream(), request.method(), filter.exchange(request, this::send));
            }
        } catch (IOException _) {
            return; // One side hung up, or a filter wanted it so: the connection is closed.
        } finally {
            open.remove(client);
        }
    }

    private Answer send(Request request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), upstream.getPort())) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            Headers headers = new Headers();
            headers.putAll(request.headers());
            HOP_BY_HOP.forEach(headers::remove);
            headers.set("Connection", "close");
            if (request.body().length > 0 || headers.containsKey("Content-Length")) {
                headers.set("Content-Length", Integer.toString(request.body().length));
            }
            writeHead(out, request.method() + " " + request.target() + " HTTP/1.1", headers, request.body());
            InputStream in = new BufferedInputStream(socket.getInputStream());
            int status = Integer.parseInt(line(in).split(" ", 3)[1]);
            Headers answered = headers(in);
            boolean bodiless = request.method().equals("HEAD") || status == 204 || status == 304;
            byte[] body = bodiless ? new byte[0] : body(in, answered, true);
            HOP_BY_HOP.forEach(answered::remove);
            return new Answer(status, answered, body);
        }
    }

    private static void write(OutputStream out, String method, Answer answer) throws IOException {
        Headers headers = new Headers();
        headers.putAll(answer.headers());
        boolean head = method.equals("HEAD");
        if (!head && answer.status() != 204 && answer.status() != 304) {
            headers.set("Content-Length", Integer.toString(answer.body().length));
        }
        writeHead(out, "HTTP/1.1 " + answer.status() + " Told", headers, head ? new byte[0] : answer.body());
    }

    private static void writeHead(OutputStream out, String first, Headers headers, byte[] body) throws IOException {
        StringBuilder head = new StringBuilder(first).append("\r\n");
        headers.forEach((name, values) -> values.forEach(
                value -> head.append(name).append(": ").append(value).append("\r\n")));
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        whole.writeBytes(body);
        whole.writeTo(out);
        out.flush();
    }

    private static Headers headers(InputStream in) throws IOException {
        Headers headers = new Headers();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.add(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return headers;
    }

    private static byte[] body(InputStream in, Headers headers, boolean untilEnd) throws IOException {
        if ("chunked".equalsIgnoreCase(headers.getFirst("Transfer-Encoding"))) {
            return chunks(in);
        }
        String length = headers.getFirst("Content-Length");
        if (length == null) {
            return untilEnd ? in.readAllBytes() : new byte[0];
        }
        return exactly(in, Integer.parseInt(length));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int size;
        do {
            size = Integer.parseInt(line(in).split(";", 2)[0].strip(), 16);
            body.writeBytes(exactly(in, size));
            line(in); // What ends a chunk; after the last one, that there are no trailers.
        } while (size > 0);
        return body.toByteArray();
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("broke off after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    /// A line without its end; nothing at the end of the stream.
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
