package dev.minilab.strict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import dev.minilab.strict.HttpRelay.Answer;
import dev.minilab.strict.HttpRelay.Request;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("R2-strict refuses what R2 refuses")
class R2StrictTest {

    private static final String LINK = "?X-Amz-Signature=s&X-Amz-Date=20261124T120000Z&X-Amz-Expires=";

    private Instant now = Instant.parse("2026-11-24T12:00:00Z");
    private final R2Strict r2 = new R2Strict(() -> now);
    private final List<Request> passed = new ArrayList<>();

    private Answer ask(String method, String target, String body, String... headers) throws IOException {
        Headers all = new Headers();
        for (int i = 0; i < headers.length; i += 2) {
            all.set(headers[i], headers[i + 1]);
        }
        Request request = new Request(method, target, all, body.getBytes(StandardCharsets.UTF_8));
        return r2.exchange(request, asked -> {
            passed.add(asked);
            return Answer.of(200, "text/plain", "");
        });
    }

    private Answer put(String key, String body, String... more) throws IOException {
        String[] headers = new String[more.length + 2];
        headers[0] = "Content-Length";
        headers[1] = Integer.toString(body.length());
        System.arraycopy(more, 0, headers, 2, more.length);
        return ask("PUT", "/bucket/" + key, body, headers);
    }

