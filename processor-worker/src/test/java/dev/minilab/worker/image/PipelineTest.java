package dev.minilab.worker.image;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Color;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Interest;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.worker.codec.BufferedPixels;
import dev.minilab.worker.codec.Codecs;
import dev.minilab.worker.codec.Pixels;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.Resampler.Region;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Rendering gives what the spec says")
class PipelineTest {

    private static final Pipeline PIPELINE = new Pipeline(Codecs.available());

    private static Rendering render(byte[] original, Map<String, OutputSpec> outputs) throws Exception {
        return PIPELINE.render(new RenderRequest(original, Drawn.inspect(original), outputs, Map.of()));
    }

    private static Rendering.Rendered one(byte[] original, OutputSpec spec) throws Exception {
        return rendered(render(original, Map.of("it", spec)), "it");
    }

    private static Rendering.Failed failed(byte[] original, OutputSpec spec) throws Exception {
        return failed(render(original, Map.of("it", spec)), "it");
    }

    private static Rendering.Rendered rendered(Rendering rendering, String name) {
        return Rendering.Rendered.class.cast(requireNonNull(rendering.outputs().get(name)));
    }

    private static Rendering.Failed failed(Rendering rendering, String name) {
        return Rendering.Failed.class.cast(requireNonNull(rendering.outputs().get(name)));
    }

