package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minilab.job.Keys;
import dev.minilab.job.Sha256;
import dev.minilab.job.Tenant;
import java.awt.Color;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
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

    /// A heap of 256 MiB, and what a JVM, the servers and the queue's database hold besides.
    private static final long SERVICE_MEMORY = 700L << 20;

    /// What is configured, and what a process may take between two looks at it.
    private static final long RENDER_MEMORY = 1200L << 20;

    @TempDir
    static Path data;

    private static MinilabProcess minilab;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        try (TestStore bucket = TestStore.start(Files.createDirectories(data.resolve("store")))) {
            bucket.store().put(Keys.watermark(Tenant.DEFAULT, "logo.png"), logo(), "image/png");
        }
        minilab = MinilabProcess.start(
                Map.of(
                        "MINILAB_RENDER_PROCESSES",
                        "2",
                        "JAVA_OPTS",
                        "-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"),
                "serve",
                "--port",
                "0",
                "--data",
                data.toString());
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
               "huge": {"width": 1500, "without_enlargement": false}}}\
            """);
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
        byte[] image = Images.encode(Images.decode(Images.jpeg(1000, 700)), format);
        JsonNode job = job(image, "{\"outputs\": {\"it\": {\"width\": 250, \"format\": \"png\"}}}");
        assertThat(Images.decode(output(job, "it")).getHeight()).isEqualTo(175);
        assertThat(job.path("source").path("format").asString("")).isEqualTo(format);
        assertThat(job.path("source").path("width").asInt()).isEqualTo(1000);
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
        byte[] gif = Images.animatedGif(4);
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

    private static byte[] logo() throws IOException {
        BufferedImage magenta = new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB);
        Arrays.fill(((DataBufferInt) magenta.getRaster().getDataBuffer()).getData(), 0xFF00FF);
        return Images.encode(magenta, "png");
    }

    @Test
    @DisplayName("a watermark is the tenant's image in the bucket; only the output fails whose image is not there")
    void watermark() throws Exception {
        JsonNode job = job(Images.jpeg(800, 400), """
            {"outputs": {
               "plain": {"width": 400, "format": "png"},
               "marked": {"width": 400, "format": "png",
                          "watermark": {"image_key": "logo.png", "position": "left top", "opacity": 1}},
               "missing": {"width": 400, "watermark": {"image_key": "other.png"}}}}\
            """);
        assertThat(job.path("status").asString("")).as(job.toString()).isEqualTo("partially_succeeded");
        BufferedImage plain = Images.decode(output(job, "plain"));
        BufferedImage marked = Images.decode(output(job, "marked"));
        assertThat(marked.getRGB(15, 12)).isEqualTo(0xFFFF00FF);
        assertThat(plain.getRGB(15, 12)).isNotEqualTo(0xFFFF00FF);
        assertThat(marked.getRGB(200, 100)).isEqualTo(plain.getRGB(200, 100));
        assertThat(job.at("/outputs/missing/error/code").asString("")).isEqualTo("source_not_found");
    }

    @Test
    @DisplayName("a photograph of a phone in HEIC is taken where libvips is installed")
    void heic() throws Exception {
        assumeTrue(reads("heic") && Files.isExecutable(Path.of("/usr/bin/vips")), "libvips and its tool are installed");
        Path png =
                Files.write(data.resolve("photograph.png"), Images.encode(Images.decode(Images.jpeg(640, 480)), "png"));
        Path heic = data.resolve("photograph.heic");
        Process vips = new ProcessBuilder("/usr/bin/vips", "copy", png.toString(), heic + "[compression=hevc]")
                .inheritIO()
                .start();
        assertThat(vips.waitFor()).isZero();
        JsonNode job = job(Files.readAllBytes(heic), "{\"outputs\": {\"it\": {\"width\": 320, \"format\": \"png\"}}}");
        assertThat(job.path("source").path("media_type").asString("")).isEqualTo("image/heic");
        BufferedImage there = Images.decode(Files.readAllBytes(png));
        BufferedImage back = Images.decode(output(job, "it"));
        assertThat(back.getHeight()).isEqualTo(240);
        for (int x = 20; x < 320; x += 60) {
            assertThat(new Color(back.getRGB(x, 20)).getBlue())
                    .isCloseTo(new Color(there.getRGB(2 * x, 40)).getBlue(), within(40));
        }
    }

    @Test
    @DisplayName("I14, C42 of the metadata an output has what it keeps, and nothing else; it stands upright")
    void keeps() throws Exception {
        byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
        byte[] original = Tagged.jpeg(Images.jpeg(600, 400), 6, "Jane Secret", "Copyright Jane 2026", profile);
        JsonNode job = job(original, """
            {"outputs": {
               "plain": {"width": 200, "format": "jpeg"},
               "jpeg": {"width": 200, "format": "jpeg", "keep": ["copyright"]},
               "png": {"width": 200, "format": "png", "keep": ["copyright"]},
               "webp": {"width": 200, "format": "webp", "keep": ["copyright"]},
               "icc": {"width": 200, "format": "jpeg", "keep": ["icc"]}}}\
            """);
        assertThat(job.path("source").path("height").asInt()).isEqualTo(600);
        for (String name : List.of("plain", "jpeg", "png", "webp", "icc")) {
            byte[] file = output(job, name);
            String text = new String(file, StandardCharsets.ISO_8859_1);
            assertThat(job.path("outputs").path(name).path("height").asInt()).isEqualTo(300);
            assertThat(text).as(name).doesNotContain("Jane Secret");
            assertThat(text.contains("Copyright Jane 2026"))
                    .as(name)
                    .isEqualTo(!name.equals("plain") && !name.equals("icc"));
            assertThat(text.contains("ICC_PROFILE")).as(name).isEqualTo(name.equals("icc"));
        }
        // Whoever minds the profile sees the same in both.
        Color converted = new Color(Images.decode(output(job, "plain")).getRGB(100, 250));
        Color kept = new Color(Images.decode(output(job, "icc")).getRGB(100, 250));
        assertThat(kept.getRed()).isCloseTo(converted.getRed(), within(12));
        assertThat(kept.getBlue()).isCloseTo(converted.getBlue(), within(12));
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
    @DisplayName("C49, I11, I13 damaged files and a bomb end their own jobs; service and memory stay as they were")
    void hostile() throws Exception {
        Random random = new Random(5);
        BufferedImage drawing = Images.decode(Images.jpeg(300, 200));
        List<String> ids = new ArrayList<>();
        for (String format : List.of("jpeg", "png", "gif", "bmp", "tiff")) {
            byte[] seed = Images.encode(drawing, format);
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
        byte[] bomb = Images.encode(new BufferedImage(7000, 7000, BufferedImage.TYPE_BYTE_BINARY), "png");
        ids.add(client.upload(bomb, ""));
        for (String id : ids) {
            JsonNode job = client.awaitTerminal(id, PATIENCE);
            String code = job.path("error").path("code").asString("none");
            assertThat(code).as(job.toString()).isIn("none", "decode_failed", "truncated", "memory_exceeded");
        }
        assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
        JsonNode good = client.awaitTerminal(client.upload(Images.jpeg(900, 600), ""), PATIENCE);
        assertThat(good.path("status").asString("")).isEqualTo("succeeded");
        assertThat(peak(minilab.pid())).as("resident memory of the service").isLessThan(SERVICE_MEMORY);
        for (ProcessHandle renderer : minilab.renderProcesses()) {
            assertThat(peak(renderer.pid())).as("resident memory of a renderer").isLessThan(RENDER_MEMORY);
        }
    }

    /// The most bytes that a process has held at once; 0 for one that has ended, and where there is no Linux.
    private static long peak(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .sum();
        } catch (NoSuchFileException _) {
            return 0;
        }
    }
}
