package dev.minilab.worker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.worker.codec.BufferedPixels;
import dev.minilab.worker.codec.Pixels;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import javax.imageio.ImageIO;

/// Images that tests draw, and what they do to them.
public final class Drawn {

    private Drawn() {}

    /// Something with gradients, edges and detail, as photographs have.
    public static BufferedImage photograph(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(7);
        var graphics = image.createGraphics();
        graphics.setPaint(new java.awt.GradientPaint(0, 0, new Color(40, 70, 160), width, height, Color.ORANGE));
        graphics.fillRect(0, 0, width, height);
        for (int i = 0; i < 400; i++) {
            graphics.setColor(new Color(random.nextInt(0x1000000)));
            int size = 2 + random.nextInt(Math.max(3, width / 12));
            graphics.fillOval(random.nextInt(width), random.nextInt(height), size, size);
        }
        graphics.dispose();
        return image;
    }

    /// Red, green, blue and white quarters: top left, top right, bottom left, bottom right.
    public static BufferedImage quarters(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        Color[] colours = {Color.RED, Color.GREEN, Color.BLUE, Color.WHITE};
        for (int i = 0; i < 4; i++) {
            graphics.setColor(colours[i]);
            graphics.fillRect(i % 2 * (width / 2), i / 2 * (height / 2), width / 2, height / 2);
        }
        graphics.dispose();
        return image;
    }

    /// Rings that become finer towards the edge, up to the finest that pixels can show.
    static Pixels zonePlate(int side) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double dx = x - side / 2.0;
                double dy = y - side / 2.0;
                int value = (int) Math.round(127.5 + 127.5 * Math.cos(Math.PI * (dx * dx + dy * dy) / side));
                image.setRGB(x, y, value << 16 | value << 8 | value);
            }
        }
        return BufferedPixels.ofImage(image);
    }

    public static byte[] encode(BufferedImage image, String format) throws Exception {
        var bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    public static Inspection inspect(byte[] file) throws Exception {
        return new Inspector(Limits.defaults()).inspect(new ByteArrayInputStream(file));
    }

    /// Bytes put into others, at a position.
    public static byte[] insert(byte[] into, int at, byte... bytes) {
        return ByteBuffer.allocate(into.length + bytes.length)
                .put(into, 0, at)
                .put(bytes)
                .put(into, at, into.length - at)
                .array();
    }

    /// A JPEG with an EXIF block that tells an orientation and a place (a GPS directory), and one of XMP.
    static byte[] withExif(byte[] jpeg, int orientation) {
        ByteBuffer tiff = ByteBuffer.allocate(64);
        tiff.put("MM\0*".getBytes(StandardCharsets.ISO_8859_1)).putInt(8).putShort((short) 2);
        tiff.putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0);
        tiff.putShort((short) 0x8825).putShort((short) 4).putInt(1).putInt(38);
        tiff.putInt(0);
        byte[] exif = segment(0xE1, "Exif\0\0", tiff.array());
        byte[] xmp = segment(0xE1, "http://ns.adobe.com/xap/1.0/\0", "<x:xmpmeta/>".getBytes(StandardCharsets.UTF_8));
        return insert(insert(jpeg, 2, xmp), 2, exif);
    }

    static byte[] segment(int marker, String name, byte[] content) {
        byte[] header = name.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(4 + header.length + content.length)
                .put((byte) 0xFF)
                .put((byte) marker)
                .putShort((short) (2 + header.length + content.length))
                .put(header)
                .put(content)
                .array();
    }

    /// The structural similarity of two images' brightness (Wang et al. 2004), over windows of 8 by 8 pixels.
    static double similarity(Pixels one, Pixels other) {
        assertThat(other.width()).isEqualTo(one.width());
        assertThat(other.height()).isEqualTo(one.height());
        double sum = 0;
        int windows = 0;
        for (int y = 0; y + 8 <= one.height(); y += 4) {
            for (int x = 0; x + 8 <= one.width(); x += 4) {
                sum += window(one, other, x, y);
                windows++;
            }
        }
        return sum / windows;
    }

    private static double window(Pixels one, Pixels other, int left, int top) {
        double a = 0;
        double b = 0;
        double aa = 0;
        double bb = 0;
        double ab = 0;
        for (int y = top; y < top + 8; y++) {
            for (int x = left; x < left + 8; x++) {
                double u = light(one, x, y);
                double v = light(other, x, y);
                a += u / 64;
                b += v / 64;
                aa += u * u / 64;
                bb += v * v / 64;
                ab += u * v / 64;
            }
        }
        double c1 = 6.5025;
        double c2 = 58.5225;
        return (2 * a * b + c1) * (2 * (ab - a * b) + c2) / ((a * a + b * b + c1) * (aa - a * a + bb - b * b + c2));
    }

    static double light(Pixels pixels, int x, int y) {
        int at = (y * pixels.width() + x) * pixels.channels();
        byte[] bytes = pixels.array();
        return 0.114 * (bytes[at] & 0xFF) + 0.587 * (bytes[at + 1] & 0xFF) + 0.299 * (bytes[at + 2] & 0xFF);
    }
}
