package dev.minilab.worker.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec.Keep;
import dev.minilab.worker.image.Profiles;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Profile and copyright are read from originals and written into outputs")
class MetadataTest {

    private static final String NOTICE = "© 2026 Ünal Ĉapek";
    private static final Metadata BOTH = new Metadata(Profiles.displayP3(), NOTICE);
    private static final Set<Keep> ALL = EnumSet.allOf(Keep.class);

    /// 3 x 2 pixels in the simple layouts.
    private static final byte[] LOSSY = Base64.getDecoder()
            .decode(
                    "UklGRkYAAABXRUJQVlA4IDoAAADQAQCdASoDAAIAAsBMJagCdAEO+M4GwAD+t3dTWRqJ7Of7Kab7ySvvn/Q+dfBK9vz/oPfMNHKKAAAA");

    private static final byte[] LOSSLESS = Base64.getDecoder()
            .decode(
                    "UklGRkoAAABXRUJQVlA4TD4AAAAvAkAAAC+gkJEkhvQ0D6P8MzQlIgGSP5xkqgdMVgtZgAnODEaSbm8wUcx/TPgf7rolBQIEApSpwhUR/Y+vAg==");

    private static byte[] plain(ImageFormat format) throws Exception {
        return format == ImageFormat.WEBP ? LOSSY : drawn(BufferedImage.TYPE_INT_RGB, format.wireName());
    }

    private static byte[] drawn(int type, String format) throws Exception {
        BufferedImage image = new BufferedImage(20, 10, type);
        for (int i = 0; i < 200; i++) {
            image.setRGB(i % 20, i / 20, 0xFF000000 | i * 83_521);
        }
        var bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static byte[] insert(byte[] into, int at, byte[] bytes) {
        byte[] all = Arrays.copyOf(into, into.length + bytes.length);
        System.arraycopy(into, at, all, at + bytes.length, into.length - at);
        System.arraycopy(bytes, 0, all, at, bytes.length);
        return all;
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] segment(int marker, byte[]... parts) {
        byte[] data = join(parts);
        return ByteBuffer.allocate(4 + data.length)
                .putShort((short) (0xFF00 | marker))
                .putShort((short) (2 + data.length))
                .put(data)
                .array();
    }

    private static byte[] iccSegment(int number, int of, byte[] data) {
        return segment(0xE2, "ICC_PROFILE\0".getBytes(ISO_8859_1), new byte[] {(byte) number, (byte) of}, data);
    }

    private static byte[] pngChunk(String type, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(12 + data.length);
        chunk.putInt(data.length).put(type.getBytes(ISO_8859_1)).put(data);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + data.length);
        return chunk.putInt((int) crc.getValue()).array();
    }

    private static byte[] pngWith(String type, byte[] data) throws Exception {
        return insert(plain(ImageFormat.PNG), 33, pngChunk(type, data));
    }

    private static byte[] deflated(byte[] data) throws Exception {
        var out = new ByteArrayOutputStream();
        try (var zlib = new DeflaterOutputStream(out)) {
            zlib.write(data);
        }
        return out.toByteArray();
    }

    private static byte[] profileOf(int length) {
        byte[] profile = Arrays.copyOf(Profiles.displayP3(), length);
        new Random(3).nextBytes(profile);
        System.arraycopy(Profiles.displayP3(), 0, profile, 0, 128);
        ByteBuffer.wrap(profile).putInt(0, length);
        return profile;
    }

    private static String text(byte[] file) {
        return new String(file, ISO_8859_1);
    }

