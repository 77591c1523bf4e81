package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

@DisplayName("Bad job requests, forms and idempotency keys: a typed problem, and nothing stored")
class BadJobRequestIT {

    private static final String BOUNDARY = "frontier";

    private static LocalApi api;
    private static Client client;
    private static byte[] jpeg;

    @BeforeAll
    static void start() throws Exception {
        api = LocalApi.alone(Map.of());
        client = api.client();
        jpeg = Images.jpeg(20, 20);
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

    private static HttpRequest.Builder form(String job) {
        return post("multipart/form-data; boundary=" + BOUNDARY, Client.form(jpeg, "image/jpeg", job));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// The lines of one part, and what is in it.
    private static byte[] part(String boundary, String head, byte[] content) {
        var part = new ByteArrayOutputStream();
        part.writeBytes(bytes("--" + boundary + "\r\n" + head + "\r\n\r\n"));
        part.writeBytes(content);
        part.writeBytes(bytes("\r\n"));
        return part.toByteArray();
    }

    private static byte[] imagePart(String boundary, String filename) {
        return part(
                boundary,
                "Content-Disposition: form-data; name=\"image\"; " + filename + "\r\nContent-Type: image/jpeg",
                jpeg);
    }

    private static HttpRequest.Builder form(String boundary, List<byte[]> parts) {
        var body = new ByteArrayOutputStream();
        parts.forEach(body::writeBytes);
        body.writeBytes(bytes("--" + boundary + "--\r\n"));
        return post("multipart/form-data; boundary=" + boundary, body.toByteArray());
    }

    private static String outputs(int count, String spec) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"o" + i + "\":" + spec)
                .collect(Collectors.joining(",", "{\"outputs\":{", "}}"));
    }

    static Stream<Bad> json() {
        Bad latin = new Bad(
                "C51 Latin-1", post("application/json", bytes("{\"external_id\":\"\u00e4\"}")), 400, "bad_json");
        Stream<Bad> all = Stream.of(
                        "{\"outputs\":",
                        "not JSON",
                        "{\"preset\":\"a\",\"preset\":\"b\"}",
                        "{\"outputs\":{\"a\":{\"width\":1,\"width\":2}}}",
                        "[".repeat(10_000),
                        "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000),
                        "{\"outputs\":{\"a\":{\"width\":1e400}}}",
                        "{\"outputs\":{\"a\":{\"width\":-1e400}}}",
                        "{\"outputs\":{\"a\":{\"width\":NaN}}}",
                        "{\"outputs\":{\"a\":{\"width\":Infinity}}}",
                        "{\"external_id\":\"\\ud800\"}",
                        "{} {}")
                .flatMap(json -> Stream.of(
                        new Bad("C51 form " + Bad.brief(json), form(json), 400, "bad_json"),
                        new Bad(
                                "C51 body " + Bad.brief(json),
                                post("application/json", bytes(json)),
                                400,
                                "bad_json")));
        return Stream.concat(all, Stream.of(latin));
    }

    static Stream<Bad> specs() {
        Stream<Bad> wrong = Stream.of(
                        "{\"outputz\":{}}",
                        "{\"outputs\":{\"a\":{\"widht\":5}}}",
                        "{\"outputs\":{\"a\":{\"width\":5,\"format\":\"bmp\"}}}",
                        "{\"outputs\":{\"a\":{\"width\":0}}}",
                        "{\"outputs\":{\"a\":{\"width\":-1}}}",
                        "{\"outputs\":{\"a\":{\"width\":1.5}}}",
                        "{\"outputs\":{\"a\":{\"width\":2147483648}}}",
                        "{\"outputs\":{\"a\":{\"width\":4097}}}",
                        "{\"preset\":\"nope\"}",
                        "[]",
                        "null")
                .map(json -> new Bad("C52 " + json, form(json), 422, "invalid_spec"));
        Stream<Bad> many = Stream.of(outputs(1_000, "{\"width\":1}"), outputs(20, "{\"width\":4096,\"height\":4096}"))
                .map(json -> new Bad("C53 " + Bad.brief(json), form(json), 422, "too_many_outputs"));
        Stream<Bad> names = Stream.of("../x", "a/b", "n".repeat(300), "\\ud83d\\ude00", "A", "")
                .map(name -> new Bad(
                        "C54 " + Bad.brief(name),
                        form("{\"outputs\":{\"" + name + "\":{\"width\":5}}}"),
                        422,
                        "invalid_spec"));
        Bad twice = new Bad(
                "C54 twice", form("{\"outputs\":{\"a\":{\"width\":5},\"a\":{\"width\":6}}}"), 422, "invalid_spec");
        Bad webhook = new Bad(
                "C61 webhook to a private address",
                form("{\"webhook\":{\"url\":\"https://10.1.2.3/\"}}"),
                422,
                "blocked_address");
        Bad scheme = new Bad(
                "C60 webhook by ftp", form("{\"webhook\":{\"url\":\"ftp://example.com/\"}}"), 422, "bad_webhook_url");
        Bad query = new Bad(
                "unknown query",
                HttpRequest.newBuilder(api.uri().resolve("/v1/jobs?widht=3"))
                        .header("Content-Type", "image/jpeg")
                        .POST(BodyPublishers.ofByteArray(jpeg)),
                422,
                "invalid_spec");
        return Stream.of(wrong, many, names, Stream.of(twice, webhook, scheme, query))
                .flatMap(all -> all);
    }

