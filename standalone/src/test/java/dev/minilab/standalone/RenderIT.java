package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minilab.job.Sha256;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayName("Rendering through the API, in processes that may die")
class RenderIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    static Path data;

    private static MinilabProcess minilab;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        minilab = MinilabProcess.start(
                Map.of("MINILAB_RENDER_PROCESSES", "2"), "serve", "--port", "0", "--data", data.toString());
        client = new Client(minilab.awaitUri());
    }

    @AfterAll
    static void stop() throws Exception {
        List<ProcessHandle> renderers = minilab.renderProcesses();
        assertThat(renderers).isNotEmpty();
        try (MinilabProcess running = minilab) {
            assertThat(running.terminate(40)).as("exit code after SIGTERM").isZero();
        }
        for (ProcessHandle renderer : renderers) {
            renderer.onExit().get(20, TimeUnit.SECONDS); // None is left behind.
        }
    }

    private static JsonNode job(byte[] image, String request) throws Exception {
        var accepted = client.uploadForm(image, "application/octet-stream", request);
        assertThat(accepted.statusCode()).as(Client.text(accepted)).isEqualTo(202);
        return client.awaitTerminal(Client.id(accepted), PATIENCE);
    }

    private static byte[] output(JsonNode job, String name) throws Exception {
        JsonNode output = job.path("outputs").path(name);
        assertThat(output.path("status").asString("")).as(job.toString()).isEqualTo("succeeded");
        byte[] bytes = client.download(output.path("url").asString(""));
        assertThat(Sha256.of(bytes)).isEqualTo(output.path("sha256").asString(""));
        return bytes;
    }

    private static boolean reads(String format) throws Exception {
        return listed("in", format);
    }

    private static boolean listed(String way, String format) throws Exception {
        JsonNode formats =
                Client.json(client.get("/v1/capabilities")).path("formats").path(way);
        return formats.valueStream().anyMatch(name -> name.asString("").equals(format));
    }

    @Test
    @DisplayName("the whole output spec at once")
    void wholeSpec() throws Exception {
        JsonNode job = job(Images.jpeg(1200, 800), """
                {"outputs": {
                   "cover": {"width": 200, "height": 200, "fit": "cover", "position": "attention", "format": "webp"},
                   "entropy": {"width": 100, "height": 300, "fit": "cover", "position": "entropy"},
                   "contain": {"width": 300, "height": 300, "fit": "contain", "background": "#ff000080", "format": "png"},
                   "soft": {"width": 400, "blur": 3, "quality": 60},
                   "crisp": {"width": 400, "sharpen": true, "keep": ["icc", "copyright"]},
                   "marked": {"width": 400, "watermark": {"text": "© Minilab", "opacity": 0.8}},
                   "exact": {"width": 64, "format": "webp", "lossless": true},
                   "huge": {"width": 1500, "without_enlargement": false}}}""");
        assertThat(job.path("status").asString("")).as(job.toString()).isEqualTo("succeeded");
        assertThat(Images.decode(output(job, "cover")).getWidth()).isEqualTo(200);
        assertThat(Images.decode(output(job, "contain")).getHeight()).isEqualTo(300);
        assertThat(Images.decode(output(job, "contain")).getRGB(150, 5) >>> 24).isBetween(126, 130);
        assertThat(Images.decode(output(job, "huge")).getHeight()).isEqualTo(1000);
        assertThat(output(job, "soft").length).isLessThan(output(job, "crisp").length);
        assertThat(job.path("timings").path("decodes").asInt()).isEqualTo(1);
        assertThat(job.path("placeholder").path("thumbhash").asString("")).hasSizeBetween(20, 40);
        assertThat(job.path("placeholder").path("dominant_color").asString("")).matches("#[0-9a-f]{6}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jpeg", "png", "gif", "bmp", "tiff"})
    @DisplayName("every format that Java writes is taken, TIFF with its directory at the end too")
    void formatsIn(String format) throws Exception {
        byte[] image = encode(Images.decode(Images.jpeg(1000, 700)), format);
        JsonNode job = job(image, "{\"outputs\": {\"it\": {\"width\": 250, \"format\": \"png\"}}}");
        assertThat(Images.decode(output(job, "it")).getHeight()).isEqualTo(175);
        assertThat(job.path("source").path("format").asString("")).isEqualTo(format);
        assertThat(job.path("source").path("width").asInt()).isEqualTo(1000);
    }

    private static byte[] encode(BufferedImage image, String format) throws IOException {
        var bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"webp", "avif", "gif"})
    @DisplayName("what comes out can be sent in again, or is codec_unavailable where no codec is there")
    void andBack(String format) throws Exception {
        JsonNode first =
                job(Images.jpeg(600, 400), "{\"outputs\": {\"it\": {\"width\": 300, \"format\": \"" + format + "\"}}}");
        if (!listed("out", format)) {
            assertThat(first.path("outputs")
                            .path("it")
                            .path("error")
                            .path("code")
                            .asString(""))
                    .isEqualTo("codec_unavailable");
            return;
        }
        byte[] file = output(first, "it");
        assertThat(new String(file, StandardCharsets.ISO_8859_1).substring(0, 12))
                .containsAnyOf("RIFF", "ftyp", "GIF8");
        if (reads(format)) {
            JsonNode second = job(file, "{\"outputs\": {\"it\": {\"width\": 150, \"format\": \"png\"}}}");
            assertThat(second.path("source").path("format").asString("")).isEqualTo(format);
            assertThat(Images.decode(output(second, "it")).getWidth()).isEqualTo(150);
        }
    }

    @Test
    @DisplayName("an animated GIF stays one when that is asked for, and else gives its first frame")
    void animation() throws Exception {
        byte[] gif = animation(4);
        JsonNode still = job(gif, "{\"outputs\": {\"it\": {\"width\": 40, \"format\": \"png\"}}}");
        assertThat(still.path("source").path("frames").asInt()).isEqualTo(4);
        assertThat(Images.decode(output(still, "it")).getWidth()).isEqualTo(40);
        JsonNode moving = job(gif, "{\"outputs\": {\"it\": {\"width\": 40, \"format\": \"gif\", \"animated\": true}}}");
        assumeTrue(
                !moving.path("outputs")
                        .path("it")
                        .path("error")
                        .path("code")
                        .asString("")
                        .equals("codec_unavailable"),
                "libvips is not installed");
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(output(moving, "it"))));
        assertThat(reader.getNumImages(true)).isEqualTo(4);
        reader.dispose();
    }

    private static byte[] animation(int frames) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        var bytes = new ByteArrayOutputStream();
        try (var output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < frames; i++) {
                BufferedImage frame = new BufferedImage(80, 60, BufferedImage.TYPE_BYTE_INDEXED);
                var graphics = frame.createGraphics();
                graphics.fillOval(i * 15, 10, 20, 20);
                graphics.dispose();
                IIOMetadata metadata =
                        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(frame), null);
                writer.writeToSequence(new IIOImage(frame, null, metadata), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    @Test
    @DisplayName("F5, I13 render processes that are killed at work cost no job")
    void killed() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ids.add(client.upload(Images.jpeg(2400, 1600), "?external_id=" + i));
        }
        List<ProcessHandle> before = minilab.renderProcesses();
        assertThat(before).isNotEmpty();
        before.forEach(ProcessHandle::destroyForcibly);
        for (String id : ids) {
            assertThat(client.awaitTerminal(id, PATIENCE).path("status").asString(""))
                    .isEqualTo("succeeded");
        }
    }

    @Test
    @DisplayName("C49, I11, I13 damaged files end their own jobs; the service stays as it was")
    void hostile() throws Exception {
        Random random = new Random(5);
        BufferedImage drawing = Images.decode(Images.jpeg(300, 200));
        List<String> ids = new ArrayList<>();
        for (String format : List.of("jpeg", "png", "gif", "bmp", "tiff")) {
            byte[] seed = encode(drawing, format);
            for (int i = 0; i < 12; i++) {
                byte[] file = i % 3 == 0
                        ? Arrays.copyOf(seed, seed.length / 2 + random.nextInt(seed.length / 2))
                        : seed.clone();
                for (int n = i % 3 == 0 ? 0 : 20; n > 0; n--) {
                    file[50 + random.nextInt(file.length - 50)] = (byte) random.nextInt();
                }
                var answer = client.post("/v1/jobs", "application/octet-stream", file);
                assertThat(answer.statusCode()).as(Client.text(answer)).isIn(202, 415, 422);
                if (answer.statusCode() == 202) {
                    ids.add(Client.id(answer));
                }
            }
        }
        assertThat(ids).hasSizeGreaterThan(30);
        for (String id : ids) {
            JsonNode job = client.awaitTerminal(id, PATIENCE);
            String code = job.path("error").path("code").asString("none");
            assertThat(code).as(job.toString()).isIn("none", "decode_failed", "truncated", "memory_exceeded");
        }
        assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
        JsonNode good = client.awaitTerminal(client.upload(Images.jpeg(900, 600), ""), PATIENCE);
        assertThat(good.path("status").asString("")).isEqualTo("succeeded");
    }
}