    private static BufferedImage image(Rendering.Rendered output) throws Exception {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(output.bytes()));
        assertThat(image.getWidth()).isEqualTo(output.width());
        assertThat(image.getHeight()).isEqualTo(output.height());
        return image;
    }

    private static OutputSpec png(@Nullable Integer width, @Nullable Integer height, Fit fit, Position position) {
        return new OutputSpec(width, height, fit, position, true, ImageFormat.PNG, null, null);
    }

    private static OutputSpec with(@Nullable Double blur, @Nullable Double sharpen, @Nullable Watermark watermark) {
        return new OutputSpec(
                200,
                null,
                Fit.INSIDE,
                Position.CENTRE,
                true,
                ImageFormat.PNG,
                null,
                false,
                null,
                blur,
                sharpen,
                watermark,
                false,
                Set.of());
    }

    private static void assertColour(BufferedImage image, double x, double y, int rgb) {
        int actual = image.getRGB((int) (x * image.getWidth()), (int) (y * image.getHeight()));
        for (int shift = 0; shift <= 16; shift += 8) {
            assertThat((actual >> shift) & 0xFF)
                    .as("%06x at %.2f %.2f", actual & 0xFFFFFF, x, y)
                    .isCloseTo((rgb >> shift) & 0xFF, within(40));
        }
    }

    /// The colours of the upright quarters for each orientation of a file that stores red, green, blue, white.
    @ParameterizedTest(name = "I14 orientation {0}")
    @CsvSource({
        "0, ff0000, 00ff00, 0000ff, ffffff",
        "1, ff0000, 00ff00, 0000ff, ffffff",
        "2, 00ff00, ff0000, ffffff, 0000ff",
        "3, ffffff, 0000ff, 00ff00, ff0000",
        "4, 0000ff, ffffff, ff0000, 00ff00",
        "5, ff0000, 0000ff, 00ff00, ffffff",
        "6, 0000ff, ff0000, ffffff, 00ff00",
        "7, ffffff, 00ff00, 0000ff, ff0000",
        "8, 00ff00, ffffff, ff0000, 0000ff",
        "9, ff0000, 00ff00, 0000ff, ffffff"
    })
    void upright(int orientation, String topLeft, String topRight, String bottomLeft, String bottomRight)
            throws Exception {
        byte[] jpeg = Drawn.withExif(Drawn.encode(Drawn.quarters(320, 160), "jpeg"), orientation);
        boolean turned = orientation >= 5 && orientation <= 8;
        BufferedImage image = image(one(jpeg, png(turned ? 50 : 100, null, Fit.INSIDE, Position.CENTRE)));
        assertThat(image.getWidth()).isEqualTo(turned ? 50 : 100);
        assertThat(image.getHeight()).isEqualTo(turned ? 100 : 50);
        assertColour(image, 0.25, 0.25, Integer.parseInt(topLeft, 16));
        assertColour(image, 0.75, 0.25, Integer.parseInt(topRight, 16));
        assertColour(image, 0.25, 0.75, Integer.parseInt(bottomLeft, 16));
        assertColour(image, 0.75, 0.75, Integer.parseInt(bottomRight, 16));
    }

    @ParameterizedTest(name = "I14 orientation {0} first, then the box")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void cropsUpright(int orientation) throws Exception {
        byte[] jpeg = Drawn.withExif(Drawn.encode(Drawn.quarters(320, 160), "jpeg"), orientation);
        BufferedImage whole = image(one(jpeg, png(160, 160, Fit.INSIDE, Position.CENTRE)));
        BufferedImage corner = image(one(jpeg, png(40, 20, Fit.COVER, new Position(1, 0))));
        BufferedImage strip = image(one(jpeg, png(20, 40, Fit.COVER, new Position(0, 1))));
        assertThat(corner.getWidth()).isEqualTo(40);
        assertColour(corner, 0.9, 0.1, whole.getRGB(whole.getWidth() * 3 / 4, whole.getHeight() / 4));
        assertColour(strip, 0.1, 0.9, whole.getRGB(whole.getWidth() / 4, whole.getHeight() * 3 / 4));
    }

    @ParameterizedTest
    @CsvSource({"JPEG", "PNG", "WEBP"})
    @DisplayName("I14 nothing of the original's metadata is in an output")
    void noMetadata(ImageFormat format) throws Exception {
        byte[] jpeg = Drawn.withExif(Drawn.encode(Drawn.photograph(300, 200), "jpeg"), 6);
        byte[] output = one(jpeg, new OutputSpec(100, null, Fit.INSIDE, Position.CENTRE, true, format, 80, null))
                .bytes();
        String text = new String(output, StandardCharsets.ISO_8859_1);
        assertThat(text).doesNotContain("Exif", "EXIF", "eXIf", "xmp", "XMP", "Photoshop", "8BIM");
    }

    @ParameterizedTest(name = "from {0}x{1} to {2} pixels")
    @CsvSource({"1600, 1200, 150", "1600, 1200, 399", "1600, 1200, 401", "1600, 1200, 799", "1600, 1200, 1100"})
    @DisplayName("an image that was shrunk while loading looks like one that was not")
    void quality(int width, int height, int to) throws Exception {
        byte[] jpeg = Drawn.encode(Drawn.photograph(width, height), "jpeg");
        Rendering.Rendered output = one(jpeg, png(to, null, Fit.INSIDE, Position.CENTRE));
        Pixels full = BufferedPixels.ofImage(rgb(ImageIO.read(new ByteArrayInputStream(jpeg))));
        Pixels reference =
                new Resampler(new PlainKernel()).resize(full, Region.all(full), output.width(), output.height());
        assertThat(Drawn.similarity(reference, BufferedPixels.ofImage(rgb(image(output)))))
                .isGreaterThanOrEqualTo(0.985);
    }

    private static BufferedImage rgb(BufferedImage image) {
        BufferedImage rgb = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        var graphics = rgb.createGraphics();
        graphics.drawImage(image, 0, 0, null);
        graphics.dispose();
        return rgb;
    }

    @Test
    @DisplayName("outputs made from larger outputs look like those made alone; the order of the request stays")
    void intermediates() throws Exception {
        byte[] jpeg = Drawn.encode(Drawn.photograph(1500, 1000), "jpeg");
        Map<String, OutputSpec> specs = new LinkedHashMap<>();
        specs.put("small", png(150, null, Fit.INSIDE, Position.CENTRE));
        specs.put("square", png(200, 200, Fit.COVER, new Position(0.2, 0.5)));
        specs.put("large", png(1400, null, Fit.INSIDE, Position.CENTRE));
        specs.put("middle", png(600, null, Fit.INSIDE, Position.CENTRE));
        Rendering together = render(jpeg, specs);
        assertThat(together.outputs().keySet()).containsExactly("small", "square", "large", "middle");
        assertThat(together.decodes()).isEqualTo(1);
        for (Map.Entry<String, OutputSpec> spec : specs.entrySet()) {
            Pixels alone = BufferedPixels.ofImage(rgb(image(one(jpeg, spec.getValue()))));
            var output = rendered(together, spec.getKey());
            assertThat(Drawn.similarity(alone, BufferedPixels.ofImage(rgb(image(output)))))
                    .as(spec.getKey())
                    .isGreaterThan(0.98);
        }
    }

    @Test
    @DisplayName("transparency becomes white in a JPEG, the background where one is given, and auto is WebP")
    void transparency() throws Exception {
        byte[] png = Drawn.encode(new BufferedImage(80, 80, BufferedImage.TYPE_INT_ARGB), "png");
        var jpeg = new OutputSpec(40, 40, Fit.INSIDE, Position.CENTRE, true, ImageFormat.JPEG, 90, null);
        assertColour(image(one(png, jpeg)), 0.5, 0.5, 0xFFFFFF);
        var red = new OutputSpec(
                40,
                40,
                Fit.INSIDE,
                Position.CENTRE,
                true,
                ImageFormat.PNG,
                null,
                Color.parse("#ff0000").orElseThrow());
        assertColour(image(one(png, red)), 0.5, 0.5, 0xFF0000);
        assertThat(one(png, OutputSpec.inside(40)).format()).isEqualTo(ImageFormat.WEBP);
        assertThat(image(one(png, png(40, 40, Fit.INSIDE, Position.CENTRE))).getRGB(5, 5) >>> 24)
                .isZero();
    }

    @Test
    @DisplayName("contain lays the image on its background")
    void contain() throws Exception {
        byte[] jpeg = Drawn.encode(Drawn.quarters(200, 100), "jpeg");
        var spec = new OutputSpec(
                100,
                100,
                Fit.CONTAIN,
                Position.CENTRE,
                true,
                ImageFormat.PNG,
                null,
                Color.parse("#112233").orElseThrow());
        BufferedImage image = image(one(jpeg, spec));
        assertThat(image.getHeight()).isEqualTo(100);
        assertColour(image, 0.5, 0.1, 0x112233);
        assertColour(image, 0.25, 0.4, 0xFF0000);
        assertColour(image, 0.75, 0.6, 0xFFFFFF);
        BufferedImage clear = image(one(jpeg, png(100, 100, Fit.CONTAIN, Position.CENTRE)));
        assertThat(clear.getRGB(50, 5) >>> 24).isZero();
        assertThat(clear.getRGB(50, 50) >>> 24).isEqualTo(255);
    }

    @ParameterizedTest
    @CsvSource({"ENTROPY", "ATTENTION"})
    @DisplayName("a crop by interest takes the side where something is")
    void interest(Interest interest) throws Exception {
        for (boolean left : new boolean[] {true, false}) {
            BufferedImage scene = new BufferedImage(600, 200, BufferedImage.TYPE_INT_RGB);
            var graphics = scene.createGraphics();
            graphics.setColor(java.awt.Color.LIGHT_GRAY);
            graphics.fillRect(0, 0, 600, 200);
            graphics.drawImage(Drawn.photograph(180, 180), left ? 10 : 410, 10, null);
            graphics.dispose();
            byte[] png = Drawn.encode(scene, "png");
            BufferedImage crop = image(one(png, png(100, 100, Fit.COVER, new Position(0.5, 0.5, interest))));
            assertThat(crop.getWidth()).isEqualTo(100);
            assertThat(colours(crop)).isGreaterThan(1000);
        }
    }

    private static long colours(BufferedImage image) {
        return Arrays.stream(image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
                .distinct()
                .count();
    }

    @Test
    @DisplayName("blur takes away contrast, sharpen adds some")
    void effects() throws Exception {
        byte[] png = Drawn.encode(Drawn.photograph(400, 300), "png");
        double plain = contrast(image(one(png, with(null, null, null))));
        assertThat(contrast(image(one(png, with(4.0, null, null))))).isLessThan(plain * 0.6);
        assertThat(contrast(image(one(png, with(null, 1.0, null))))).isGreaterThan(plain * 1.1);
    }

    private static double contrast(BufferedImage image) {
        long sum = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 1; x < image.getWidth(); x++) {
                sum += Math.abs((image.getRGB(x, y) & 0xFF) - (image.getRGB(x - 1, y) & 0xFF));
            }
        }
        return sum;
    }

    @Test
    @DisplayName("a text is laid over the corner it is to be in, and nowhere else")
    void text() throws Exception {
        byte[] grey = Drawn.encode(new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB), "png");
        BufferedImage image =
                image(one(grey, with(null, null, new Watermark("© Minilab", null, new Position(1, 1), 1))));
        assertThat(colours(image.getSubimage(100, 120, 100, 30))).isGreaterThan(10);
        assertThat(colours(image.getSubimage(0, 0, 200, 75))).isEqualTo(1);
    }

    @Test
    @DisplayName("an image is laid over the output with its opacity; one that is missing fails its output only")
    void imageMark() throws Exception {
        byte[] black = Drawn.encode(new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB), "png");
        byte[] mark = Drawn.encode(Drawn.quarters(20, 20), "png");
        Map<String, OutputSpec> specs = new LinkedHashMap<>();
        specs.put("marked", with(null, null, new Watermark(null, "logo.png", new Position(0, 0), 0.5)));
        specs.put("missing", with(null, null, new Watermark(null, "gone.png", new Position(0, 0), 0.5)));
        specs.put("plain", with(null, null, null));
        Inspection inspection = Drawn.inspect(black);
        Rendering rendering = PIPELINE.render(new RenderRequest(black, inspection, specs, Map.of("logo.png", mark)));
        BufferedImage marked = image(rendered(rendering, "marked"));
        assertThat((marked.getRGB(8, 8) >> 16) & 0xFF).isCloseTo(0x7F, within(2));
        assertThat(marked.getRGB(100, 100) & 0xFFFFFF).isZero();
        assertThat(rendering.outputs().get("plain")).isInstanceOf(Rendering.Rendered.class);
        assertThat(failed(rendering, "missing").error().code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
    }

    @Test
    @DisplayName("an output that would be too long fails alone")
    void tooLong() throws Exception {
        byte[] png = Drawn.encode(new BufferedImage(10, 6000, BufferedImage.TYPE_INT_RGB), "png");
        assertThat(failed(png, png(10, null, Fit.INSIDE, Position.CENTRE))
                        .error()
                        .code())
                .isEqualTo(ErrorCode.BAD_DIMENSIONS);
        assertThat(one(png, png(null, 4096, Fit.INSIDE, Position.CENTRE)).width())
                .isEqualTo(7);
    }

    @Test
    @DisplayName("C53 outputs beyond 100 million pixels fail, and those before them do not")
    void tooManyPixels() throws Exception {
        byte[] png = Drawn.encode(Drawn.quarters(40, 40), "png");
        Map<String, OutputSpec> specs = new LinkedHashMap<>();
        for (int i = 0; i < 8; i++) {
            specs.put(
                    "o" + i,
                    new OutputSpec(4096, null, Fit.INSIDE, Position.CENTRE, false, ImageFormat.JPEG, null, null));
        }
        Rendering rendering = render(png, specs);
        assertThat(rendering.outputs().values().stream()
                        .filter(Rendering.Failed.class::isInstance)
                        .map(output -> ((Rendering.Failed) output).error().code()))
                .hasSize(3)
                .containsOnly(ErrorCode.TOO_MANY_PIXELS);
    }

    @Test
    @DisplayName("what no codec writes fails with codec_unavailable")
    void unavailable() throws Exception {
        byte[] png = Drawn.encode(Drawn.quarters(40, 40), "png");
        Pipeline bare = new Pipeline(Codecs.bundled());
        var avif = new OutputSpec(10, null, Fit.INSIDE, Position.CENTRE, true, ImageFormat.AVIF, null, null);
        Rendering rendering = bare.render(new RenderRequest(png, Drawn.inspect(png), Map.of("it", avif), Map.of()));
        assertThat(failed(rendering, "it").error().code()).isEqualTo(ErrorCode.CODEC_UNAVAILABLE);
        Inspection heic = new Inspection(ImageFormat.HEIC, 40, 40, 1, 1, Inspection.Model.RGB, 8, false, false);
        assertThatThrownBy(
                        () -> bare.render(new RenderRequest(png, heic, Map.of("it", OutputSpec.inside(10)), Map.of())))
                .isInstanceOfSatisfying(
                        RenderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CODEC_UNAVAILABLE));
    }

    @Test
    @DisplayName("quality makes files larger or smaller")
    void quality() throws Exception {
        byte[] png = Drawn.encode(Drawn.photograph(400, 300), "png");
        for (ImageFormat format : new ImageFormat[] {ImageFormat.JPEG, ImageFormat.WEBP}) {
            var low = new OutputSpec(300, null, Fit.INSIDE, Position.CENTRE, true, format, 20, null);
            var high = new OutputSpec(300, null, Fit.INSIDE, Position.CENTRE, true, format, 95, null);
            assertThat(one(png, low).bytes().length).isLessThan(one(png, high).bytes().length / 2);
        }
    }
}
