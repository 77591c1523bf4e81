package dev.minilab.worker.codec;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.Capabilities;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.worker.codec.Vips.LoadOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The system's libvips, 8.13 or newer: the formats that the bundled codecs lack, animations and CMYK.
///
/// What it reads and writes depends on how that libvips was built and is found out when it is loaded, unless told.
/// Loaders are
/// allowed by a list: none but those for a format of ours is ever run, whatever a file claims to be. Colours other
/// than 8-bit RGB are converted to sRGB, by the profile in the file if it is a usable one. Decoded pixels lie in
/// native memory until they are closed. Safe for use by many threads; a call uses one more thread of libvips' own.
public final class LibvipsCodec implements Codec {

    /// `off` keeps the library from being used though it is there.
    static final String SWITCH = "minilab.libvips";

    static final String NAME = "libvips";

    /// From memory only: a loader that opens paths has no business here. Each is called by its name, so that no code
    /// but its own looks at the file.
    private static final Map<ImageFormat, String> LOADERS = Map.of(
            ImageFormat.JPEG, "jpegload_buffer",
            ImageFormat.PNG, "pngload_buffer",
            ImageFormat.WEBP, "webpload_buffer",
            ImageFormat.GIF, "gifload_buffer",
            ImageFormat.TIFF, "tiffload_buffer",
            ImageFormat.HEIC, "heifload_buffer",
            ImageFormat.AVIF, "heifload_buffer",
            ImageFormat.JXL, "jxlload_buffer");

    /// The classes of these loaders: blocking knows only them.
    private static final List<String> ALLOWED = List.of(
            "VipsForeignLoadJpegBuffer",
            "VipsForeignLoadPngBuffer",
            "VipsForeignLoadWebpBuffer",
            "VipsForeignLoadNsgifBuffer",
            "VipsForeignLoadTiffBuffer",
            "VipsForeignLoadHeifBuffer",
            "VipsForeignLoadJxlBuffer");

    private static final Map<ImageFormat, String> SAVERS = Map.of(
            ImageFormat.JPEG, "jpegsave_buffer",
            ImageFormat.PNG, "pngsave_buffer",
            ImageFormat.WEBP, "webpsave_buffer",
            ImageFormat.GIF, "gifsave_buffer",
            ImageFormat.AVIF, "heifsave_buffer");

    /// The JPEG decoder halves at most three times; more gains little elsewhere.
    private static final int MAX_SHRINK = 8;

    private static final int FAIL_ON_ERROR = 2;
    private static final int FAIL_ON_WARNING = 3;

    private static final byte[] END_OF_JPEG = {(byte) 0xFF, (byte) 0xD9};

    private final String version;
    private final Set<ImageFormat> readable = EnumSet.noneOf(ImageFormat.class);
    private final Set<ImageFormat> writable = EnumSet.noneOf(ImageFormat.class);
    private @Nullable Vips started;

    private LibvipsCodec(Capabilities.Codec known) {
        version = known.version();
        readable.addAll(known.reads());
        writable.addAll(known.writes());
    }

    private LibvipsCodec(Vips vips) {
        started = vips;
        version = "%d.%d.%d".formatted(vips.version(0), vips.version(1), vips.version(2));
        restrict(vips);
        LOADERS.forEach((format, loader) -> addIf(vips.has(loader), format, readable));
        SAVERS.forEach((format, saver) -> addIf(vips.has(saver), format, writable));
        readable.removeIf(format -> !decodes(format));
        writable.removeIf(format -> !encodes(format));
    }

    /// The codec, or empty if there is no libvips that it can use, or the system property `minilab.libvips` is
    /// `off`. To be called once.
    public static Optional<LibvipsCodec> load() {
        return "off".equals(System.getProperty(SWITCH))
                ? Optional.empty()
                : Vips.load().map(LibvipsCodec::new);
    }

    /// The codec as another process of this system has found it to be: the library is loaded when it is first needed.
    static LibvipsCodec known(Capabilities.Codec known) {
        return new LibvipsCodec(known);
    }

    private synchronized Vips vips() {
        if (started == null) {
            Vips vips = Vips.load().orElseThrow(() -> new IllegalStateException("libvips is there no more"));
            restrict(vips);
            started = vips;
        }
        return started;
    }

