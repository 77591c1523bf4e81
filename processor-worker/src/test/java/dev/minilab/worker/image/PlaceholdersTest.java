package dev.minilab.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.worker.codec.Pixels;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Placeholders: a ThumbHash and the dominant colour")
class PlaceholdersTest {

    /// Red, green, blue and alpha of a pixel, by the name of a drawing.
    private static int[] colour(String drawing, int x, int y, int width, int height) {
        return switch (drawing) {
            case "opaque" ->
                new int[] {
                    x * 255 / Math.max(1, width - 1), y * 255 / Math.max(1, height - 1), (x * 7 + y * 13) % 256, 255
                };
            case "grey" -> grey((x * 3 + y * y) % 256);
            case "flat" -> new int[] {30, 144, 255, 255};
            case "alpha" -> new int[] {x * 5 % 256, y * 9 % 256, x * y % 256, (x * 4 + y * 3) % 256};
            case "clear" -> new int[] {200, 100, 50, 0};
            case "hole" -> new int[] {200, x * 7 % 256, y * 11 % 256, x == 5 && y == 7 ? 0 : 255};
            case "checks" -> grey(((x >> 2) + (y >> 2)) % 2 * 255);
            default -> throw new IllegalArgumentException(drawing);
        };
    }

    private static int[] grey(int value) {
        return new int[] {value, value, value, 255};
    }

    private static Pixels draw(String drawing, int width, int height, int zoom, int channels) {
        byte[] bytes = new byte[width * zoom * height * zoom * channels];
        for (int i = 0; i < bytes.length; i += channels) {
            int x = i / channels % (width * zoom) / zoom;
            int y = i / channels / (width * zoom) / zoom;
            int[] rgba = colour(drawing, x, y, width, height);
            for (int channel = 0; channel < channels; channel++) {
                bytes[i + channel] = (byte) rgba[channel < 3 ? 2 - channel : 3];
            }
        }
        return Pixels.of(bytes, width * zoom, height * zoom, channels);
    }

    private static Pixels filled(int width, int height, int... bgra) {
        byte[] bytes = new byte[width * height * bgra.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) bgra[i % bgra.length];
        }
        return Pixels.of(bytes, width, height, bgra.length);
    }

    /// Made by the authors' own implementation, version 0.1.1, of the same drawings.
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "photo, 100, 75, opaque, 3wcKNZqAh3dwd3d4eHh3eHCAB/h3",
        "tall, 40, 100, opaque, 3wcKMxpwgHd3h3d3gHAI+Hg=",
        "wide, 100, 20, opaque, 3/cJOZpwd4dweHh3gYAI+Hc=",
        "very wide, 100, 3, opaque, H/gNSaRyZpRwd4eHk4Ao+Hc=",
        "one pixel, 1, 1, opaque, AAgCBwAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "two, 2, 1, opaque, y/kWfMByDY2IiIfQKIdyiCCHCA==",
        "grey, 64, 64, grey, HwgGBwBQlGcWl3YlZWeRSGIkBAAAAAAA",
        "one colour, 50, 30, flat, 4xIBBIDH8/t1h4eJd4gHhomH+A==",
        "alpha, 60, 60, alpha, 3veFDQgYEzuHp5QIOQKaBuKXOWUItVd9dw==",
        "tall alpha, 30, 90, alpha, WpeFCggncIhoWYjgmgqnh3d3SHdwiYs=",
        "wide alpha, 90, 31, alpha, XxiGCooXVrKAmoNHkFXymBmwZqR4eIc=",
        "transparent, 20, 10, clear, AAiCA4AAAAAAAAAAAAAAAAAAAAAAAAA=",
        "one hole, 33, 21, hole, Y6mKY5gPgHeAiHeEj/d3h0G4VIbM+p4=",
        "black and white, 16, 16, checks, IAgSBwB4eHhoSKeIiIiEcIeoBwAAAAAA"
    })
    @DisplayName("known answers")
    void knownAnswers(String name, int width, int height, String drawing, String expected) {
        assertThat(Placeholders.of(draw(drawing, width, height, 1, 4)).thumbhash())
                .isEqualTo(expected);
        boolean opaque = !drawing.matches("alpha|clear|hole");
        if (opaque) {
            assertThat(Placeholders.of(draw(drawing, width, height, 1, 3)).thumbhash())
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    @DisplayName("larger images are averaged down to at most 100 pixels a side first")
    void larger(int zoom) {
        for (String drawing : new String[] {"opaque", "alpha"}) {
            assertThat(Placeholders.of(draw(drawing, 100, 75, zoom, 4)))
                    .isEqualTo(Placeholders.of(draw(drawing, 100, 75, 1, 4)));
        }
    }

    @Test
    @DisplayName("averaging weighs colours by alpha: what is transparent has none")
    void premultiplied() {
        byte[] bytes = new byte[400 * 400 * 4];
        for (int i = 0; i < bytes.length; i += 4) {
            boolean visible = i / 4 % 2 == 0;
            bytes[i + 1] = (byte) (visible ? 0 : 255);
            bytes[i + 2] = (byte) (visible ? 255 : 0);
            bytes[i + 3] = (byte) (visible ? 255 : 0);
        }
        SmallImage image = SmallImage.of(Pixels.of(bytes, 400, 400, 4), 100);
        assertThat(Arrays.copyOf(image.rgba(), 4)).containsExactly(0.5, 0, 0, 0.5);
        assertThat(Placeholders.of(Pixels.of(bytes, 400, 400, 4)).dominantColor())
                .isEqualTo("#ff0000");
    }

    @ParameterizedTest
    @CsvSource({"4096, 1", "1, 4096", "101, 100", "4000, 3000", "1, 1"})
    @DisplayName("any shape has a hash of a few bytes that any base64 decoder reads")
    void shapes(int width, int height) {
        String hash = Placeholders.of(filled(width, height, 1, 2, 3)).thumbhash();
        assertThat(Base64.getDecoder().decode(hash)).hasSizeBetween(5, 25);
    }

    @Test
    @DisplayName("a hash is not defined for more than 100 pixels a side")
    void tooLarge() {
        SmallImage image = SmallImage.of(filled(101, 1, 0, 0, 0), 101);
        assertThatThrownBy(() -> ThumbHash.of(image)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("the dominant colour is the mean of the most frequent kind, not of all")
    void dominant() {
        byte[] bytes = filled(10, 10, 0, 0, 250).array();
        for (int i = 0; i < 40; i++) {
            System.arraycopy(new byte[] {(byte) 250, (byte) (i % 2 * 20), 0}, 0, bytes, 3 * i, 3);
        }
        assertThat(Placeholders.of(Pixels.of(bytes, 10, 10, 3)).dominantColor()).isEqualTo("#fa0000");
        assertThat(Placeholders.of(Pixels.of(Arrays.copyOf(bytes, 180), 10, 6, 3))
                        .dominantColor())
                .isEqualTo("#000afa");
    }

    @Test
    @DisplayName("pixels count by their alpha, and if all are transparent the colour is black")
    void dominantAlpha() {
        byte[] bytes = filled(10, 10, 0, 0, 255, 20).array();
        Arrays.fill(bytes, 0, 4 * 10, (byte) 255);
        assertThat(Placeholders.of(Pixels.of(bytes, 10, 10, 4)).dominantColor()).isEqualTo("#ffffff");
        assertThat(Placeholders.of(filled(10, 10, 9, 8, 7, 0)).dominantColor()).isEqualTo("#000000");
        assertThat(Placeholders.of(filled(3, 3, 0x33, 0x22, 0x11)).dominantColor())
                .isEqualTo("#112233");
    }
}
