package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Bad images and bad HTTP: a typed problem, and nothing stored")
class BadInputIT {

    private static final int LIMIT = 200_000;
    private static final String MULTIPART = "multipart/form-data; boundary=frontier";

    private static LocalApi api;
    private static Client client;

    @BeforeAll
    static void start() {
        api = LocalApi.alone(Map.of("MINILAB_MAX_UPLOAD_BYTES", Integer.toString(LIMIT)));
        client = api.client();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static HttpRequest.Builder post(String type, byte[] body) {
        return HttpRequest.newBuilder(api.uri().resolve("/v1/jobs"))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body));
    }

    private static HttpRequest.Builder chunked(String type, byte[] body) {
        return HttpRequest.newBuilder(api.uri().resolve("/v1/jobs"))
                .header("Content-Type", type)
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body)));
    }

    private static HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(api.uri().resolve(path));
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
                new Bad("C14 over the limit by counting", chunked("image/jpeg", oversized()), 413, "too_large"),
                new Bad(
                        "C13 a part over the limit",
                        post(MULTIPART, Client.form(oversized(), "image/jpeg", "{}")),
                        413,
                        "too_large"),
                new Bad(
                        "C19 no type, and no image",
                        get("/v1/jobs").POST(BodyPublishers.ofString("no image at all")),
                        415,
                        "unsupported_type"),
                new Bad("C7 unknown method", get("/v1/jobs").DELETE(), 405, "method_not_allowed"),
                new Bad("C7 unknown route", get("/v2/jobs"), 404, "not_found"),
                new Bad("C6 unknown id", get("/v1/jobs/job_01ARZ3NDEKTSV4RRFFQ69G5FAV"), 404, "not_found"),
                new Bad("C6 id that is none", get("/v1/jobs/x"), 404, "not_found"),
                new Bad("C6 id that climbs", get("/v1/jobs/..%2f..%2fsecrets.json"), 404, "not_found"),
                new Bad("C6 id of 10 kB", get("/v1/jobs/" + "x".repeat(10_000)), 404, "not_found"),
                new Bad("C66 XML only", get("/v1/jobs").header("Accept", "application/xml"), 406, "not_acceptable"),
                new Bad(
                        "C66 a job as XML",
                        post("image/jpeg", jpeg).header("Accept", "text/xml, application/json;q=0"),
                        406,
                        "not_acceptable"));
    }

    static Stream<Bad> digests() throws Exception {
        byte[] jpeg = Images.jpeg(20, 20);
        String md5 = digest("MD5", ascii("other bytes"));
        String sha256 = digest("SHA-256", ascii("other bytes"));
        byte[] form = new String(Client.form(jpeg, "image/jpeg", "{}"), StandardCharsets.ISO_8859_1)
                .replace("Content-Type: image/jpeg", "Content-Type: image/jpeg\r\nContent-MD5: " + md5)
                .getBytes(StandardCharsets.ISO_8859_1);
        return Stream.of(
                        post("image/jpeg", jpeg).header("Content-MD5", md5),
                        post("image/jpeg", jpeg).header("Content-MD5", "!"),
                        post("image/jpeg", jpeg).header("Content-Digest", "sha-256=:" + sha256 + ":"),
                        post("image/jpeg", jpeg).header("Content-Digest", "sha-256=" + sha256),
                        post("image/jpeg", jpeg)
                                .header("Content-MD5", digest("MD5", jpeg))
                                .header("Repr-Digest", "sha-256=:" + sha256 + ":"),
                        post("image/jpeg", jpeg).header("Digest", "SHA-256=" + sha256),
                        chunked("image/jpeg", jpeg).header("Content-MD5", md5),
                        post("application/json", ascii("{}")).header("Content-MD5", md5),
                        post(MULTIPART, form))
                .map(request -> new Bad("C17 another digest", request, 400, "digest_mismatch"));
    }

    private static String digest(String algorithm, byte[] bytes) throws Exception {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance(algorithm).digest(bytes));
    }

    @ParameterizedTest
    @MethodSource({"bad", "digests"})
    @DisplayName("is answered by its code")
    void isRefused(Bad bad) throws Exception {
        bad.assertRefused(api);
    }

    @Test
    @DisplayName("C17 an image with the digests that were stated is taken")
    void digestsMatch() throws Exception {
        byte[] jpeg = Images.jpeg(20, 20);
        HttpResponse<byte[]> answer = client.send(post("image/jpeg", jpeg)
                .header("Content-MD5", digest("MD5", jpeg))
                .header("Content-Digest", "unknown=:AAAA:, sha-256=:" + digest("SHA-256", jpeg) + ":"));
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
        client.delete("/v1/jobs/" + Client.id(answer));
    }

    @Test
    @DisplayName("C19 an image without Content-Type is what its bytes say")
    void sniffed() throws Exception {
        HttpResponse<byte[]> answer =
                client.send(get("/v1/jobs").POST(BodyPublishers.ofByteArray(Images.transparentPng(20, 20))));
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
        assertThat(Client.json(answer).path("source").path("format").asString(""))
                .isEqualTo("png");
        client.delete("/v1/jobs/" + Client.id(answer));
    }

    @Test
    @DisplayName("C23 an SVG that refers to files and servers, or swells, is refused, and nothing is fetched")
    void hostileSvg() throws Exception {
        try (ServerSocket elsewhere = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + elsewhere.getLocalPort() + "/x";
            List<String> hostile = List.of(
                    "<!DOCTYPE svg [<!ENTITY e SYSTEM \"" + url
                            + "\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&e;</svg>",
                    "<?xml version=\"1.0\"?><!DOCTYPE svg SYSTEM \"" + url + "\"><svg/>",
                    "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"" + url + "\"/></svg>",
                    "<!DOCTYPE svg [<!ENTITY a \"haha\"><!ENTITY b \"&a;&a;&a;&a;\">]><svg>&b;&b;&b;</svg>");
            for (String svg : hostile) {
                new Bad("as SVG", post("image/svg+xml", ascii(svg)), 415, "unsupported_type").assertRefused(api);
                new Bad("as JPEG", post("image/jpeg", ascii(svg)), 415, "unsupported_type").assertRefused(api);
                new Bad("gz", post("image/svg+xml", gzip(svg)), 415, "unsupported_type").assertRefused(api);
            }
            elsewhere.setSoTimeout(1);
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(elsewhere::accept);
        }
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(ascii(text));
        }
        return bytes.toByteArray();
    }

    @Test
    @DisplayName("C15, F1 a body that ends before its stated length leaves no job and no object")
    void bodyBreaksOff() throws Exception {
        List<Path> before = api.stored();
        byte[] image = Images.jpeg(600, 400);
        try (Socket socket = api.begin(
                "POST /v1/jobs HTTP/1.1",
                "Host: localhost",
                "Content-Type: image/jpeg",
                "Content-Length: " + image.length)) {
            OutputStream out = socket.getOutputStream();
            out.write(image, 0, image.length / 2);
            out.flush();
            socket.shutdownOutput();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 400 ");
        }
        api.awaitStored(before);
    }

    @Test
    @DisplayName("C9, C10, C11 what is no HTTP is a problem too")
    void unparsable() throws Exception {
        assertThat(api.exchange("POST /v1/jobs HTTP/1.1", "Host: localhost", "Content-Length: -1"))
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json", "bad_request");
        assertThat(api.exchange(
                        "POST /v1/jobs HTTP/1.1", "Host: localhost", "Content-Length: 3", "Transfer-Encoding: chunked"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(api.exchange("POST /v1/jobs HTTP/1.1", "Host: localhost", "Content-Length: x"))
                .startsWith("HTTP/1.1 400 ")
                .contains("bad_request");
        assertThat(api.exchange("POST /v1/jobs HTTP/1.1", "Host: localhost", "Content-Length: 3", "Content-Length: 4"))
                .startsWith("HTTP/1.1 400 ")
                .contains("bad_request");
        assertThat(api.exchange("GET / HTTP/1.1", "Host: localhost", "X: " + "y".repeat(40_000)))
                .startsWith("HTTP/1.1 431 ")
                .contains("headers_too_large");
        assertThat(api.exchange("GET /v1/jobs/%00 HTTP/1.1", "Host: localhost", "Connection: close"))
                .contains("application/problem+json");
    }

    @Test
    @DisplayName("C12 neither a length nor chunks")
    void noLength() throws Exception {
        assertThat(api.exchange("POST /v1/jobs HTTP/1.1", "Host: localhost", "Content-Type: image/jpeg"))
                .startsWith("HTTP/1.1 411 ")
                .contains("length_required");
    }
}
