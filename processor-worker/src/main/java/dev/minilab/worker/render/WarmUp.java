package dev.minilab.worker.render;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.worker.image.RenderRequest;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/// A small request of our own: it loads the code that most requests run through.
final class WarmUp {

    private static final int WIDTH = 96;
    private static final int HEIGHT = 72;

    private WarmUp() {}

    static RenderRequest request() {
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        for (ImageFormat format : List.of(ImageFormat.JPEG, ImageFormat.WEBP, ImageFormat.PNG)) {
            outputs.put(
                    format.wireName(), new OutputSpec(48, null, Fit.INSIDE, Position.CENTRE, true, format, null, null));
        }
        Inspection inspection =
                new Inspection(ImageFormat.JPEG, WIDTH, HEIGHT, 1, 1, Inspection.Model.RGB, 8, false, false);
        return new RenderRequest(drawing(), inspection, outputs, Map.of());
    }

    private static byte[] drawing() {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        graphics.setPaint(new GradientPaint(0, 0, Color.BLUE, WIDTH, HEIGHT, Color.ORANGE));
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.dispose();
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "jpeg", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
