package dev.minilab.worker.codec;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.Capabilities;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.worker.codec.Codec.Encoding;
import dev.minilab.worker.codec.Codec.Need;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The codecs of this installation, the fastest first. What one cannot do, or finds unsuitable when it sees it, the
/// next is asked for. Safe for use by many threads.
public final class Codecs {

    private final List<Codec> codecs;

    Codecs(List<Codec> codecs) {
        this.codecs = List.copyOf(codecs);
    }

    /// Those that can be loaded here.
    public static Codecs available() {
        return of(OpenCvCodec.load(), LibvipsCodec.load(), Optional.of(new ImageIoCodec()));
    }

    /// Those that another process has found here: what takes long to find out or to load, it is not before it is
    /// needed.
    ///
    /// @param known what it said; all is found out anew if that is nothing
    public static Codecs available(List<Capabilities.Codec> known) {
        Optional<LibvipsCodec> libvips = known.stream()
                .filter(codec -> codec.name().equals(LibvipsCodec.NAME))
                .findFirst()
                .map(LibvipsCodec::known);
        return known.isEmpty() ? available() : of(OpenCvCodec.load(), libvips, Optional.of(new ImageIoCodec()));
    }

    /// Those that Maven brings, without what the system has installed.
    public static Codecs bundled() {
        return of(OpenCvCodec.load(), Optional.of(new ImageIoCodec()));
    }

    @SafeVarargs
    private static Codecs of(Optional<? extends Codec>... codecs) {
        List<Codec> found = new ArrayList<>();
        for (Optional<? extends Codec> codec : codecs) {
            codec.ifPresent(found::add);
        }
        return new Codecs(found);
    }

    /// What they are and can do, in the order in which they are asked.
    public List<Capabilities.Codec> describe() {
        return codecs.stream()
                .map(codec -> new Capabilities.Codec(
                        codec.name(), codec.version(), formats(codec::readsFormat), formats(codec::writesFormat)))
                .toList();
    }

    private static Set<ImageFormat> formats(Predicate<ImageFormat> which) {
        return Stream.of(ImageFormat.values()).filter(which).collect(Collectors.toSet());
    }

    /// Decodes an inspected original.
    ///
    /// @throws RenderException with `codec_unavailable` if no codec reads it, or with what the last one found
    public Picture decode(byte[] original, Inspection source, Need need) throws RenderException {
        boolean whole = requireDecodable(original, source);
        RenderException unsuitable = null;
        for (Codec codec : codecs) {
            if (codec.reads(source, need.animated()) && (whole || codec.strict())) {
                try {
                    return codec.decode(original, source, need);
                } catch (UnsuitableException e) {
                    unsuitable = e;
                } catch (RenderException e) {
                    throw judged(e, original, source);
                }
            }
        }
        if (unsuitable != null) {
            throw unsuitable;
        }
        throw unavailable("reads " + (need.animated() ? "animated " : ""), source.format());
    }

    /// Codecs know that a file is damaged; where its format tells that it ends too early, that is what it is.
    private static RenderException judged(RenderException e, byte[] original, Inspection source) {
        return e.code() == ErrorCode.DECODE_FAILED && FileEnd.missing(original, source.format())
                ? new RenderException(ErrorCode.TRUNCATED, "image data is missing", e)
                : e;
    }

    /// Whether a file looks whole, so that a decoder that says nothing of damage will do.
    private static boolean requireDecodable(byte[] original, Inspection source) throws RenderException {
        if (source.format() != ImageFormat.JPEG) {
            return true;
        }
        JpegScan scan = JpegScan.of(original);
        if (scan.hasTooManyScans()) {
            throw new RenderException(
                    ErrorCode.DECODE_FAILED, "the image has more than " + JpegScan.MAX_SCANS + " scans");
        }
        return scan.whole();
    }

    /// Encodes a picture.
    ///
    /// @throws RenderException with `codec_unavailable` if no codec writes that
    public byte[] encode(Picture picture, Encoding encoding) throws RenderException {
        for (Codec codec : codecs) {
            if (codec.writes(encoding)) {
                return codec.encode(picture, encoding);
            }
        }
        throw unavailable(
                "writes " + (encoding.lossless() ? "lossless " : "") + (encoding.animated() ? "animated " : ""),
                encoding.format());
    }

    private static RenderException unavailable(String what, ImageFormat format) {
        return new RenderException(
                ErrorCode.CODEC_UNAVAILABLE, "no codec of this installation " + what + format.wireName());
    }
}
