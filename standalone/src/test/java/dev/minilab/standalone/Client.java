package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/// Talks to an API as a client would, and holds every answer to `openapi.json`.
final class Client {

    static final Set<String> TERMINAL = Set.of("succeeded", "partially_succeeded", "failed", "canceled", "expired");
    private static final Description DESCRIPTION = Description.load();
    private static final Duration POLL = Duration.ofMillis(100);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI api;

    Client(URI api) {
        this.api = api;
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpRequest built = request.timeout(Duration.ofSeconds(60)).build();
        HttpResponse<byte[]> answer = http.send(built, BodyHandlers.ofByteArray());
        if (built.uri().getAuthority().equals(api.getAuthority())) {
            DESCRIPTION.check(built, answer);
        }
        return answer;
    }

    HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(api.resolve(path)));
    }

    HttpResponse<byte[]> delete(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(api.resolve(path)).DELETE());
    }

    /// Posts a body.
    ///
    /// @param headers names and values, in turn
    HttpResponse<byte[]> post(String path, String type, byte[] body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.resolve(path))
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    /// Uploads an image as raw body.
    ///
    /// @return the id of the job
    String upload(byte[] image, String query) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = post("/v1/jobs" + query, "application/octet-stream", image);
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(202);
        return id(answer);
    }

    /// Uploads an image as a form with a job request.
    HttpResponse<byte[]> uploadForm(byte[] image, String type, String job) throws IOException, InterruptedException {
        return post("/v1/jobs", "multipart/form-data; boundary=frontier", form(image, type, job));
    }

    static byte[] form(byte[] image, String type, String job) {
        var body = new ByteArrayOutputStream();
        body.writeBytes(ascii("--frontier\r\nContent-Disposition: form-data; name=\"image\"; filename=\"photo\"\r\n"
                + "Content-Type: " + type + "\r\n\r\n"));
        body.writeBytes(image);
        body.writeBytes(ascii("\r\n--frontier\r\nContent-Disposition: form-data; name=\"job\"\r\n"
                + "Content-Type: application/json\r\n\r\n" + job + "\r\n--frontier--\r\n"));
        return body.toByteArray();
    }

    /// Polls until the job has ended.
    JsonNode awaitTerminal(String id, Duration patience) throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            HttpResponse<byte[]> answer = get("/v1/jobs/" + id);
            assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
            JsonNode job = json(answer);
            if (TERMINAL.contains(job.path("status").asString(""))) {
                return job;
            }
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(System.nanoTime()).as("job %s ended in time", id).isLessThan(end);
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    /// Follows a signed link.
    byte[] download(String link) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = send(HttpRequest.newBuilder(URI.create(link)));
        assertThat(answer.statusCode()).as(link).isEqualTo(200);
        return answer.body();
    }

    static JsonNode json(HttpResponse<byte[]> answer) {
        return Json.readTree(new ByteArrayInputStream(answer.body()));
    }

    static String id(HttpResponse<byte[]> answer) {
        return json(answer).path("id").asString("");
    }

    static String text(HttpResponse<byte[]> answer) {
        return answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