    static Stream<Bad> forms() {
        byte[] image = imagePart(BOUNDARY, "filename=\"a\"");
        byte[] whole = Client.form(jpeg, "image/jpeg", "{}");
        byte[] job = part(BOUNDARY, "Content-Disposition: form-data; name=\"job\"", bytes("{}"));
        byte[] other = part(BOUNDARY, "Content-Disposition: form-data; name=\"x\"", bytes("1"));
        byte[] nested = part(
                BOUNDARY,
                "Content-Disposition: form-data; name=\"files\"\r\nContent-Type: multipart/mixed; boundary=inner",
                imagePart("inner", "filename=\"a\""));
        String wide = "b".repeat(1_024);
        return Stream.of(
                bad("no image", form(BOUNDARY, List.of(job))),
                bad("no part", form(BOUNDARY, List.of())),
                bad("two images", form(BOUNDARY, List.of(image, image))),
                bad("two jobs", form(BOUNDARY, List.of(image, job, job))),
                bad("a part without a name", form(BOUNDARY, List.of(part(BOUNDARY, "X: y", jpeg)))),
                bad("another part", form(BOUNDARY, List.of(image, other))),
                bad(
                        "10,000 parts",
                        form(
                                BOUNDARY,
                                IntStream.range(0, 10_000).mapToObj(_ -> other).toList())),
                bad("nested", form(BOUNDARY, List.of(nested))),
                bad("no boundary", post("multipart/form-data", whole)),
                bad("another boundary", post("multipart/form-data; boundary=other", whole)),
                bad("boundary of 1 kB", form(wide, List.of(imagePart(wide, "filename=\"a\"")))),
                bad(
                        "cut off",
                        post("multipart/form-data; boundary=frontier", Arrays.copyOf(whole, whole.length - 30))));
    }

    private static Bad bad(String name, HttpRequest.Builder form) {
        return new Bad("C55 " + name, form, 400, "bad_multipart");
    }

    static Stream<Bad> keys() {
        return Stream.of("", " ", "k".repeat(256), "tab\there")
                .map(key -> new Bad(
                        "C59 key " + Bad.brief(key),
                        post("image/jpeg", jpeg).header("Idempotency-Key", key),
                        400,
                        "bad_idempotency_key"));
    }

    @ParameterizedTest
    @MethodSource({"json", "specs", "forms", "keys"})
    @DisplayName("is answered by its code")
    void isRefused(Bad bad) throws Exception {
        bad.assertRefused(api);
    }

    @Test
    @DisplayName("C52, C54 every mistake of a spec is named with its pointer")
    void pointers() throws Exception {
        Bad bad = new Bad("", form("{\"outputs\":{\"a\":{\"width\":0,\"fit\":\"big\"}},\"x\":1}"), 422, "invalid_spec");
        assertThat(pointers(bad.assertRefused(api)))
                .containsExactlyInAnyOrder("/outputs/a/width", "/outputs/a/fit", "/x");
        Bad twice = new Bad("", form("{\"outputs\":{\"a\":{\"width\":5},\"a\":{\"width\":6}}}"), 422, "invalid_spec");
        assertThat(pointers(twice.assertRefused(api))).containsExactly("/outputs");
    }

    private static List<String> pointers(JsonNode problem) {
        return problem.path("errors").values().stream()
                .map(error -> error.path("pointer").asString(""))
                .toList();
    }

