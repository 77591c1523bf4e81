package dev.minilab.standalone;

import com.sun.net.httpserver.HttpServer;
import dev.minilab.cli.ProgressBar;
import dev.minilab.config.Config;
import dev.minilab.config.ConfigException;
import dev.minilab.json.Json;
import dev.minilab.webhook.WebhookSigner;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SignatureException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Everything in one go, for someone who has just cloned the project: starts an installation in a temporary folder,
/// sends one image through it, checks the webhook, and writes the thumbnails to a folder.
final class Demo {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(40);

    private record Webhook(String id, String timestamp, String signature, String body) {}

    private final PrintStream out;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final BlockingQueue<Webhook> webhooks = new LinkedBlockingQueue<>();

    Demo(PrintStream out) {
        this.out = out;
    }

    /// Runs the demo.
    ///
    /// @param image a JPEG or PNG, or nothing to have one drawn
    /// @param target where the thumbnails go
    /// @return the exit code
    int run(@Nullable Path image, Path target) throws Exception {
        if (image != null && !Files.isReadable(image)) {
            throw new ConfigException(List.of("IMAGE: cannot read " + image));
        }
        Logging.quiet();
        Path data = Files.createTempDirectory("minilab-demo");
        ProgressBar progress = new ProgressBar(out, ProgressBar.onTerminal(), 6);
        progress.now("starting S3, SQS, API and worker");
        HttpServer receiver = startReceiver();
        try (Standalone minilab = Standalone.start(data, "127.0.0.1", 0, 0, 0, Map.of())) {
            progress.done("started S3, SQS, API and worker at " + minilab.uri());
            return run(image, target, minilab, receiver, progress);
        } finally {
            receiver.stop(0);
            delete(data);
        }
    }

    private int run(@Nullable Path image, Path target, Standalone minilab, HttpServer receiver, ProgressBar progress)
            throws Exception {
        byte[] bytes = image == null ? draw() : Files.readAllBytes(image);
        String name = image == null ? "demo" : stem(image);
        long start = System.nanoTime();
        JsonNode job = upload(minilab, bytes, receiver);
        long accepted = System.nanoTime();
        progress.done(String.format(Locale.ROOT, "uploaded %,d bytes as %s", bytes.length, text(job, "id")));
        while (job.path("finished_at").isNull()) {
            Thread.sleep(POLL);
            requirePatience(start);
            job = get(minilab.uri().resolve(text(job.path("links"), "self")));
            progress.now(text(job, "status"));
        }
        long ended = System.nanoTime();
        progress.done(text(job, "status"));
        if (!text(job, "status").equals("succeeded")) {
            progress.end();
            out.println("The job ended as " + text(job, "status") + ": " + job.path("error"));
            return 1;
        }
        int written = download(job, target, name);
        progress.done("wrote " + written + " thumbnails to " + target);
        Webhook webhook = webhooks.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (webhook == null) {
            progress.end();
            out.println("No webhook came.");
            return 1;
        }
        long called = System.nanoTime();
        progress.done("received webhook " + webhook.id());
        verify(webhook, minilab.config());
        progress.done("verified its signature");
        progress.end();
        report(job, minilab, name, webhook);
        out.printf(
                Locale.ROOT,
                "%nAccepted after %d ms, finished after %d ms (rendering %d ms), webhook after %d ms.%n",
                millis(accepted - start),
                millis(ended - start),
                job.path("timings").path("render_ms").asLong(),
                millis(called - start));
        return 0;
    }

