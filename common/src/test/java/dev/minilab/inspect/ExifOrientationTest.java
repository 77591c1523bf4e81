package dev.minilab.inspect;

import static dev.minilab.inspect.Pictures.chunk;
import static dev.minilab.inspect.Pictures.exif;
import static dev.minilab.inspect.Pictures.frame;
import static dev.minilab.inspect.Pictures.header;
import static dev.minilab.inspect.Pictures.jpeg;
import static dev.minilab.inspect.Pictures.png;
import static dev.minilab.inspect.Pictures.tiff;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExifOrientationTest {
    private static final int COUNT = 8;
    private static final int MAKE = 10;
    private static final int ORIENTATION = 22;
    private static final int NEXT = 34;

    private final Inspector inspector = new Inspector(Limits.defaults());

    @ParameterizedTest(name = "C42, I14 orientation {0}")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 65_535})
    void turnsTheSizeByTheOrientation(int orientation) throws Exception {
        int expected = orientation >= 1 && orientation <= 8 ? orientation : 1;
        for (ByteOrder order : List.of(BIG_ENDIAN, LITTLE_ENDIAN)) {
            byte[] tiff = tiff(order, orientation);
            for (byte[] image :
                    List.of(jpeg(exif(tiff), frame(0xC0, 40, 30)), png(header(40, 30, 8, 2, 0), chunk("eXIf", tiff)))) {
                Inspection inspection = inspector.inspect(new ByteArrayInputStream(image));
                assertThat(inspection.orientation()).as("%s", order).isEqualTo(expected);
                assertThat(inspection.width()).isEqualTo(expected >= 5 ? 30 : 40);
                assertThat(inspection.height()).isEqualTo(expected >= 5 ? 40 : 30);
            }
        }
    }

    @Test
    void takesTheFirstOfTwoBlocks() throws Exception {
        byte[] image = jpeg(exif(tiff(BIG_ENDIAN, 3)), exif(tiff(LITTLE_ENDIAN, 6)), frame(0xC0, 40, 30));
        assertThat(inspector.inspect(new ByteArrayInputStream(image)).orientation())
                .isEqualTo(3);
    }

    static Stream<Arguments> nonsense() {
        return Stream.of(
                change("neither byte order", tiff -> tiff.putShort(0, (short) 0x4D49)),
                change("not 42", tiff -> tiff.putShort(2, (short) 43)),
                change("offset into the header: the directory is its own header", tiff -> tiff.putInt(4, 0)),
                change("offset 7", tiff -> tiff.putInt(4, 7)),
                change("offset at the end", tiff -> tiff.putInt(4, tiff.limit())),
                change("offset before the end", tiff -> tiff.putInt(4, tiff.limit() - 1)),
                change("offset 2^31", tiff -> tiff.putInt(4, Integer.MIN_VALUE)),
                change("offset 2^32 - 1", tiff -> tiff.putInt(4, -1)),
                change("65,535 entries", tiff -> tiff.putShort(COUNT, (short) -1)),
                change("one entry more than fits", tiff -> tiff.putShort(COUNT, (short) 3)),
                change("no entries", tiff -> tiff.putShort(COUNT, (short) 0)),
                change("count 0", tiff -> tiff.putInt(ORIENTATION + 4, 0)),
                change("count 2^32 - 1", tiff -> tiff.putInt(ORIENTATION + 4, -1)),
                change("a fraction", tiff -> tiff.putShort(ORIENTATION + 2, (short) 5)),
                change("cyclic, without orientation", tiff -> tiff.putShort(ORIENTATION, (short) 0x0110)));
    }

    private static Arguments change(String what, Consumer<ByteBuffer> change) {
        return Arguments.of(what, change);
    }

    @ParameterizedTest(name = "C40 {0}")
    @MethodSource("nonsense")
    void takesNonsenseForUpright(String what, Consumer<ByteBuffer> change) {
        for (ByteOrder order : List.of(BIG_ENDIAN, LITTLE_ENDIAN)) {
            ByteBuffer tiff = ByteBuffer.wrap(tiff(order, 6)).order(order);
            change.accept(tiff);
            assertThat(ExifOrientation.of(tiff.array()))
                    .as("%s, %s", what, order)
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("C40 bogus counts and offsets of other entries do no harm")
    void looksAtNoOtherEntry() {
        ByteBuffer tiff = ByteBuffer.wrap(tiff(BIG_ENDIAN, 6));
        tiff.putInt(MAKE + 4, -1).putInt(MAKE + 8, -1).putInt(NEXT, -1);
        assertThat(ExifOrientation.of(tiff.array())).isEqualTo(6);
    }

    @Test
    @DisplayName("C40 every prefix of a block")
    void takesCutBlocksForUpright() {
        byte[] tiff = tiff(LITTLE_ENDIAN, 6);
        for (int length = 0; length <= tiff.length; length++) {
            assertThat(ExifOrientation.of(Arrays.copyOf(tiff, length)))
                    .as("prefix of %d bytes", length)
                    .isEqualTo(length < NEXT ? 1 : 6);
        }
    }
}
