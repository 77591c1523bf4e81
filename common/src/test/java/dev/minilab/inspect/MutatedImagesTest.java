package dev.minilab.inspect;

import static dev.minilab.inspect.Handmade.GIF_END;
import static dev.minilab.inspect.Handmade.anmf;
import static dev.minilab.inspect.Handmade.be;
import static dev.minilab.inspect.Handmade.bmp;
import static dev.minilab.inspect.Handmade.box;
import static dev.minilab.inspect.Handmade.gif;
import static dev.minilab.inspect.Handmade.gifControl;
import static dev.minilab.inspect.Handmade.gifFrame;
import static dev.minilab.inspect.Handmade.heif;
import static dev.minilab.inspect.Handmade.ispe;
import static dev.minilab.inspect.Handmade.jxl;
import static dev.minilab.inspect.Handmade.jxlFile;
import static dev.minilab.inspect.Handmade.le;
import static dev.minilab.inspect.Handmade.riffChunk;
import static dev.minilab.inspect.Handmade.tag;
import static dev.minilab.inspect.Handmade.tiffFile;
import static dev.minilab.inspect.Handmade.vp8;
import static dev.minilab.inspect.Handmade.vp8l;
import static dev.minilab.inspect.Handmade.vp8x;
import static dev.minilab.inspect.Handmade.webp;
import static dev.minilab.inspect.Pictures.bytes;
import static dev.minilab.inspect.Pictures.chunk;
import static dev.minilab.inspect.Pictures.concat;
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

import com.sun.management.ThreadMXBean;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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

/// Valid images of every format, damaged at random: the inspector answers or refuses, and nothing else; it reads
/// no more than the head and allocates by what it got, not by what it was told.
///
/// `-Dminilab.fuzz=1000000` sets the number of inputs; the same damage comes again with `-Dminilab.seed=…`, which
/// a failure names.
class MutatedImagesTest {
    private static final int ROUNDS = Integer.getInteger("minilab.fuzz", 100_000);
    private static final int[] TELLING = {0x00, 0x01, 0x08, 0x7F, 0x80, 0xC0, 0xC2, 0xD8, 0xDA, 0xE1, 0xFE, 0xFF};
    private static final long[] LENGTHS = {0, 1, 7, 8, 255, 65_535, 1 << 20, Integer.MAX_VALUE, 1L << 31, 0xFFFF_FFFFL};

    /// Several times what the largest of these images takes.
    private static final long MOST_ALLOCATED = 1 << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final List<byte[]> ORIGINALS = List.of(
            drawn("jpeg", 16, 12, BufferedImage.TYPE_INT_RGB, false),
            drawn("jpeg", 16, 12, BufferedImage.TYPE_INT_RGB, true),
            drawn("png", 16, 12, BufferedImage.TYPE_INT_ARGB, true),
            drawn("png", 16, 12, BufferedImage.TYPE_BYTE_INDEXED, false),
            drawn("gif", 16, 12, BufferedImage.TYPE_BYTE_INDEXED, false),
            drawn("bmp", 16, 12, BufferedImage.TYPE_INT_RGB, false),
            drawn("tiff", 16, 12, BufferedImage.TYPE_INT_ARGB, false),
            jpeg(segment(0xE0, new byte[14]), exif(tiff(ByteOrder.LITTLE_ENDIAN, 6)), frame(0xC2, 16, 12)),
            jpeg(exif(tiff(ByteOrder.BIG_ENDIAN, 8)), frame(0xC0, 16, 12)),
            png(header(16, 12, 8, 2, 0), chunk("eXIf", tiff(ByteOrder.BIG_ENDIAN, 5)), chunk("tRNS", new byte[6])),
            png(header(16, 12, 4, 3, 1), chunk("PLTE", new byte[6]), chunk("tEXt", new byte[9])),
            gif(4000, 4000, gifControl(true, 2), gifFrame(0, 0, 9, 9), gifFrame(0, 0, 8, 8), GIF_END),
            webp(vp8(16, 12)),
            webp(vp8l(16, 12, true)),
            webp(vp8x(0x18, 16, 12), vp8(16, 12), riffChunk("EXIF", tiff(ByteOrder.LITTLE_ENDIAN, 6))),
            webp(vp8x(2, 5000, 5000), riffChunk("ANIM", new byte[6]), anmf(0, 0, 4, 4), anmf(2, 2, 4, 4)),
            bmp(124, 16, -12, 32, 3, concat(le(4, 0xFF0000), le(4, 0xFF00), le(4, 0xFF), le(4, 0))),
            tiffFile(ByteOrder.BIG_ENDIAN, 20, tag(256, 16), tag(257, 12), tag(258, 8), tag(274, 6)),
            heif("heic", ispe(16, 12), box("hvcC", new byte[30]), box("irot", bytes(1))),
            heif("avif", ispe(16, 12), box("av1C", new byte[4]), box("clap", be(8, 1), be(8, 1), new byte[16])),
            jxl(1, 1, 5, 29, 3, 3, 1, 0, 1, 1, 3, 5, 3, 0, 1, 0, 2, 3, 6, 15, 1, 1, 2, 1, 1, 1, 1, 0, 1, 1),
            jxlFile(true, jxl(1, 0, 2, 0, 9, 299, 3, 0, 2, 1, 13, 999, 1, 1)));