    private JsonNode upload(Standalone minilab, byte[] image, HttpServer receiver)
            throws IOException, InterruptedException {
        String webhook = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/webhook";
        URI uri = minilab.uri()
                .resolve("/v1/jobs?external_id=demo&webhook_url=" + URLEncoder.encode(webhook, StandardCharsets.UTF_8));
        HttpResponse<byte[]> answer = http.send(
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofByteArray(image))
                        .build(),
                BodyHandlers.ofByteArray());
        return read(answer, 202);
    }

    private JsonNode get(URI uri) throws IOException, InterruptedException {
        return read(http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray()), 200);
    }

    private static JsonNode read(HttpResponse<byte[]> answer, int expected) {
        JsonNode json = Json.readTree(new ByteArrayInputStream(answer.body()));
        if (answer.statusCode() != expected) {
            throw new ConfigException(List.of("IMAGE: " + text(json, "code") + ": " + text(json, "detail")));
        }
        return json;
    }

    private int download(JsonNode job, Path target, String name) throws IOException, InterruptedException {
        int written = 0;
        for (Map.Entry<String, JsonNode> output : job.path("outputs").properties()) {
            URI link = URI.create(text(output.getValue(), "url"));
            HttpResponse<byte[]> answer = http.send(HttpRequest.newBuilder(link).build(), BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IOException("the link of " + output.getKey() + " answers " + answer.statusCode());
            }
            Files.write(target.resolve(fileName(name, output)), answer.body());
            written++;
        }
        return written;
    }

    private static String fileName(String name, Map.Entry<String, JsonNode> output) {
        String format = text(output.getValue(), "format");
        return name + "-" + output.getKey() + "." + (format.equals("jpeg") ? "jpg" : format);
    }

    private static void verify(Webhook webhook, Config config) throws SignatureException {
        WebhookSigner.verify(
                config.webhooks().secrets(),
                webhook.id(),
                webhook.timestamp(),
                webhook.signature(),
                webhook.body().getBytes(StandardCharsets.UTF_8),
                Instant.now());
    }

    private void report(JsonNode job, Standalone minilab, String name, Webhook webhook) {
        JsonNode source = job.path("source");
        out.printf(
                Locale.ROOT,
                "%n%s %d×%d, %,d bytes%n",
                text(source, "format"),
                source.path("width").asInt(),
                source.path("height").asInt(),
                source.path("bytes").asLong());
        for (Map.Entry<String, JsonNode> output : job.path("outputs").properties()) {
            JsonNode value = output.getValue();
            out.printf(
                    Locale.ROOT,
                    "  %-24s %4d×%-4d %,9d bytes  %s%n",
                    fileName(name, output),
                    value.path("width").asInt(),
                    value.path("height").asInt(),
                    value.path("bytes").asLong(),
                    text(value, "url"));
        }
        JsonNode event = Json.readTree(new ByteArrayInputStream(webhook.body().getBytes(StandardCharsets.UTF_8)));
        out.println("  webhook " + text(event, "type") + ", signature verified (" + webhook.id() + ")");
        out.println("The links were for this run of " + minilab.uri() + ": `./minilab serve` keeps them.");
    }

    private HttpServer startReceiver() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/webhook", exchange -> {
            try (exchange) {
                var headers = exchange.getRequestHeaders();
                webhooks.add(new Webhook(
                        String.valueOf(headers.getFirst("webhook-id")),
                        String.valueOf(headers.getFirst("webhook-timestamp")),
                        String.valueOf(headers.getFirst("webhook-signature")),
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        server.start();
        return server;
    }

    private static void requirePatience(long start) throws IOException {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
            throw new IOException("the job did not end within " + PATIENCE.toSeconds() + " s");
        }
    }

    /// A landscape, so that there is something to look at.
    private static byte[] draw() throws IOException {
        BufferedImage image = new BufferedImage(2400, 1600, BufferedImage.TYPE_INT_RGB);
        var g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setPaint(new GradientPaint(0, 0, new Color(0x1B3A6B), 0, 1100, new Color(0xF6B48F)));
        g.fillRect(0, 0, 2400, 1600);
        g.setColor(new Color(0xFFF3D6));
        g.fillOval(1500, 560, 320, 320);
        for (int ridge = 0; ridge < 5; ridge++) {
            g.setColor(new Color(40 + 8 * ridge, 70 - 10 * ridge, 90 - 14 * ridge));
            for (int x = 0; x < 2400; x++) {
                double height = Math.sin(x / (180.0 - 20 * ridge) + ridge * 2) * 90
                        + Math.sin(x / (47.0 + 9 * ridge) + ridge) * 28;
                g.drawLine(x, (int) (900 + 140 * ridge - height), x, 1600);
            }
        }
        g.setColor(new Color(0xFFFFFF));
        g.setStroke(new BasicStroke(3));
        g.drawRect(40, 40, 2320, 1520);
        g.dispose();
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", bytes);
        return bytes.toByteArray();
    }

    private static String stem(Path image) {
        String name = String.valueOf(image.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
