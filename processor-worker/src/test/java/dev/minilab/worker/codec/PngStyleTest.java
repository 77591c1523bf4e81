package dev.minilab.worker.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.worker.image.Drawn;
import java.awt.image.BufferedImage;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A PNG is compressed the way that suits the image")
class PngStyleTest {

    private static final int SIDE = 320;

    @Test
    @DisplayName("a photograph by predicting its pixels, which makes it smaller than looking for strings")
    void photograph() {
        BufferedImage noisy = Drawn.photograph(SIDE, SIDE);
        Random random = new Random(3);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                noisy.setRGB(x, y, noisy.getRGB(x, y) ^ (random.nextInt(0x1000000) & 0x030303));
            }
        }
        assertBest(noisy, PngStyle.PREDICT, PngStyle.REPEAT);
    }

    @Test
    @DisplayName("text by looking for strings, which makes it smaller than predicting")
    void text() {
        BufferedImage page = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(5);
        int[] letters =
                random.ints(20L * 8 * 12, 0, 256).map(grey -> grey * 0x010101).toArray();
        for (int y = 0; y + 12 <= SIDE; y += 12) {
            for (int x = 0; x + 8 <= SIDE; x += 8) {
                page.setRGB(x, y, 8, 12, letters, random.nextInt(20) * 8 * 12, 8);
            }
        }
        assertBest(page, PngStyle.REPEAT, PngStyle.PREDICT);
    }

    private static void assertBest(BufferedImage image, PngStyle best, PngStyle other) {
        try (PointerScope _ = new PointerScope()) {
            Mat mat = new Mat(SIDE, SIDE, opencv_core.CV_8UC3);
            mat.data().put(BufferedPixels.ofImage(image).array());
            assertThat(PngStyle.of(mat)).isEqualTo(best);
            assertThat(size(mat, best)).isLessThan(size(mat, other));
        }
    }

    private static long size(Mat mat, PngStyle style) {
        BytePointer png = new BytePointer();
        assertThat(opencv_imgcodecs.imencode(".png", mat, png, style.options())).isTrue();
        return png.limit();
    }
}