    private final Inspector inspector = new Inspector(Limits.defaults());

    @Test
    @Timeout(60)
    @DisplayName("C40, C46 a hundred thousand damaged images, or as many as asked for")
    void answersOrRefuses() {
        long seed = Long.getLong("minilab.seed", 20_260_101L);
        Random random = new Random(seed);
        Map<ErrorCode, Integer> refusals = new EnumMap<>(ErrorCode.class);
        Map<ImageFormat, Integer> accepted = new EnumMap<>(ImageFormat.class);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] image = mutate(random);
            try {
                accepted.merge(inspect(image, random.nextBoolean()).format(), 1, Integer::sum);
            } catch (InspectException e) {
                refusals.merge(e.code(), 1, Integer::sum);
            } catch (IOException | RuntimeException | Error e) {
                String hex = HexFormat.of().formatHex(image);
                throw new AssertionError("seed %d, round %d, image %s".formatted(seed, round, hex), e);
            }
        }
        assertThat(accepted).as("seed %d: damage beyond the header", seed).containsOnlyKeys(ImageFormat.values());
        assertThat(refusals.keySet())
                .as("seed %d: damage that reached every check", seed)
                .containsExactlyInAnyOrder(
                        ErrorCode.EMPTY_BODY,
                        ErrorCode.UNSUPPORTED_TYPE,
                        ErrorCode.BAD_HEADER,
                        ErrorCode.BAD_DIMENSIONS,
                        ErrorCode.TOO_MANY_FRAMES,
                        ErrorCode.TOO_MANY_PIXELS);
    }

    private Inspection inspect(byte[] image, boolean whole) throws IOException, InspectException {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            return whole ? inspector.inspectWhole(image) : inspector.inspect(new LimitedStream(image));
        } finally {
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_ALLOCATED);
        }
    }

    private static byte[] mutate(Random random) {
        byte[] image = any(random).clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes && image.length > 0; i++) {
            image = change(image, random);
        }
        return random.nextBoolean() ? withHeaderChecksum(image) : image;
    }

    private static byte[] any(Random random) {
        return ORIGINALS.get(random.nextInt(ORIGINALS.size()));
    }

    /// One change, mostly within the first 200 bytes, where headers are.
    private static byte[] change(byte[] image, Random random) {
        int at = random.nextInt(random.nextInt(4) == 0 ? image.length : Math.min(image.length, 200));
        int size = random.nextInt(Math.min(image.length - at, 20) + 1);
        return switch (random.nextInt(10)) {
            case 0 -> Arrays.copyOf(image, at);
            case 1 -> insert(image, at, Arrays.copyOfRange(image, at, at + size));
            case 2 -> insert(Arrays.copyOf(image, at), at, Arrays.copyOfRange(image, at + size, image.length));
            case 3 -> with(image, at, image[at] ^ 1 << random.nextInt(8));
            case 4 -> with(image, at, random.nextInt(256));
            case 5 -> spliced(image, at, any(random), random);
            case 6 -> withLength(image, at, random);
            default -> with(image, at, TELLING[random.nextInt(TELLING.length)]);
        };
    }

    private static byte[] with(byte[] image, int at, int value) {
        image[at] = (byte) value;
        return image;
    }

    /// The begin of one image and the end of another.
    private static byte[] spliced(byte[] image, int at, byte[] other, Random random) {
        return concat(Arrays.copyOf(image, at), Arrays.copyOfRange(other, random.nextInt(other.length), other.length));
    }

    /// A number of two or four bytes, in either order, that would make a bad length.
    private static byte[] withLength(byte[] image, int at, Random random) {
        int size = random.nextBoolean() ? 2 : 4;
        long length = LENGTHS[random.nextInt(LENGTHS.length)];
        byte[] field = random.nextBoolean() ? be(size, length) : le(size, length);
        System.arraycopy(field, 0, image, at, Math.min(size, image.length - at));
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
