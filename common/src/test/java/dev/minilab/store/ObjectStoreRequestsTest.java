package dev.minilab.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.FakeServer;
import dev.minilab.FakeServer.Answer;
import dev.minilab.FakeServer.Request;
import dev.minilab.config.Config;
import dev.minilab.config.Secret;
import dev.minilab.job.Sha256;
import dev.minilab.store.StoreException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.SequenceInputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("What the object store sends")
@Timeout(60)
class ObjectStoreRequestsTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);
    /// `printf hello | openssl md5 -binary | base64`
    private static final String HELLO_MD5 = "XUFAKrxLKna5cZ2REBfFkg==";
    private static final String KEY = "jobs/default/20261123T22/job_01ARZ3NDEKTSV4RRFFQ69G5FAV/result.json";

    private FakeServer server;
    private ObjectStore store;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        store = new ObjectStore(config(server.uri()));
    }

    @AfterEach
    void stop() {
        store.close();
        server.close();
    }

    private static Config.Store config(URI endpoint) {
        return new Config.Store(
                endpoint,
                endpoint,
                "auto",
                "pictures",
                new Config.Credentials("AKIDEXAMPLE", new Secret("hush-hush")),
                Duration.ofHours(1));
    }

    @Test
    @DisplayName("I23 to put an object has its length, type and MD5, and nothing that R2 refuses")
    void put() {
        store.put(KEY, HELLO, "application/json");

        Request request = only();
        assertPut(request, "application/json");
        assertThat(request.header("If-None-Match")).isEmpty();
    }

    @Test
    @DisplayName("to put an object with metadata has them as headers")
    void putWithMetadata() {
        store.put(KEY, HELLO, "image/png", Map.of("preset", "product@3"));

        Request request = only();
        assertPut(request, "image/png");
        assertThat(request.header("x-amz-meta-preset")).containsExactly("product@3");
    }

    @Test
    @DisplayName("I2 to create an object asks that there be none")
    void putIfAbsent() {
        assertThat(store.putIfAbsent(KEY, HELLO, "application/json")).isEmpty();

        Request request = only();
        assertPut(request, "application/json");
        assertThat(request.header("If-None-Match")).containsExactly("*");
    }

    private void assertPut(Request request, String type) {
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.uri().getRawPath()).isEqualTo("/pictures/" + KEY);
        assertThat(request.uri().getRawQuery()).isNull();
        assertThat(request.body()).isEqualTo(HELLO);
        assertThat(request.header("Content-MD5")).containsExactly(HELLO_MD5);
        assertThat(request.header("Content-Length")).containsExactly("5");
        assertThat(request.header("Content-Type")).containsExactly(type);
        assertThat(request.header("x-amz-content-sha256")).containsExactly(Sha256.of(HELLO));
        assertThat(request.header("Authorization")).singleElement().asString().startsWith("AWS4-HMAC-SHA256 ");
        assertPlain(request);
    }

    private static void assertPlain(Request request) {
        assertThat(request.headers().keySet().stream().map(name -> name.toLowerCase(Locale.ROOT)))
                .doesNotContain(
                        "expect",
                        "transfer-encoding",
                        "trailer",
                        "content-encoding",
                        "te",
                        "x-amz-trailer",
                        "x-amz-decoded-content-length",
                        "x-amz-sdk-checksum-algorithm")
                .noneMatch(name -> name.startsWith("x-amz-checksum-"));
        assertThat(request.headers().values())
                .noneMatch(values -> values.toString().contains("aws-chunked"));
        assertThat(request.headers().values())
                .noneMatch(values -> values.toString().contains("STREAMING-"));
    }

    @Test
    @DisplayName("to put nothing has a length of 0")
    void putNothing() {
        store.put("empty", new byte[0], "text/plain");

        Request request = only();
        assertThat(request.header("Content-Length")).containsExactly("0");
        assertThat(request.header("Content-MD5")).containsExactly("1B2M2Y8AsgTpgAmY7PhCfg==");
        assertPlain(request);
    }

    @Test
    @DisplayName("to upload is one presigned request with an unsigned payload of exact length")
    void upload() {
        byte[] image = new byte[300_000];
        new Random(1).nextBytes(image);
        store.upload("originals/x", new ByteArrayInputStream(image), image.length, "image/jpeg");

        Request request = only();
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.uri().getRawPath()).isEqualTo("/pictures/originals/x");
        assertThat(request.uri().getRawQuery())
                .contains("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Expires=900", "X-Amz-Signature=")
                .contains("content-length", "content-type")
                .doesNotContainIgnoringCase("checksum");
        assertThat(request.header("x-amz-content-sha256")).isSubsetOf("UNSIGNED-PAYLOAD");
        assertThat(request.header("Content-Length")).containsExactly("300000");
        assertThat(request.header("Content-Type")).containsExactly("image/jpeg");
        assertThat(request.header("Authorization")).isEmpty();
        assertThat(request.body()).isEqualTo(image);
        assertPlain(request);
    }

    @Test
    @DisplayName("to read, list, delete and ask has nothing that R2 refuses")
    void others() {
        server.answer(request -> request.uri().toString().contains("list-type")
                ? new Answer(
                        200, "application/xml", "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")
                : new Answer(200, "application/json", request.method().equals("GET") ? "hello" : ""));

        assertThat(store.get(KEY)).hasValue(HELLO);
        assertThat(store.list("jobs/", true, null)).isEqualTo(new ObjectStore.Page(List.of(), List.of(), null));
        store.delete(KEY);
        store.check();

        assertThat(server.requests()).extracting(Request::method).containsExactly("GET", "GET", "DELETE", "HEAD");
        assertThat(server.requests()).allSatisfy(ObjectStoreRequestsTest::assertPlain);
        assertThat(server.requests())
                .allSatisfy(request ->
                        assertThat(request.header("x-amz-checksum-mode")).isEmpty());
        assertThat(server.requests().get(1).uri().getRawQuery()).contains("prefix=jobs%2F", "delimiter=%2F");
    }

    @Test
    @DisplayName("reads a listing page by page")
    void list() {
        server.answer(request -> new Answer(
                200,
                "application/xml",
                "<ListBucketResult><IsTruncated>" + !request.uri().toString().contains("continuation-token=next")
                        + "</IsTruncated><Contents><Key>jobs/a.json</Key></Contents><CommonPrefixes><Prefix>jobs/b/</Prefix>"
                        + "</CommonPrefixes><NextContinuationToken>next</NextContinuationToken></ListBucketResult>"));

        assertThat(store.list("jobs/", true, null))
                .isEqualTo(new ObjectStore.Page(List.of("jobs/a.json"), List.of("jobs/b/"), "next"));
        assertThat(store.list("jobs/", true, "next").next()).isNull();
    }

    @Test
    @DisplayName("I2 finds the bytes that were there first")
    void taken() {
        server.answer(request -> request.method().equals("PUT")
                ? Answer.xml(412, "PreconditionFailed")
                : new Answer(200, "application/json", "first"));

        assertThat(store.putIfAbsent(KEY, HELLO, "application/json"))
                .hasValue("first".getBytes(StandardCharsets.UTF_8));
        assertThat(server.requests()).extracting(Request::method).containsExactly("PUT", "GET");
    }

    @Test
    @DisplayName("F11 recognises its own bytes when the answer to the first attempt got lost")
    void ownBytes() {
        server.answer(request -> request.method().equals("GET")
                ? new Answer(200, "application/json", "hello")
                : server.requests().size() == 1 ? Answer.xml(503, "SlowDown") : Answer.xml(412, "PreconditionFailed"));

        assertThat(store.putIfAbsent(KEY, HELLO, "application/json")).isEmpty();
        assertThat(server.requests()).extracting(Request::method).containsExactly("PUT", "PUT", "GET");
    }

    @Test
    @DisplayName("is unavailable when what stood there is gone again")
    void takenAndGone() {
        server.answer(request ->
                request.method().equals("PUT") ? Answer.xml(412, "PreconditionFailed") : Answer.xml(404, "NoSuchKey"));

        assertFailure(() -> store.putIfAbsent(KEY, HELLO, "application/json"), Reason.UNAVAILABLE, true);
    }

    @Test
    @DisplayName("finds nothing where there is nothing")
    void nothing() {
        server.answer(404, "NoSuchKey");

        assertThat(store.get(KEY)).isEmpty();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(500, "InternalError", Reason.UNAVAILABLE, true),
                Arguments.of(408, "RequestTimeout", Reason.UNAVAILABLE, true),
                Arguments.of(403, "AccessDenied", Reason.DENIED, false),
                Arguments.of(401, "Unauthorized", Reason.DENIED, false),
                Arguments.of(507, "InsufficientStorage", Reason.FULL, true),
                Arguments.of(404, "NoSuchBucket", Reason.NO_BUCKET, false),
                Arguments.of(400, "InvalidArgument", Reason.REFUSED, false));
    }

    @ParameterizedTest
    @MethodSource
    @DisplayName("F10 tells by the answer what failed and whether it may pass")
    void failures(int status, String code, Reason reason, boolean retryable) {
        server.answer(status, code);

        assertFailure(() -> store.put(KEY, HELLO, "text/plain"), reason, retryable);
        assertFailure(() -> store.putIfAbsent(KEY, HELLO, "text/plain"), reason, retryable);
        assertFailure(() -> store.get(KEY), reason, retryable);
        assertFailure(() -> store.list("jobs/", false, null), reason, retryable);
        assertFailure(() -> store.delete(KEY), reason, retryable);
        assertFailure(store::check, reason, retryable);
        int before = server.requests().size();
        assertFailure(() -> upload(new ByteArrayInputStream(HELLO), 5), reason, retryable);
        assertThat(server.requests()).hasSize(before + 1);
    }

    @Test
    @DisplayName("F10 tries small calls again, a few times")
    void retries() {
        server.answer(_ -> server.requests().size() < 3
                ? Answer.xml(500, "InternalError")
                : new Answer(200, "text/plain", "hello"));

        assertThat(store.get(KEY)).hasValue(HELLO);
        assertThat(server.requests()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"503, SlowDown", "429, TooManyRequests"})
    @DisplayName("F13 gives up after a few times when throttled")
    void throttling(int status, String code) {
        server.answer(status, code);

        assertFailure(() -> store.put(KEY, HELLO, "text/plain"), Reason.UNAVAILABLE, true);
        assertThat(server.requests()).hasSizeBetween(2, 10);
    }

    @Test
    @DisplayName("F10 is unavailable when nobody listens")
    void nobodyListens() {
        URI endpoint = server.uri();
        server.close();
        try (ObjectStore lonely = new ObjectStore(config(endpoint))) {
            assertFailure(() -> lonely.put(KEY, HELLO, "text/plain"), Reason.UNAVAILABLE, true);
            assertFailure(
                    () -> lonely.upload(KEY, new ByteArrayInputStream(HELLO), 5, "text/plain"),
                    Reason.UNAVAILABLE,
                    true);
        }
    }

    @Test
    @DisplayName("C15 is told by a body that breaks that it was the body's fault")
    void brokenBody() {
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(HELLO), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset by the client");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                throw new IOException("connection reset by the client");
            }
        });

        assertFailure(() -> upload(broken, 300_000), Reason.BODY_BROKEN, false);
    }

    @Test
    @DisplayName("signs links that name one key, one method and one time")
    void link() {
        URI link = store.link("results/a b/ü.jpg", Duration.ofMinutes(15)).url();

        assertThat(link.toString()).startsWith(server.uri() + "/pictures/results/a%20b/%C3%BC.jpg?");
        assertThat(link.getRawQuery())
                .contains("X-Amz-Expires=900", "X-Amz-SignedHeaders=host&", "X-Amz-Credential=AKIDEXAMPLE")
                .doesNotContain("hush")
                .doesNotContainIgnoringCase("checksum");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    @DisplayName("C15 is told by a body that ends early that it was the body's fault")
    void shortBody() {
        assertFailure(() -> upload(new ByteArrayInputStream(HELLO), 300_000), Reason.BODY_BROKEN, false);
    }

    @Test
    @DisplayName("may try again when two wrote at the same moment (S3's 409 ConditionalRequestConflict)")
    void conflict() {
        server.answer(409, "ConditionalRequestConflict");

        assertFailure(() -> store.putIfAbsent(KEY, HELLO, "text/plain"), Reason.UNAVAILABLE, true);
    }

    private void upload(InputStream body, long length) {
        store.upload(KEY, body, length, "image/jpeg");
    }

    private Request only() {
        assertThat(server.requests()).hasSize(1);
        return server.requests().getFirst();
    }

    /// The failure is of this reason, and neither it nor its causes show a secret or a signature.
    private static void assertFailure(Runnable call, Reason reason, boolean retryable) {
        StoreException failure = catchThrowableOfType(StoreException.class, call::run);
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.retryable()).isEqualTo(retryable);
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain("hush", "X-Amz-", "Signature", "?");
    }
}