    private static Metadata jpegWithExif(byte[] tiff) throws Exception {
        byte[] exif = segment(0xE1, "Exif\0\0".getBytes(ISO_8859_1), tiff);
        return Metadata.read(insert(plain(ImageFormat.JPEG), 2, exif), ImageFormat.JPEG);
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    @DisplayName("what is written is what is read")
    void roundTrip(ImageFormat format) throws Exception {
        Metadata read = Metadata.read(BOTH.write(plain(format), format, ALL), format);
        assertThat(read.icc()).isEqualTo(BOTH.icc());
        assertThat(read.copyright()).isEqualTo(NOTICE);
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    @DisplayName("only what is asked for is written, nothing changes nothing")
    void onlyWhatIsAsked(ImageFormat format) throws Exception {
        byte[] plain = plain(format);
        assertThat(BOTH.write(plain, format, Set.of())).isSameAs(plain);
        assertThat(new Metadata(null, null).write(plain, format, ALL)).isSameAs(plain);
        Metadata icc = Metadata.read(BOTH.write(plain, format, Set.of(Keep.ICC)), format);
        assertThat(icc.icc()).isNotNull();
        assertThat(icc.copyright()).isNull();
        Metadata copyright = Metadata.read(BOTH.write(plain, format, Set.of(Keep.COPYRIGHT)), format);
        assertThat(copyright.icc()).isNull();
        assertThat(copyright.copyright()).isEqualTo(NOTICE);
    }

    @Test
    @DisplayName("the pixels stay as they are, and so does all of a JPEG behind its JFIF segment")
    void pixels() throws Exception {
        byte[] png = plain(ImageFormat.PNG);
        assertThat(decoded(BOTH.write(png, ImageFormat.PNG, ALL))).isEqualTo(decoded(png));
        byte[] jpeg = plain(ImageFormat.JPEG);
        assertThat(decoded(BOTH.write(jpeg, ImageFormat.JPEG, Set.of(Keep.COPYRIGHT))))
                .isEqualTo(decoded(jpeg));
        assertThat(text(BOTH.write(jpeg, ImageFormat.JPEG, ALL)))
                .endsWith(text(jpeg).substring(20));
    }

    private static int[] decoded(byte[] file) throws Exception {
        return ImageIO.read(new ByteArrayInputStream(file)).getRGB(0, 0, 20, 10, null, 0, 20);
    }

    @Test
    @DisplayName("JPEG: JFIF first, then EXIF, then the profile in chunks of at most a segment")
    void jpegOrder() throws Exception {
        Metadata metadata = new Metadata(profileOf(150_000), NOTICE);
        byte[] written = metadata.write(plain(ImageFormat.JPEG), ImageFormat.JPEG, ALL);
        String text = text(written);
        assertThat(text.indexOf("JFIF")).isEqualTo(6);
        assertThat(text.indexOf("Exif\0\0")).isBetween(7, text.indexOf("ICC_PROFILE\0\1\3"));
        assertThat(text).contains("ICC_PROFILE\0\2\3", "ICC_PROFILE\0\3\3");
        assertThat(Metadata.read(written, ImageFormat.JPEG).icc()).isEqualTo(metadata.icc());
    }

    @Test
    @DisplayName("JPEG: chunks in any order make the profile; one that is missing, double or wrongly counted does not")
    void jpegChunks() throws Exception {
        byte[] profile = Profiles.displayP3();
        byte[] start = iccSegment(1, 2, Arrays.copyOf(profile, 500));
        byte[] end = iccSegment(2, 2, Arrays.copyOfRange(profile, 500, profile.length));
        byte[] wrong = iccSegment(2, 3, Arrays.copyOfRange(profile, 500, profile.length));
        byte[] zero = iccSegment(0, 2, new byte[9]);
        byte[] jpeg = plain(ImageFormat.JPEG);
        assertThat(Metadata.read(insert(jpeg, 2, join(end, start)), ImageFormat.JPEG)
                        .icc())
                .isEqualTo(profile);
        for (byte[] chunks :
                new byte[][] {start, end, join(start, start, end), join(start, wrong), join(zero, start, end)}) {
            assertThat(Metadata.read(insert(jpeg, 2, chunks), ImageFormat.JPEG).icc())
                    .isNull();
        }
    }

    @Test
    @DisplayName("PNG: before the image data, and what contradicts the profile goes")
    void pngChunks() throws Exception {
        byte[] plain = pngWith("sRGB", new byte[1]);
        plain = insert(plain, 33, pngChunk("gAMA", new byte[4]));
        plain = insert(plain, 33, pngChunk("iCCP", new byte[9]));
        String text = text(BOTH.write(plain, ImageFormat.PNG, ALL));
        assertThat(text).doesNotContain("sRGB", "gAMA");
        assertThat(text.indexOf("iCCP")).isEqualTo(37).isEqualTo(text.lastIndexOf("iCCP"));
        assertThat(text.indexOf("eXIf")).isBetween(37, text.indexOf("IDAT"));
        assertThat(text(BOTH.write(plain, ImageFormat.PNG, Set.of(Keep.COPYRIGHT))))
                .contains("sRGB", "gAMA", "iCCP");
    }

    @Test
    @DisplayName("profiles for other pixels than RGB are read but not written")
    void otherPixels() throws Exception {
        Metadata cmyk = new Metadata(Profiles.ofSpace("CMYK"), null);
        byte[] png = plain(ImageFormat.PNG);
        assertThat(cmyk.write(png, ImageFormat.PNG, ALL)).isSameAs(png);
        assertThat(cmyk.isRgb()).isFalse();
        assertThat(BOTH.isRgb()).isTrue();
        byte[] grey = drawn(BufferedImage.TYPE_BYTE_GRAY, "png");
        assertThat(text(BOTH.write(grey, ImageFormat.PNG, ALL)))
                .contains("eXIf")
                .doesNotContain("iCCP");
    }

    @Test
    @DisplayName("WebP: the simple layout becomes the extended one, with flags, canvas and even lengths")
    void webp() {
        for (byte[] simple : new byte[][] {LOSSY, LOSSLESS}) {
            byte[] written = BOTH.write(simple, ImageFormat.WEBP, ALL);
            ByteBuffer file = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(file.getInt(4)).isEqualTo(written.length - 8);
            assertThat(text(written).substring(12, 16)).isEqualTo("VP8X");
            assertThat(file.getInt(20)).isEqualTo(0x28);
            assertThat(file.getInt(24) & 0xFFFFFF).isEqualTo(3 - 1);
            assertThat(file.getInt(27) & 0xFFFFFF).isEqualTo(2 - 1);
            assertThat(text(written).indexOf("ICCP")).isEqualTo(30);
            assertThat(text(written).indexOf("EXIF"))
                    .isGreaterThan(text(written).indexOf("VP8", 30));
            byte[] again = BOTH.write(written, ImageFormat.WEBP, ALL);
            assertThat(again).as("replaced, not added").isEqualTo(written);
        }
    }

    @Test
    @DisplayName("WebP: alpha of a lossless image, odd lengths and a canvas of 16,384 survive")
    void webpAlpha() {
        byte[] large = LOSSLESS.clone();
        ByteBuffer.wrap(large).order(ByteOrder.LITTLE_ENDIAN).putInt(21, 16_383 | 16_382 << 14 | 1 << 28);
        byte[] written = new Metadata(null, "abcd").write(large, ImageFormat.WEBP, ALL);
        ByteBuffer file = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(file.getInt(20)).isEqualTo(0x18);
        assertThat(file.getInt(24) & 0xFFFFFF).isEqualTo(16_383);
        assertThat(file.getInt(27) & 0xFFFFFF).isEqualTo(16_382);
        assertThat(written.length % 2).isZero();
        assertThat(Metadata.read(written, ImageFormat.WEBP).copyright()).isEqualTo("abcd");
    }

    @Test
    @DisplayName("formats that take nothing come back as they are, others than told are refused")
    void otherFormats() throws Exception {
        byte[] gif = drawn(BufferedImage.TYPE_INT_RGB, "gif");
        assertThat(BOTH.write(gif, ImageFormat.GIF, ALL)).isSameAs(gif);
        for (ImageFormat format : Set.of(ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP)) {
            assertThatThrownBy(() -> BOTH.write(gif, format, ALL)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"MM", "II"})
    @DisplayName("EXIF in either byte order, as UTF-8 or Latin-1, photographer and editor")
    void exif(String order) throws Exception {
        byte[] latin = "\u00a9 J\u00fcrgen\0 Ed\tit\n\0\0".getBytes(ISO_8859_1);
        assertThat(jpegWithExif(tiff(order, 2, latin)).copyright()).isEqualTo("© Jürgen; Ed it");
        assertThat(jpegWithExif(tiff(order, 2, NOTICE.getBytes(UTF_8))).copyright())
                .isEqualTo(NOTICE);
        assertThat(jpegWithExif(tiff(order, 2, " \0".getBytes(UTF_8))).copyright())
                .isNull();
        assertThat(jpegWithExif(tiff(order, 3, NOTICE.getBytes(UTF_8))).copyright())
                .isNull();
    }

    /// A TIFF file of three tags, the copyright last.
    private static byte[] tiff(String order, int type, byte[] text) {
        ByteBuffer out = ByteBuffer.allocate(8 + 2 + 3 * 12 + 4 + text.length);
        out.order(order.equals("II") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        out.put(order.getBytes(ISO_8859_1)).putShort((short) 42).putInt(8).putShort((short) 3);
        for (int tag : new int[] {0x0100, 0x0112}) {
            out.putShort((short) tag).putShort((short) 3).putInt(1).putInt(0);
        }
        out.putShort((short) 0x8298).putShort((short) type).putInt(text.length);
        if (text.length <= 4) {
            return out.put(text).array();
        }
        return out.putInt(8 + 2 + 3 * 12 + 4).putInt(0).put(text).array();
    }

    @Test
    @DisplayName("a TIFF is its own directory, PNG and WebP may have the prefix of JPEG")
    void otherPlaces() throws Exception {
        byte[] tiff = tiff("II", 2, NOTICE.getBytes(UTF_8));
        assertThat(Metadata.read(tiff, ImageFormat.TIFF).copyright()).isEqualTo(NOTICE);
        byte[] prefixed = join("Exif\0\0".getBytes(ISO_8859_1), tiff);
        assertThat(Metadata.read(pngWith("eXIf", prefixed), ImageFormat.PNG).copyright())
                .isEqualTo(NOTICE);
    }

    @Test
    @DisplayName("a notice is cut to 1,000 characters, none of them half")
    void longNotice() throws Exception {
        String exact = "x".repeat(1_000);
        assertThat(jpegWithExif(tiff("MM", 2, (exact + "y").getBytes(UTF_8))).copyright())
                .isEqualTo(exact);
        String split = "x".repeat(999) + "😀";
        assertThat(jpegWithExif(tiff("MM", 2, split.getBytes(UTF_8))).copyright())
                .isEqualTo("x".repeat(999));
    }

    @Test
    @DisplayName("C38 a profile that inflates to 256 MiB is none, and takes no more memory than the limit allows")
    void bomb() throws Exception {
        byte[] bomb = pngWith("iCCP", join(new byte[] {'x', 0, 0}, deflated(new byte[256 << 20])));
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        Metadata read = Metadata.read(bomb, ImageFormat.PNG);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);
        assertThat(read.icc()).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"JPEG", "PNG", "WEBP"})
    @DisplayName("C39 a profile of a MiB is kept, a larger one is none")
    void largeProfile(ImageFormat format) throws Exception {
        for (int length : new int[] {500_000, 1 << 20, (1 << 20) + 1, 2 << 20}) {
            Metadata metadata = new Metadata(profileOf(length), NOTICE);
            Metadata read = Metadata.read(metadata.write(plain(format), format, ALL), format);
            assertThat(read.icc() != null).isEqualTo(length <= 1 << 20);
            assertThat(read.copyright()).isEqualTo(NOTICE);
        }
    }

    @Test
    @DisplayName("C39 a profile that is cut, without signature, or in a broken or damaged chunk is none")
    void brokenProfile() throws Exception {
        byte[] name = {'x', 0, 0};
        byte[] profile = Profiles.displayP3();
        byte[] unsigned = profile.clone();
        unsigned[36] = 'b';
        byte[] zlib = deflated(profile);
        assertThat(Metadata.read(pngWith("iCCP", join(name, zlib)), ImageFormat.PNG)
                        .icc())
                .isEqualTo(profile);
        assertThat(Metadata.read(pngWith("iCCP", join(name, deflated(unsigned))), ImageFormat.PNG)
                        .icc())
                .isNull();
        byte[] cut = deflated(Arrays.copyOf(profile, 200));
        assertThat(Metadata.read(pngWith("iCCP", join(name, cut)), ImageFormat.PNG)
                        .icc())
                .isNull();
        byte[] half = Arrays.copyOf(zlib, zlib.length / 2);
        assertThat(Metadata.read(pngWith("iCCP", join(name, half)), ImageFormat.PNG)
                        .icc())
                .isNull();
        byte[] damaged = pngWith("iCCP", join(name, zlib));
        damaged[41] ^= 1;
        assertThat(Metadata.read(damaged, ImageFormat.PNG).icc()).isNull();
    }

    @Test
    @DisplayName("C40 bogus counts and offsets, and a directory that points at itself, are no notice")
    void bogusExif() throws Exception {
        int entry = 8 + 2 + 2 * 12;
        byte[] good = tiff("MM", 2, NOTICE.getBytes(UTF_8));
        assertThat(jpegWithExif(good).copyright()).isEqualTo(NOTICE);
        for (int value : new int[] {0x7FFFFFFF, -1, Integer.MIN_VALUE, good.length}) {
            for (int place : new int[] {4, entry + 4, entry + 8}) {
                byte[] bad = good.clone();
                ByteBuffer.wrap(bad).putInt(place, value);
                assertThat(jpegWithExif(bad).copyright())
                        .as("%d at %d", value, place)
                        .isNull();
            }
        }
        byte[] cyclic = good.clone();
        ByteBuffer.wrap(cyclic)
                .putInt(entry + 12, 8)
                .putShort(entry, (short) 0x8769)
                .putInt(entry + 8, 8);
        assertThat(jpegWithExif(cyclic).copyright()).isNull();
        byte[] countless = good.clone();
        ByteBuffer.wrap(countless).putShort(8, (short) -1);
        assertThat(jpegWithExif(countless).copyright()).isEqualTo(NOTICE);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ALL)
    @DisplayName("C40 no file makes reading fail: cut anywhere, damaged anywhere, of another format")
    void garbage(ImageFormat format) throws Exception {
        Random random = new Random(5);
        for (ImageFormat kind : Set.of(ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP)) {
            byte[] file = BOTH.write(plain(kind), kind, ALL);
            for (int length = 0; length < file.length; length += 7) {
                assertThat(Metadata.read(Arrays.copyOf(file, length), format)).isNotNull();
            }
            for (int i = 0; i < 3_000; i++) {
                byte[] damaged = file.clone();
                for (int hits = 0; hits < 4; hits++) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                }
                assertThat(Metadata.read(damaged, format)).isNotNull();
            }
        }
    }

    @Test
    @DisplayName("C41 XMP is left behind unread, whatever it refers to")
    void xmp() throws Exception {
        String packet = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><dc:rights>&e;</dc:rights>";
        byte[] app1 = segment(0xE1, ("http://ns.adobe.com/xap/1.0/\0" + packet).getBytes(ISO_8859_1));
        Metadata read = Metadata.read(insert(plain(ImageFormat.JPEG), 2, app1), ImageFormat.JPEG);
        assertThat(read.copyright()).isNull();
    }
}
