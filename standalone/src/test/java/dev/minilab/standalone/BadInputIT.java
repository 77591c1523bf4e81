package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

@DisplayName("Bad input: a typed problem, and nothing stored")
class BadInputIT {

    private static final int LIMIT = 200_000;

    @TempDir
    static Path data;

    private static MinilabProcess minilab;
    private static URI api;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        minilab = MinilabProcess.start(
                Map.of("MINILAB_MAX_UPLOAD_BYTES", Integer.toString(LIMIT)),
                "serve",
                "--port",
                "0",
                "--data",
                data.toString());
        api = minilab.awaitUri();
        client = new Client(api);
    }

    @AfterAll
    static void stop() {
        minilab.close();
    }

    /// One bad request: what is sent, and the status and code that answer it.
    record Bad(String name, HttpRequest.Builder request, int status, String code) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static HttpRequest.Builder post(String type, byte[] body) {
        return HttpRequest.newBuilder(api.resolve("/v1/jobs"))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body));
    }

    private static HttpRequest.Builder form(String job) throws IOException {
        return post("multipart/form-data; boundary=frontier", Client.form(Images.jpeg(20, 20), "image/jpeg", job));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// A GIF of tiny frames on a canvas of this size.
    private static byte[] gif(int width, int height, int frames) {
        ByteBuffer gif = ByteBuffer.allocate(14 + frames * 15).order(ByteOrder.LITTLE_ENDIAN);
        gif.put(ascii("GIF89a"))
                .putShort((short) width)
                .putShort((short) height)
                .put(new byte[3]);
        for (int i = 0; i < frames; i++) {
            gif.put((byte) ',')
                    .putInt(0)
                    .putShort((short) Math.min(1, width))
                    .putShort((short) 1)
                    .put((byte) 0);
            gif.put(new byte[] {2, 2, 0x44, 0x01, 0});
        }
        return Arrays.copyOf(gif.put((byte) ';').array(), gif.position());
    }

    private static byte[] bmp(int width, int height) {
        ByteBuffer bmp = ByteBuffer.allocate(54).order(ByteOrder.LITTLE_ENDIAN);
        bmp.put(ascii("BM"))
                .putInt(54)
                .putInt(0)
                .putInt(54)
                .putInt(40)
                .putInt(width)
                .putInt(height);
        return bmp.putShort((short) 1).putShort((short) 24).array();
    }

    private static byte[] oversized() throws IOException {
        return Arrays.copyOf(Images.jpeg(20, 20), LIMIT + 1);
    }

    static Stream<Bad> bad() throws IOException {
        byte[] jpeg = Images.jpeg(20, 20);
        byte[] form = Client.form(jpeg, "image/jpeg", "{}");
        String multipart = "multipart/form-data; boundary=frontier";
        return Stream.of(
                new Bad("C18 empty body", post("image/jpeg", new byte[0]), 400, "empty_body"),
                new Bad("C26 text as JPEG", post("image/jpeg", ascii("no image at all")), 415, "unsupported_type"),
                new Bad("C26 HTML as JPEG", post("image/jpeg", ascii("<!DOCTYPE html><p>")), 415, "unsupported_type"),
                new Bad("C22 SVG", post("image/svg+xml", ascii("<svg xmlns='x'/>")), 415, "unsupported_type"),
                new Bad("C24 PDF", post("application/octet-stream", ascii("%PDF-1.7")), 415, "unsupported_type"),
                new Bad("C20 JPEG as text/html", post("text/html", jpeg), 415, "unsupported_type"),
                new Bad("C21 JPEG as PNG", post("image/png", jpeg), 415, "type_mismatch"),
                new Bad("C46 only the magic", post("image/jpeg", Arrays.copyOf(jpeg, 4)), 422, "bad_header"),
                new Bad("C28 GIF of 44 bytes", post("image/gif", gif(65_535, 65_535, 1)), 422, "too_many_pixels"),
                new Bad("C36 GIF of 150 frames", post("image/gif", gif(8, 8, 150)), 422, "too_many_frames"),
                new Bad("C32 GIF without a pixel", post("image/gif", gif(0, 8, 1)), 422, "bad_dimensions"),
                new Bad("C33 BMP of one long row", post("image/bmp", bmp(40_000, 1)), 422, "bad_dimensions"),
                new Bad(
                        "C25 ICO",
                        post("application/octet-stream", new byte[] {0, 0, 1, 0, 1, 0}),
                        415,
                        "unsupported_type"),
                new Bad("C13 over the limit by length", post("image/jpeg", oversized()), 413, "too_large"),
                new Bad(
                        "C14 over the limit by counting",
                        HttpRequest.newBuilder(api.resolve("/v1/jobs"))
                                .header("Content-Type", "image/jpeg")
                                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(oversized()))),
                        413,
                        "too_large"),
                new Bad(
                        "C13 a part over the limit",
                        post(multipart, Client.form(oversized(), "image/jpeg", "{}")),
                        413,
                        "too_large"),
                new Bad(
                        "C55 truncated form",
                        post(multipart, Arrays.copyOf(form, form.length - 30)),
                        400,
                        "bad_multipart"),
                new Bad("C55 no boundary", post("multipart/form-data", form), 400, "bad_multipart"),
                new Bad(
                        "C55 no image part",
                        post(
                                multipart,
                                ascii("--frontier\r\nContent-Disposition: form-data; name=\"job\"\r\n\r\n{}"
                                        + "\r\n--frontier--\r\n")),
                        400,
                        "bad_multipart"),
                new Bad("C51 broken JSON", form("{\"outputs\":"), 400, "bad_json"),
                new Bad("C51 duplicate names", form("{\"preset\":\"a\",\"preset\":\"b\"}"), 400, "bad_json"),
                new Bad("C52 unknown field", form("{\"outputz\":{}}"), 422, "invalid_spec"),
                new Bad("C52 width 0", form("{\"outputs\":{\"a\":{\"width\":0}}}"), 422, "invalid_spec"),
                new Bad("C52 width 5000", form("{\"outputs\":{\"a\":{\"width\":5000}}}"), 422, "invalid_spec"),
                new Bad("C54 output name", form("{\"outputs\":{\"../x\":{\"width\":5}}}"), 422, "invalid_spec"),
                new Bad("unknown preset", form("{\"preset\":\"nope\"}"), 422, "invalid_spec"),
                new Bad(
                        "C61 webhook to a private address",
                        form("{\"webhook\":{\"url\":\"https://10.1.2.3/\"}}"),
                        422,
                        "blocked_address"),
                new Bad(
                        "C60 webhook by ftp",
                        form("{\"webhook\":{\"url\":\"ftp://example.com/\"}}"),
                        422,
                        "bad_webhook_url"),
                new Bad(
                        "unknown query",
                        HttpRequest.newBuilder(api.resolve("/v1/jobs?widht=3"))
                                .header("Content-Type", "image/jpeg")
                                .POST(BodyPublishers.ofByteArray(jpeg)),
                        422,
                        "invalid_spec"),
                new Bad(
                        "C7 unknown method",
                        HttpRequest.newBuilder(api.resolve("/v1/jobs")).DELETE(),
                        405,
                        "method_not_allowed"),
                new Bad("C7 unknown route", HttpRequest.newBuilder(api.resolve("/v2/jobs")), 404, "not_found"),
                new Bad(
                        "C6 unknown id",
                        HttpRequest.newBuilder(api.resolve("/v1/jobs/job_01ARZ3NDEKTSV4RRFFQ69G5FAV")),
                        404,
                        "not_found"),
                new Bad("C6 id that is none", HttpRequest.newBuilder(api.resolve("/v1/jobs/x")), 404, "not_found"),
                new Bad(
                        "C6 id that climbs",
                        HttpRequest.newBuilder(api.resolve("/v1/jobs/..%2f..%2fsecrets.json")),
                        404,
                        "not_found"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    @DisplayName("is answered by its code")
    void isRefused(Bad bad) throws Exception {
        List<Path> before = stored();
        HttpResponse<byte[]> answer = client.send(bad.request());
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(bad.status());
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = Client.json(answer);
        assertThat(problem.path("code").asString("")).isEqualTo(bad.code());
        assertThat(problem.path("type").asString("")).isEqualTo("https://minilab.dev/problems/" + bad.code());
        assertThat(problem.path("status").asInt()).isEqualTo(bad.status());
        assertThat(problem.path("title").asString("")).isNotEmpty();
        assertThat(problem.path("detail").asString("")).isNotEmpty();
        assertThat(problem.path("instance").asString("")).startsWith("/v");
        assertThat(problem.path("request_id").asString("")).startsWith("req_");
        assertThat(stored()).isEqualTo(before);
        assertThat(spooled()).isEmpty();
    }

    private static List<Path> stored() throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("store"))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static List<Path> spooled() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("spool"))) {
            return files.toList();
        }
    }

    @Test
    @DisplayName("C52 every mistake of a spec is named with its pointer")
    void pointers() throws Exception {
        HttpResponse<byte[]> answer = client.send(form("{\"outputs\":{\"a\":{\"width\":0,\"fit\":\"big\"}},\"x\":1}"));
        assertThat(Client.json(answer).path("errors").values().stream()
                        .map(error -> error.path("pointer").asString("")))
                .containsExactlyInAnyOrder("/outputs/a/width", "/outputs/a/fit", "/x");
    }

    @Test
    @DisplayName("C15, F1 a body that ends before its stated length leaves no job and no object")
    void bodyBreaksOff() throws Exception {
        List<Path> before = stored();
        byte[] image = Images.jpeg(600, 400);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(ascii("POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: "
                    + image.length + "\r\n\r\n"));
            out.write(image, 0, image.length / 2);
            out.flush();
            socket.shutdownOutput();
            assertThat(new String(readAll(socket.getInputStream()), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 400 ");
        }
        awaitStored(before);
    }

    /// The embedded store removes its draft of an object a moment after it was broken off.
    private static void awaitStored(List<Path> expected) throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!stored().equals(expected) && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        assertThat(stored()).isEqualTo(expected);
    }

    @Test
    @DisplayName("C9, C10, C11 what is no HTTP is a problem too")
    void unparsable() throws Exception {
        assertThat(exchange("POST /v1/jobs HTTP/1.1", "Host: localhost", "Content-Length: -1"))
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json", "bad_request");
        assertThat(exchange(
                        "POST /v1/jobs HTTP/1.1", "Host: localhost", "Content-Length: 3", "Transfer-Encoding: chunked"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(exchange("GET / HTTP/1.1", "Host: localhost", "X: " + "y".repeat(40_000)))
                .startsWith("HTTP/1.1 431 ")
                .contains("headers_too_large");
        assertThat(exchange("GET /v1/jobs/%00 HTTP/1.1", "Host: localhost", "Connection: close"))
                .contains("application/problem+json");
    }

    @Test
    @DisplayName("C12 neither a length nor chunks")
    void noLength() throws Exception {
        assertThat(exchange("POST /v1/jobs HTTP/1.1", "Host: localhost", "Content-Type: image/jpeg"))
                .startsWith("HTTP/1.1 411 ")
                .contains("length_required");
    }

    private static String exchange(String... head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(ascii(String.join("\r\n", head) + "\r\n\r\n"));
            socket.getOutputStream().flush();
            return new String(readAll(socket.getInputStream()), StandardCharsets.UTF_8);
        }
    }

    private static byte[] readAll(InputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        in.transferTo(bytes);
        return bytes.toByteArray();
    }
}