    private static void restrict(Vips vips) {
        vips.blockUntrusted();
        vips.block("VipsForeignLoad", true);
        ALLOWED.forEach(type -> vips.block(type, false));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public boolean reads(Inspection source, boolean animated) {
        boolean allFrames = source.frames() == 1 || source.format().canAnimate();
        return readsFormat(source.format()) && (!animated || allFrames);
    }

    @Override
    public boolean strict() {
        return true;
    }

    @Override
    public boolean writes(Encoding encoding) {
        return writesFormat(encoding.format())
                && (!encoding.animated() || encoding.format().canAnimate());
    }

    @Override
    public boolean readsFormat(ImageFormat format) {
        return readable.contains(format);
    }

    @Override
    public boolean writesFormat(ImageFormat format) {
        return writable.contains(format);
    }

    @Override
    public Picture decode(byte[] original, Inspection source, Need need) throws RenderException {
        if (!reads(source, need.animated())) {
            throw new IllegalArgumentException("not read: " + source.format());
        }
        int shrink = shrink(source, need);
        try (Arena arena = Arena.ofConfined();
                VipsImage image = open(original, source, need, shrink, arena)) {
            int frames = need.animated() ? image.height() / image.pageHeight() : 1;
            boolean same = isShrunk(image.width(), source.storedWidth(), shrink)
                    && isShrunk(image.height() / frames, source.storedHeight(), shrink)
                    && (!need.animated() || frames == source.frames());
            if (!same) {
                throw new RenderException(ErrorCode.DECODE_FAILED, "the image contradicts its own header");
            }
            return VipsPicture.of(image, frames);
        } catch (VipsException e) {
            throw refusal(e);
        }
    }

    @Override
    public byte[] encode(Picture picture, Encoding encoding) throws RenderException {
        List<Pixels> frames = encoding.animated() ? picture.frames() : List.of(picture.first());
        try (Arena arena = Arena.ofConfined();
                VipsImage image = VipsPicture.stack(vips(), frames, arena)) {
            if (frames.size() > 1) {
                image.put("page-height", picture.first().height());
                image.put("loop", picture.loops());
                image.put(
                        "delay",
                        picture.delays().stream().mapToInt(Integer::intValue).toArray());
            }
            return image.file(suffix(encoding));
        } catch (VipsException e) {
            throw new RenderException(ErrorCode.INTERNAL, "the output cannot be encoded", e);
        }
    }

    private static void addIf(boolean condition, ImageFormat format, Set<ImageFormat> formats) {
        if (condition) {
            formats.add(format);
        }
    }

    /// Whether pixels come out, for the formats where a loader alone doesn't say so.
    private boolean decodes(ImageFormat format) {
        if (format != ImageFormat.HEIC && format != ImageFormat.AVIF) {
            return true;
        }
        Inspection probe = HeifProbes.inspection(format);
        try (Picture _ = decode(HeifProbes.file(format), probe, new Need(probe.width(), probe.height(), false))) {
            return true;
        } catch (RenderException _) {
            return false; // The answer that was asked for.
        }
    }

    private boolean encodes(ImageFormat format) {
        if (format != ImageFormat.AVIF) {
            return true;
        }
        try (Picture blank = Picture.still(Pixels.blank(16, 16, 3), null)) {
            return encode(blank, new Encoding(format, 50, false, false)).length > 0;
        } catch (RenderException _) {
            return false; // The answer that was asked for.
        }
    }

    private VipsImage open(byte[] original, Inspection source, Need need, int shrink, Arena arena)
            throws VipsException {
        boolean endless = source.format() == ImageFormat.JPEG && FileEnd.missing(original, source.format());
        MemorySegment file = arena.allocate(original.length + (endless ? END_OF_JPEG.length : 0L));
        MemorySegment.copy(original, 0, file, ValueLayout.JAVA_BYTE, 0, original.length);
        if (endless) {
            file.asSlice(original.length).copyFrom(MemorySegment.ofArray(END_OF_JPEG));
        }
        String loader = LOADERS.getOrDefault(source.format(), "");
        return vips().load(loader, file, options(source.format(), need.animated(), shrink, endless));
    }

    /// A JPEG that lacks nothing but its end marker is whole. So it gets one, and the strictest level, which no other
    /// JPEG would pass for every stray byte, tells whether data is missing too.
    private static LoadOptions options(ImageFormat format, boolean animated, int shrink, boolean endless) {
        int failOn = endless ? FAIL_ON_WARNING : FAIL_ON_ERROR;
        int frames = animated ? -1 : 1;
        return switch (format) {
            case JPEG -> new LoadOptions(failOn, "shrink", shrink, "", 0);
            case WEBP -> new LoadOptions(failOn, "n", frames, "scale", 1.0 / shrink);
            case GIF -> new LoadOptions(failOn, "n", frames, "", 0);
            case PNG, TIFF, HEIC, AVIF, JXL, BMP -> new LoadOptions(failOn, "", 0, "", 0);
        };
    }

    /// How many times smaller each side is loaded: whole halves, so that what remains to be resized is more than
    /// what is needed.
    private static int shrink(Inspection source, Need need) {
        if (source.format() != ImageFormat.JPEG && source.format() != ImageFormat.WEBP) {
            return 1;
        }
        int most = Math.min(source.storedWidth() / need.width(), source.storedHeight() / need.height());
        return Math.min(MAX_SHRINK, Integer.highestOneBit(Math.max(1, most)));
    }

    private static boolean isShrunk(int loaded, int stored, int shrink) {
        return Math.abs(Math.multiplyFull(loaded, shrink) - stored) < shrink;
    }

    /// `strip` is the name for all versions; newer ones know it beside `keep`. Efforts are where more of it costs
    /// several times the processor for a file hardly smaller: a 720 x 588 photograph as AVIF takes 0.15 s with 2,
    /// 0.97 s with 4, and no byte less.
    private static String suffix(Encoding encoding) {
        String quality = "Q=" + encoding.quality();
        return switch (encoding.format()) {
            case JPEG -> ".jpg[strip=true,optimize_coding=true," + quality + "]";
            case PNG -> ".png[strip=true]";
            case WEBP -> ".webp[strip=true," + (encoding.lossless() ? "lossless=true" : quality) + "]";
            case GIF -> ".gif[strip=true,effort=4]";
            case AVIF ->
                ".heic[strip=true,compression=av1,bitdepth=8,effort=2,"
                        + (encoding.lossless() ? "lossless=true" : quality) + "]";
            case TIFF, BMP, HEIC, JXL -> throw new IllegalArgumentException("never written: " + encoding);
        };
    }

    private static RenderException refusal(VipsException e) {
        String words = e.getMessage().toLowerCase(Locale.ROOT);
        if (words.contains("out of memory")) {
            return new RenderException(ErrorCode.MEMORY_EXCEEDED, "the image needs more memory than there is", e);
        }
        return new RenderException(ErrorCode.DECODE_FAILED, "the image data is damaged", e);
    }
}
