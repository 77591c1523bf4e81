package dev.minilab.benchmarks;

import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.job.OutputSpec;
import dev.minilab.worker.image.RenderRequest;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/// The images that are rendered: files, or drawn ones of the size of those in sharp's public benchmark.
enum Original {
    PHOTOGRAPH("photograph.jpg", "jpeg", 2725, 2225, BufferedImage.TYPE_INT_RGB),
    TRANSPARENT("transparent.png", "png", 2048, 1536, BufferedImage.TYPE_INT_ARGB);

    private static final int SHAPES = 4000;
    private static final int LARGEST = 60;

    private final String file;
    private final String format;
    private final int width;
    private final int height;
    private final int type;

    Original(String file, String format, int width, int height, int type) {
        this.file = file;
        this.format = format;
        this.width = width;
        this.height = height;
        this.type = type;
    }

    /// The name it has in the folder where both sides find it.
    String file() {
        return file;
    }

    /// The bytes of a file, or of a drawing if there is none.
    byte[] read(@Nullable Path path) throws IOException {
        return path == null ? draw() : Files.readAllBytes(path);
    }

    /// Rendering these bytes to some outputs.
    static RenderRequest request(byte[] original, Map<String, OutputSpec> outputs)
            throws IOException, InspectException {
        var inspection = new Inspector(Limits.defaults()).inspect(new ByteArrayInputStream(original));
        return new RenderRequest(original, inspection, outputs, Map.of());
    }

    private byte[] draw() throws IOException {
        BufferedImage image = new BufferedImage(width, height, type);
        var g = image.createGraphics();
        g.setPaint(new GradientPaint(0, 0, Color.BLUE, width, height, new Color(255, 200, 0, 80), false));
        g.fillRect(0, 0, width, height);
        Random random = new Random(1);
        for (int i = 0; i < SHAPES; i++) {
            g.setColor(new Color(random.nextInt()));
            g.fillOval(random.nextInt(width), random.nextInt(height), random.nextInt(LARGEST), random.nextInt(LARGEST));
        }
        g.dispose();
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, format, bytes);
        return bytes.toByteArray();
    }
}
