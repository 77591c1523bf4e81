package dev.minilab.inspect;

import static dev.minilab.inspect.Pictures.chunk;
import static dev.minilab.inspect.Pictures.drawn;
import static dev.minilab.inspect.Pictures.exif;
import static dev.minilab.inspect.Pictures.frame;
import static dev.minilab.inspect.Pictures.header;
import static dev.minilab.inspect.Pictures.insert;
import static dev.minilab.inspect.Pictures.jpeg;
import static dev.minilab.inspect.Pictures.png;
import static dev.minilab.inspect.Pictures.segment;
import static dev.minilab.inspect.Pictures.tiff;
import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.ErrorCode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Valid images, damaged at random: the inspector answers or refuses, and nothing else.
///
/// The same damage comes again with `-Dminilab.seed=…`, which a failure names.
class MutatedImagesTest {
    private static final int ROUNDS = 200_000;
    private static final int[] TELLING = {0x00, 0x01, 0x08, 0x7F, 0x80, 0xC0, 0xC2, 0xD8, 0xDA, 0xE1, 0xFE, 0xFF};

    private static final List<byte[]> ORIGINALS = List.of(
            drawn("jpeg", 16, 12, BufferedImage.TYPE_INT_RGB, false),
            drawn("jpeg", 16, 12, BufferedImage.TYPE_INT_RGB, true),
            drawn("png", 16, 12, BufferedImage.TYPE_INT_ARGB, true),
            drawn("png", 16, 12, BufferedImage.TYPE_BYTE_INDEXED, false),
            jpeg(segment(0xE0, new byte[14]), exif(tiff(ByteOrder.LITTLE_ENDIAN, 6)), frame(0xC2, 16, 12)),
            jpeg(exif(tiff(ByteOrder.BIG_ENDIAN, 8)), frame(0xC0, 16, 12)),
            png(header(16, 12, 8, 2, 0), chunk("eXIf", tiff(ByteOrder.BIG_ENDIAN, 5)), chunk("tRNS", new byte[6])),
            png(header(16, 12, 4, 3, 1), chunk("PLTE", new byte[6]), chunk("tEXt", new byte[9])));

    private final Inspector inspector = new Inspector(Limits.defaults());

    @Test
    @Timeout(10)
    @DisplayName("C40, C46 200,000 damaged images")
    void answersOrRefuses() {
        long seed = Long.getLong("minilab.seed", 20_260_101L);
        Random random = new Random(seed);
        Map<ErrorCode, Integer> refusals = new EnumMap<>(ErrorCode.class);
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] image = mutate(random);
            try {
                accepted += inspector.inspect(new ByteArrayInputStream(image)).frames();
            } catch (InspectException e) {
                refusals.merge(e.code(), 1, Integer::sum);
            } catch (IOException | RuntimeException | Error e) {
                String hex = HexFormat.of().formatHex(image);
                throw new AssertionError("seed %d, round %d, image %s".formatted(seed, round, hex), e);
            }
        }
        assertThat(accepted).as("seed %d: damage beyond the header", seed).isGreaterThan(ROUNDS / 10);
        assertThat(refusals.keySet())
                .as("seed %d: damage that reached every check", seed)
                .containsExactlyInAnyOrder(
                        ErrorCode.EMPTY_BODY,
                        ErrorCode.UNSUPPORTED_TYPE,
                        ErrorCode.BAD_HEADER,
                        ErrorCode.BAD_DIMENSIONS,
                        ErrorCode.TOO_MANY_PIXELS);
    }

    private static byte[] mutate(Random random) {
        byte[] image = ORIGINALS.get(random.nextInt(ORIGINALS.size())).clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && image.length > 0; i++) {
            image = change(image, random);
        }
        return random.nextBoolean() ? withHeaderChecksum(image) : image;
    }

    /// One change, mostly within the first 200 bytes, where headers are.
    private static byte[] change(byte[] image, Random random) {
        int at = random.nextInt(random.nextInt(4) == 0 ? image.length : Math.min(image.length, 200));
        int size = random.nextInt(Math.min(image.length - at, 20) + 1);
        return switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(image, at);
            case 1 -> insert(image, at, Arrays.copyOfRange(image, at, at + size));
            case 2 -> insert(Arrays.copyOf(image, at), at, Arrays.copyOfRange(image, at + size, image.length));
            case 3 -> with(image, at, image[at] ^ 1 << random.nextInt(8));
            case 4 -> with(image, at, random.nextInt(256));
            default -> with(image, at, TELLING[random.nextInt(TELLING.length)]);
        };
    }

    private static byte[] with(byte[] image, int at, int value) {
        image[at] = (byte) value;
        return image;
    }

    /// Makes the checksum of a PNG header right again, so that its values are looked at.
    private static byte[] withHeaderChecksum(byte[] image) {
        if (image.length >= 33 && image[1] == 'P') {
            CRC32 crc = new CRC32();
            crc.update(image, 12, 17);
            ByteBuffer.wrap(image).putInt(29, (int) crc.getValue());
        }
        return image;
    }
}