    private static void assertRefused(Answer answer, int status, String code) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("<Code>" + code + "</Code>");
    }

    @Test
    @DisplayName("lets pass what R2 takes")
    void passes() throws Exception {
        assertThat(put("a.jpg", "x", "Content-Type", "image/jpeg", "If-None-Match", "*")
                        .status())
                .isEqualTo(200);
        assertThat(ask("GET", "/bucket/a.jpg" + LINK + 60, "").status()).isEqualTo(200);
        assertThat(ask("GET", "/bucket?list-type=2&prefix=a", "").status()).isEqualTo(200);
        assertThat(passed).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({
        "x-amz-sdk-checksum-algorithm, CRC32",
        "x-amz-trailer, x-amz-checksum-crc32",
        "x-amz-content-sha256, STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-content-sha256, STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "Content-Encoding, aws-chunked",
        "x-amz-acl, public-read",
        "x-amz-tagging, a=b",
        "x-amz-object-lock-mode, GOVERNANCE"
    })
    @DisplayName("501 checksum trailers, chunked signing, ACLs, tags and locks")
    void headersNotThere(String name, String value) throws Exception {
        assertRefused(put("a", "x", name, value), 501, "NotImplemented");
        assertThat(passed).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"POST, delete", "GET, acl", "PUT, tagging", "PUT, policy"})
    @DisplayName("501 the DeleteObjects batch, and what else is not there")
    void operationsNotThere(String method, String query) throws Exception {
        assertRefused(ask(method, "/bucket?" + query, ""), 501, "NotImplemented");
    }

    @Test
    @DisplayName("501 a delete with a condition")
    void conditionalDelete() throws Exception {
        assertRefused(ask("DELETE", "/bucket/a", "", "If-Match", "x"), 501, "NotImplemented");
    }

    @Test
    @DisplayName("411 without a length")
    void length() throws Exception {
        assertRefused(ask("PUT", "/bucket/a", "x"), 411, "MissingContentLength");
        assertRefused(ask("PUT", "/bucket/a", "x", "Transfer-Encoding", "chunked"), 411, "MissingContentLength");
        assertRefused(ask("PUT", "/bucket/a" + LINK + 60, "x"), 411, "MissingContentLength");
    }

    @Test
    @DisplayName("F13 429 above one write a second to one key, and to no other")
    void oneWriteASecond() throws Exception {
        assertThat(put("a", "x").status()).isEqualTo(200);
        assertRefused(put("a", "x"), 429, "TooManyRequests");
        assertThat(put("b", "x").status()).isEqualTo(200);
        now = now.plusSeconds(1);
        assertThat(put("a", "x").status()).isEqualTo(200);
    }

    @Test
    @DisplayName("C68 400 ExpiredRequest for a link that has ended, and none lives longer than seven days")
    void links() throws Exception {
        now = now.plusSeconds(61);
        assertRefused(ask("GET", "/bucket/a" + LINK + 60, ""), 400, "ExpiredRequest");
        assertThat(ask("GET", "/bucket/a" + LINK + 120, "").status()).isEqualTo(200);
        assertRefused(
                ask("GET", "/bucket/a" + LINK + (Duration.ofDays(7).toSeconds() + 1), ""),
                400,
                "AuthorizationQueryParametersError");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE"})
    @DisplayName("signed links read, look, write and delete")
    void presigned(String method) throws Exception {
        assertThat(ask(method, "/bucket/a" + LINK + 60, "", "Content-Length", "0")
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("501 a signed POST")
    void presignedPost() throws Exception {
        assertRefused(ask("POST", "/bucket/a" + LINK + 60, ""), 501, "NotImplemented");
    }

    @Test
    @DisplayName("InvalidPart for parts of unequal length, or of less than 5 MiB, but for the last")
    void parts() throws Exception {
        int size = 5 << 20;
        assertThat(complete("equal", size, size, 7).status()).isEqualTo(200);
        assertThat(complete("one", 7).status()).isEqualTo(200);
        assertRefused(complete("unequal", size, size + 1, 7), 400, "InvalidPart");
        assertRefused(complete("small", size - 1, size - 1, 7), 400, "InvalidPart");
        assertRefused(complete("last", size, size + 1), 400, "InvalidPart");
    }

    private Answer complete(String upload, int... sizes) throws IOException {
        StringBuilder named = new StringBuilder();
        for (int i = 1; i <= sizes.length; i++) {
            String body = "x".repeat(sizes[i - 1]);
            String target = "/bucket/a?partNumber=" + i + "&uploadId=" + upload;
            ask("PUT", target, body, "Content-Length", Integer.toString(body.length()));
            named.append("<Part><PartNumber>").append(i).append("</PartNumber></Part>");
        }
        return ask("POST", "/bucket/a?uploadId=" + upload, named.toString());
    }

    @Test
    @DisplayName("guesses a type where none is given, and leaves the one that is")
    void guesses() throws Exception {
        put("a/photo.jpg", "x");
        put("a/photo", "x");
        put("b/photo.jpg", "x", "Content-Type", "application/json");
        assertThat(passed)
                .extracting(request -> request.header("Content-Type"))
                .containsExactly("image/jpeg", "application/octet-stream", "application/json");
    }

    @Test
    @DisplayName("I23 400 for a body that is not what its Content-MD5 says")
    void digest() throws Exception {
        assertThat(put("a", "x", "Content-MD5", "ndTkYSaMgDT1yFZOFVxnpg==").status())
                .isEqualTo(200);
        assertRefused(put("b", "y", "Content-MD5", "ndTkYSaMgDT1yFZOFVxnpg=="), 400, "BadDigest");
    }

    @Test
    @DisplayName("bounds keys and metadata")
    void bounds() throws Exception {
        assertThat(put("k".repeat(1024), "x").status()).isEqualTo(200);
        assertRefused(put("k".repeat(1025), "x"), 400, "KeyTooLongError");
        assertRefused(put("m", "x", "x-amz-meta-a", "v".repeat(8192)), 400, "MetadataTooLarge");
    }

    @Test
    @DisplayName("never says 100 Continue")
    void noContinue() throws Exception {
        try (HttpRelay relay = new HttpRelay(URI.create("http://127.0.0.1:1"), r2);
                Socket socket =
                        new Socket(InetAddress.getLoopbackAddress(), relay.uri().getPort())) {
            socket.getOutputStream()
                    .write("PUT /b/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(300);
            InputStream in = socket.getInputStream();
            assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
        }
    }
}
