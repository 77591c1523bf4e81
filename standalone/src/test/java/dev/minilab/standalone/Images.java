package dev.minilab.standalone;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;

/// Images drawn for tests.
public final class Images {

    private Images() {}

    /// A gradient with circles on it.
    public static byte[] jpeg(int width, int height) throws IOException {
        return encode(draw(width, height, BufferedImage.TYPE_INT_RGB), "jpeg");
    }

    /// The same, half transparent.
    static byte[] transparentPng(int width, int height) throws IOException {
        return encode(draw(width, height, BufferedImage.TYPE_INT_ARGB), "png");
    }

    static BufferedImage decode(byte[] image) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(image));
    }

    private static BufferedImage draw(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        Random random = new Random(7);
        var g = image.createGraphics();
        int alpha = type == BufferedImage.TYPE_INT_ARGB ? 128 : 255;
        g.setPaint(
                new GradientPaint(0, 0, new Color(30, 60, 120, alpha), width, height, new Color(240, 180, 90, alpha)));
        g.fillRect(0, 0, width, height);
        for (int i = 0; i < 20; i++) {
            g.setColor(new Color(random.nextInt(0x1000000)));
            int size = 1 + random.nextInt(Math.max(1, width / 4));
            g.fillOval(random.nextInt(width), random.nextInt(height), size, size);
        }
        g.dispose();
        return image;
    }

    static byte[] encode(BufferedImage image, String format) throws IOException {
        var bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, bytes)) {
            throw new IOException("Java does not write " + format);
        }
        return bytes.toByteArray();
    }

    /// A dot that moves on white.
    static byte[] animatedGif(int frames) throws IOException {
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
}
