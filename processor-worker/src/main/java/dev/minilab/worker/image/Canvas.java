package dev.minilab.worker.image;

import dev.minilab.job.OutputSpec.Color;
import dev.minilab.worker.codec.Pixels;

/// A background with an image laid on it. Source-over with alpha that is not multiplied in (Porter and Duff).
final class Canvas {

    private Canvas() {}

    /// An image on a canvas of this size, its top left corner at `x`, `y`. Without alpha if the background is opaque.
    static Pixels lay(Pixels image, int width, int height, int x, int y, Color background) {
        int opacity = background.argb() >>> 24;
        Pixels canvas = Pixels.blank(width, height, opacity == 255 ? 3 : 4);
        byte[] pixel = {
            (byte) background.argb(), (byte) (background.argb() >> 8), (byte) (background.argb() >> 16), (byte) opacity
        };
        byte[] bytes = canvas.array();
        for (int at = 0; at < bytes.length; at += canvas.channels()) {
            System.arraycopy(pixel, 0, bytes, at, canvas.channels());
        }
        byte[] source = image.array();
        for (int row = 0; row < image.height(); row++) {
            int from = row * image.width() * image.channels();
            int to = ((y + row) * width + x) * canvas.channels();
            for (int column = 0; column < image.width(); column++) {
                over(source, from, image.hasAlpha(), bytes, to, canvas.hasAlpha());
                from += image.channels();
                to += canvas.channels();
            }
        }
        return canvas;
    }

    private static void over(byte[] source, int from, boolean sourceAlpha, byte[] canvas, int to, boolean canvasAlpha) {
        int a = sourceAlpha ? source[from + 3] & 0xFF : 255;
        int b = canvasAlpha ? canvas[to + 3] & 0xFF : 255;
        int behind = b * (255 - a); // Of 255 * 255, as all that follows.
        int whole = a * 255 + behind;
        for (int c = 0; c < 3; c++) {
            int sum = (source[from + c] & 0xFF) * a * 255 + (canvas[to + c] & 0xFF) * behind;
            canvas[to + c] = (byte) (whole == 0 ? 0 : (sum + whole / 2) / whole);
        }
        if (canvasAlpha) {
            canvas[to + 3] = (byte) ((whole + 127) / 255);
        }
    }
}