    @Test
    @DisplayName("C59 a key that is not ASCII")
    void keyNotAscii() throws Exception {
        String answer = api.exchange(
                "POST /v1/jobs HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "Content-Type: image/jpeg",
                "Idempotency-Key: gr\u00fc\u00dfe",
                "Content-Length: 1");
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"bad_idempotency_key\"");
    }

    static Stream<String> filenames() {
        return Stream.of(
                "filename=\"../../etc/passwd\"",
                "filename=\"..\\\\..\\\\windows\\\\win.ini\"",
                "filename=\"a%0D%0AX-Evil: 1\"",
                "filename=\"" + "n".repeat(4_096) + "\"",
                "filename=\"photo\\\"quoted\\\".jpg\"",
                "filename=\"CON\"",
                "filename=\"\u00e2\u0080\u00aegpj.exe\"",
                "filename*=UTF-8''%E2%80%AEgpj.exe",
                "filename=\"\"");
    }

    @ParameterizedTest
    @MethodSource("filenames")
    @DisplayName("C56 whatever a file is called: it is taken, and its name is used for nothing")
    void filename(String filename) throws Exception {
        List<Path> before = api.stored();
        HttpResponse<byte[]> answer = client.send(form(BOUNDARY, List.of(imagePart(BOUNDARY, filename))));
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
        String id = Client.id(answer);
        assertThat(api.stored())
                .filteredOn(file -> !before.contains(file))
                .hasSize(2)
                .allSatisfy(file -> assertThat(file.toString()).contains(id));
        assertThat(Client.text(answer)).doesNotContain("passwd", "Evil", "CON", "gpj", "nnnnn");
        client.delete("/v1/jobs/" + id);
    }

    @Test
    @DisplayName("C57 a key with another image, other outputs or another call is refused; the same again is replayed")
    void keyReused() throws Exception {
        HttpResponse<byte[]> first = client.send(keyed("c57", form("{\"external_id\":\"a\"}")));
        assertThat(first.statusCode()).as(Client.text(first)).isEqualTo(202);
        String id = Client.id(first);
        byte[] image = Images.jpeg(24, 24);
        for (HttpRequest.Builder other : List.of(
                form("{\"external_id\":\"b\"}"),
                form("{\"external_id\":\"a\",\"outputs\":{\"x\":{\"width\":5}}}"),
                post(
                        "multipart/form-data; boundary=frontier",
                        Client.form(image, "image/jpeg", "{\"external_id\":\"a\"}")),
                HttpRequest.newBuilder(api.uri().resolve("/v1/jobs/" + id + "/retry"))
                        .POST(BodyPublishers.noBody()))) {
            new Bad("C57", keyed("c57", other), 422, "idempotency_key_reuse").assertRefused(api);
        }
        HttpResponse<byte[]> again = client.send(keyed("c57", form("{\"external_id\":\"a\"}")));
        assertThat(again.statusCode()).as(Client.text(again)).isEqualTo(202);
        assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        assertThat(Client.id(again)).isEqualTo(id);
        client.delete("/v1/jobs/" + id);
    }

    private static HttpRequest.Builder keyed(String key, HttpRequest.Builder request) {
        return request.header("Idempotency-Key", key);
    }

    @Test
    @DisplayName("C58 a key whose first request is still under way: 409 with Retry-After, then the same job")
    void keyInProgress() throws Exception {
        byte[] image = Images.jpeg(600, 400);
        List<Path> before = api.stored();
        String id;
        try (Socket first = api.begin(
                "POST /v1/jobs HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "Content-Type: image/jpeg",
                "Idempotency-Key: c58",
                "Content-Length: " + image.length)) {
            OutputStream out = first.getOutputStream();
            out.write(image, 0, image.length / 2);
            out.flush();
            awaitClaim(before);
            HttpResponse<byte[]> second = client.send(keyed("c58", post("image/jpeg", image)));
            assertThat(second.statusCode()).as(Client.text(second)).isEqualTo(409);
            assertThat(Client.json(second).path("code").asString("")).isEqualTo("idempotency_in_progress");
            assertThat(second.headers().firstValue("Retry-After")).isPresent();
            out.write(image, image.length / 2, image.length - image.length / 2);
            out.flush();
            assertThat(new String(first.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 202 ");
        }
        HttpResponse<byte[]> third = client.send(keyed("c58", post("image/jpeg", image)));
        assertThat(third.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        id = Client.id(third);
        client.delete("/v1/jobs/" + id);
    }

    private static void awaitClaim(List<Path> before) throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (api.stored().stream().noneMatch(file -> !before.contains(file) && isClaim(file))) {
            assertThat(System.nanoTime()).as("the key is claimed in time").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static boolean isClaim(Path file) {
        return file.toString().matches(".*/idempotency/default/[0-9a-f]+");
    }
}
