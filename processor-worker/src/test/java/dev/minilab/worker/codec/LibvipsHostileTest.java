package dev.minilab.worker.codec;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.worker.codec.Codec.Encoding;
import dev.minilab.worker.codec.Codec.Need;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Nothing that a stranger sends brings libvips down or out of its fence")
@SuppressWarnings("restricted") // Calls what the codec never would.
class LibvipsHostileTest extends LibvipsTests {

    private static final int DAMAGED = 2_000;

    /// Some builds of libjxl tell standard error of each.
    private static final int DAMAGED_JXL = 100;

    private static final int DECODES = 300;

    @Test
    @DisplayName("a blocked loader does nothing even when it is called by its name")
    void blocked(@TempDir Path folder) throws Throwable {
        assumeTrue(System.getProperty("os.name").equals("Linux"));
        SymbolLookup library = SymbolLookup.libraryLookup("libvips.so.42", Arena.global());
        Path svg = Files.writeString(
                folder.resolve("a.svg"), "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
        Path ppm = Files.writeString(folder.resolve("a.ppm"), "P6 1 1 255\nabc");
        Path jpeg = Files.write(folder.resolve("a.jpg"), file(ImageFormat.JPEG));
        assertThat(callByName(library, "vips_svgload", svg)).contains("operation is blocked");
        assertThat(callByName(library, "vips_vipsload", svg)).contains("operation is blocked");
        assertThat(callByName(library, "vips_magickload", svg)).contains("operation is blocked");
        assertThat(callByName(library, "vips_ppmload", ppm)).contains("operation is blocked");
        assertThat(callByName(library, "vips_jpegload", jpeg)).contains("operation is blocked");
    }

    /// The error, or nothing if it opened the file.
    private static String callByName(SymbolLookup library, String function, Path file) throws Throwable {
        var load = Linker.nativeLinker()
                .downcallHandle(
                        library.findOrThrow(function),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS),
                        Linker.Option.firstVariadicArg(2));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment image = arena.allocate(ADDRESS);
            MemorySegment path = arena.allocateFrom(file.toString());
            return (int) load.invokeExact(path, image, MemorySegment.NULL) == 0
                    ? ""
                    : vips.error().getMessage();
        }
    }

    private static byte[] damaged(byte[] file, Random random) {
        byte[] copy = random.nextInt(4) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
        for (int i = random.nextInt(6); i >= 0 && copy.length > 0; i--) {
            // Headers are where codecs break: every second byte lies near the start.
            int at = random.nextBoolean() ? random.nextInt(Math.min(copy.length, 400)) : random.nextInt(copy.length);
            copy[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : copy[at] ^ (1 << random.nextInt(8)));
        }
        return copy;
    }

    private static byte[] original(ImageFormat format) throws Exception {
        return format.canAnimate() ? codec.encode(animation(), new Encoding(format, 80, false, true)) : file(format);
    }

    private static Inspection inspected(ImageFormat format) {
        return inspected(format, 96, 64, format.canAnimate() ? 3 : 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = ImageFormat.class,
            names = {"JPEG", "PNG", "WEBP", "GIF", "HEIC", "AVIF", "TIFF", "JXL"})
    @DisplayName("2,000 damaged files of each kind are decoded or refused, and the process lives")
    void damage(ImageFormat format) throws Exception {
        assumeTrue(codec.readsFormat(format));
        byte[] file = original(format);
        Random random = new Random(file.length);
        int decoded = 0;
        int files = format == ImageFormat.JXL ? DAMAGED_JXL : DAMAGED;
        for (int i = 0; i < files; i++) {
            Need need = random.nextBoolean() ? new Need(96, 64, true) : new Need(20, 10, false);
            try (Picture picture = codec.decode(damaged(file, random), inspected(format), need)) {
                assertThat(picture.first().width()).isBetween(20, 96);
                decoded++;
            } catch (RenderException e) {
                assertThat(e.code()).isIn(ErrorCode.DECODE_FAILED, ErrorCode.TRUNCATED, ErrorCode.MEMORY_EXCEEDED);
            }
        }
        assertThat(decoded).isBetween(1, files - 1);
        try (Picture whole = codec.decode(file, inspected(format), new Need(96, 64, false))) {
            assertThat(whole.first().height()).isEqualTo(64);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ImageFormat.class,
            names = {"JPEG", "PNG", "WEBP", "GIF", "HEIC", "AVIF", "TIFF", "JXL"})
    @DisplayName("300 decodes, half of them of damaged files, leave no memory behind")
    void noGrowth(ImageFormat format) throws Exception {
        assumeTrue(codec.readsFormat(format) && Files.exists(Path.of("/proc/self/status")));
        byte[] file = file(format, 480, 256);
        byte[] half = Arrays.copyOf(file, file.length * 2 / 3);
        decodeOften(file, half, format);
        long before = residentKib();
        decodeOften(file, half, format);
        // Pixels of 150 images that leaked would be 54,000 KiB at least.
        assertThat(residentKib() - before).isLessThan(16_000);
    }

    private static void decodeOften(byte[] file, byte[] half, ImageFormat format) throws Exception {
        Inspection inspection = inspected(format, 480, 256, 1);
        Need need = new Need(480, 256, true);
        for (int i = 0; i < DECODES / 2; i++) {
            codec.decode(file, inspection, need).close();
            assertThatThrownBy(() -> codec.decode(half, inspection, need)).isInstanceOf(RenderException.class);
        }
    }

    private static long residentKib() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
