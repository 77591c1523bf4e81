package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Sha256;
import dev.minilab.json.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("./minilab serve, driven over HTTP")
class ServeIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path data;

    private static MinilabProcess minilab;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        minilab = MinilabProcess.start(Map.of(), "serve", "--port", "0", "--data", data.toString());
        client = new Client(minilab.awaitUri());
    }

    @AfterAll
    static void stop() throws Exception {
        try (MinilabProcess running = minilab) {
            assertThat(running.terminate(30)).as("exit code after SIGTERM").isZero();
            assertThat(running.log())
                    .as("no signature and no secret in the log (I21)")
                    .doesNotContain("X-Amz-Signature")
                    .doesNotContain(DataFolder.secrets(data).secretAccessKey())
                    .doesNotContain(DataFolder.secrets(data).webhookSecret());
        }
    }

    @Test
    @DisplayName("says READY once, and shows three curl lines")
    void greets() throws Exception {
        minilab.awaitReady();
        assertThat(minilab.output().stream().filter(line -> line.startsWith("READY http://127.0.0.1:")))
                .hasSize(1);
        assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(minilab.output().stream().filter(line -> line.contains("curl ")))
                .hasSize(3);
    }

    @Test
    @DisplayName("I26 a second process is not let into the same data folder")
    void oneProcessAFolder() throws Exception {
        try (MinilabProcess second =
                MinilabProcess.start(Map.of(), "serve", "--port", "0", "--data", data.toString())) {
            assertThat(second.awaitExit(30)).isEqualTo(78);
            assertThat(second.log()).contains("another process is using");
        }
    }

    @Test
    @DisplayName("a raw JPEG: 202 with Location and ETag, then succeeded, and every link gives the image")
    void rawJpeg() throws Exception {
        byte[] image = Images.jpeg(1600, 900);
        HttpResponse<byte[]> accepted = client.post("/v1/jobs", "image/jpeg", image);
        assertThat(accepted.statusCode()).isEqualTo(202);
        String id = Client.id(accepted);
        assertThat(accepted.headers().firstValue("Location")).hasValue("/v1/jobs/" + id);
        assertThat(accepted.headers().firstValue("ETag")).isPresent();
        assertThat(accepted.headers().firstValue("Retry-After")).isPresent();
        assertThat(Client.json(accepted).path("status").asString("")).isEqualTo("queued");

        JsonNode job = client.awaitTerminal(id, PATIENCE);
        assertThat(job.path("status").asString("")).isEqualTo("succeeded");
        assertThat(job.path("attempts").asInt()).isEqualTo(1);
        assertThat(job.path("source").path("sha256").asString("")).isEqualTo(Sha256.of(image));
        assertOutput(job.path("outputs").path("small"), "image/jpeg", 320, 180);
        assertOutput(job.path("outputs").path("large"), "image/jpeg", 1280, 720);
    }

    private static void assertOutput(JsonNode output, String type, int width, int height) throws Exception {
        HttpResponse<byte[]> answer =
                client.send(HttpRequest.newBuilder(URI.create(output.path("url").asString(""))));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(type);
        assertThat(Sha256.of(answer.body())).isEqualTo(output.path("sha256").asString(""));
        assertThat(output.path("bytes").asInt()).isEqualTo(answer.body().length);
        BufferedImage image = Images.decode(answer.body());
        assertThat(List.of(image.getWidth(), image.getHeight())).containsExactly(width, height);
        assertThat(List.of(output.path("width").asInt(), output.path("height").asInt()))
                .containsExactly(width, height);
        Instant expires = Instant.parse(output.path("url_expires_at").asString(""));
        assertThat(expires)
                .isBetween(Instant.now().plusSeconds(3500), Instant.now().plusSeconds(3601));
    }

    @Test
    @DisplayName("a form with a PNG and a job part: asked-for outputs, WebP where there is alpha")
    void formWithPng() throws Exception {
        HttpResponse<byte[]> accepted = client.uploadForm(Images.transparentPng(800, 400), "image/png", """
            {"outputs": {
               "square": {"width": 200, "height": 200, "fit": "cover", "format": "png"},
               "auto": {"width": 100},
               "flat": {"height": 50, "format": "jpeg", "background": "#ff0000"}},
             "external_id": "sku-1", "metadata": {"team": "photo"}}
            """);
        assertThat(accepted.statusCode()).as(Client.text(accepted)).isEqualTo(202);

        JsonNode job = client.awaitTerminal(Client.id(accepted), PATIENCE);
        assertThat(job.path("status").asString("")).isEqualTo("succeeded");
        assertThat(job.path("external_id").asString("")).isEqualTo("sku-1");
        assertThat(job.path("metadata").path("team").asString("")).isEqualTo("photo");
        assertOutput(job.path("outputs").path("square"), "image/png", 200, 200);
        JsonNode auto = job.path("outputs").path("auto");
        assertThat(auto.path("format").asString("")).isEqualTo("webp");
        byte[] webp = client.download(auto.path("url").asString(""));
        assertThat(new String(webp, 0, 16, StandardCharsets.ISO_8859_1))
                .startsWith("RIFF")
                .endsWith("WEBPVP8X");
        assertOutput(job.path("outputs").path("flat"), "image/jpeg", 100, 50);
    }

    @Test
    @DisplayName("a chunked upload of unknown length works like any other")
    void chunked() throws Exception {
        byte[] image = Images.jpeg(640, 480);
        HttpResponse<byte[]> accepted =
                client.send(HttpRequest.newBuilder(minilab.awaitUri().resolve("/v1/jobs"))
                        .header("Content-Type", "image/jpeg")
                        .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(image))));
        assertThat(accepted.statusCode()).as(Client.text(accepted)).isEqualTo(202);
        JsonNode job = client.awaitTerminal(Client.id(accepted), PATIENCE);
        assertThat(job.path("status").asString("")).isEqualTo("succeeded");
        assertThat(job.path("source").path("bytes").asInt()).isEqualTo(image.length);
    }

    @Test
    @DisplayName("I18 the webhook verifies with the Standard Webhooks library and carries the job with links that work")
    void webhook() throws Exception {
        try (WebhookReceiver receiver = new WebhookReceiver()) {
            String id = client.upload(
                    Images.jpeg(300, 200), "?webhook_url=" + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8));
            WebhookReceiver.Received received = receiver.await(30);
            received.verify(DataFolder.secrets(data).webhookSecret());
            JsonNode event =
                    Json.readTree(new ByteArrayInputStream(received.body().getBytes(StandardCharsets.UTF_8)));
            assertThat(event.path("type").asString("")).isEqualTo("job.succeeded");
            assertThat(event.path("data").path("id").asString("")).isEqualTo(id);
            client.download(
                    event.path("data").path("outputs").path("small").path("url").asString(""));
            assertThat(received.id()).isEqualTo("msg_" + id.substring(4) + "_succeeded");
            awaitDelivered(id);
            assertThat(receiver.waiting()).isZero();
        }
    }

    @Test
    @DisplayName(
            "attempts to deliver are listed; an event is delivered again, to another URL if asked; C60-C63 URLs are"
                    + " checked")
    void deliveries() throws Exception {
        try (WebhookReceiver receiver = new WebhookReceiver();
                WebhookReceiver other = new WebhookReceiver()) {
            String id = client.upload(
                    Images.jpeg(60, 40), "?webhook_url=" + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8));
            String path = "/v1/jobs/" + id + "/deliveries";
            String webhookId = receiver.await(30).id();
            awaitDelivered(id);
            JsonNode first = Client.json(client.get(path)).path("data").path(0);
            assertThat(first.path("attempt").asInt()).isEqualTo(1);
            assertThat(first.path("webhook_id").asString("")).isEqualTo(webhookId);
            assertThat(first.path("status_code").asInt()).isEqualTo(204);
            assertThat(first.path("status").asString("")).isEqualTo("delivered");

            HttpResponse<byte[]> again = client.post(path, "application/json", new byte[0]);
            assertThat(again.statusCode()).as(Client.text(again)).isEqualTo(202);
            assertThat(Client.json(again).path("webhook_id").asString("")).isEqualTo(webhookId);
            assertThat(receiver.await(30).id()).isEqualTo(webhookId);

            assertThat(redeliver(path, "{\"url\":\"" + other.url() + "\"}").statusCode())
                    .isEqualTo(202);
            other.await(30).verify(DataFolder.secrets(data).webhookSecret());

            assertThat(problem(redeliver(path, "{\"url\":\"https://10.0.0.1/\"}")))
                    .isEqualTo("422 blocked_address");
            assertThat(problem(redeliver(path, "{\"url\":\"ftp://example.com/\"}")))
                    .isEqualTo("422 bad_webhook_url");
            assertThat(problem(redeliver(path, "{\"uri\":1}"))).isEqualTo("422 invalid_spec");
            assertThat(problem(redeliver(path, "[]"))).isEqualTo("422 invalid_spec");
            assertThat(problem(redeliver(path, "{"))).isEqualTo("400 bad_json");
            assertThat(problem(client.get("/v1/jobs/job_01M85FFAJS2M6WDTHW48KJ70VT/deliveries")))
                    .isEqualTo("404 not_found");
        }
        String silent = client.upload(Images.jpeg(60, 40), "");
        client.awaitTerminal(silent, PATIENCE);
        String path = "/v1/jobs/" + silent + "/deliveries";
        assertThat(Client.json(client.get(path)).path("data").isEmpty()).isTrue();
        assertThat(problem(redeliver(path, "{}"))).isEqualTo("422 invalid_spec");
    }

    private static HttpResponse<byte[]> redeliver(String path, String json) throws Exception {
        return client.post(path, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    private static String problem(HttpResponse<byte[]> answer) {
        return answer.statusCode() + " " + Client.json(answer).path("code").asString("");
    }

    private static void awaitDelivered(String id) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonNode webhook;
        do {
            webhook = client.awaitTerminal(id, PATIENCE).path("webhook");
            assertThat(System.nanoTime()).as("delivered in time").isLessThan(end);
        } while (!webhook.path("status").asString("").equals("delivered"));
        assertThat(webhook.path("attempts").asInt()).isEqualTo(1);
    }

    @Test
    @DisplayName("an answer that has not changed is a 304, and a stable link leads to a fresh one")
    void conditionalAndStable() throws Exception {
        String id = client.upload(Images.jpeg(100, 100), "");
        JsonNode job = client.awaitTerminal(id, PATIENCE);
        String etag = client.get("/v1/jobs/" + id).headers().firstValue("ETag").orElseThrow();
        HttpResponse<byte[]> again =
                client.send(HttpRequest.newBuilder(minilab.awaitUri().resolve("/v1/jobs/" + id))
                        .header("If-None-Match", etag));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();

        String stable = job.path("outputs").path("small").path("stable_url").asString("");
        HttpResponse<byte[]> redirect = client.get(stable);
        assertThat(redirect.statusCode()).isEqualTo(302);
        client.download(redirect.headers().firstValue("Location").orElseThrow());
    }

    @Test
    @DisplayName("I17, C68 a signed link opens one key, for reading, and only as signed")
    void signedLinks() throws Exception {
        String id = client.upload(Images.jpeg(100, 100), "");
        JsonNode outputs = client.awaitTerminal(id, PATIENCE).path("outputs");
        String small = outputs.path("small").path("url").asString("");
        assertThat(status(small.replace("small.jpg", "large.jpg"), "GET")).isEqualTo(403);
        assertThat(status(small.replace("X-Amz-Expires=3600", "X-Amz-Expires=9600"), "GET"))
                .isEqualTo(403);
        assertThat(status(small, "DELETE")).isEqualTo(403);
        assertThat(status(small, "GET")).isEqualTo(200);
    }

    private static int status(String link, String method) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(link)).method(method, HttpRequest.BodyPublishers.noBody()))
                .statusCode();
    }

    @Test
    @DisplayName("F33 a job whose request was damaged in the bucket is shown still, passed over in lists, and can be"
            + " deleted")
    void damagedRecord() throws Exception {
        String id = client.upload(Images.jpeg(50, 50), "");
        client.awaitTerminal(id, PATIENCE);
        try (Stream<Path> files = Files.walk(data.resolve("store"))) {
            Path record = files.filter(f -> f.endsWith(Path.of(id, "accepted.json")))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(record, "{\"schema\":1,");
        }
        HttpResponse<byte[]> answer = client.get("/v1/jobs/" + id);
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(200);
        assertThat(Client.json(answer).path("status").asString("")).isEqualTo("succeeded");
        HttpResponse<byte[]> list = client.get("/v1/jobs");
        assertThat(list.statusCode()).isEqualTo(200);
        assertThat(Client.text(list)).doesNotContain(id);
        assertThat(client.delete("/v1/jobs/" + id).statusCode()).isEqualTo(204);
        assertThat(client.get("/v1/jobs/" + id).statusCode()).isEqualTo(410);
    }

    @Test
    @DisplayName("an image that is only a header fails, and says why")
    void damaged() throws Exception {
        byte[] whole = Images.jpeg(1000, 800);
        byte[] half = Arrays.copyOf(whole, whole.length / 2);
        JsonNode job = client.awaitTerminal(client.upload(half, ""), PATIENCE);
        assertThat(job.path("status").asString("")).isEqualTo("failed");
        assertThat(job.path("error").path("code").asString("")).isEqualTo("truncated");
        assertThat(job.path("outputs").path("small").path("status").asString(""))
                .isEqualTo("failed");
    }
}
