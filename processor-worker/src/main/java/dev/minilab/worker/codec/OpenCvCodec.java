package dev.minilab.worker.codec;

import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/// The codecs of OpenCV, natives from Maven: libjpeg-turbo with its scaled decoding, libpng, libwebp.
///
/// Takes the plain cases, which are nearly all: what is 8 bits a channel, in RGB or a grey JPEG, and, of JPEGs,
/// whole. Its JPEG decoder fills what is missing with grey and says nothing, so damaged files are left to a stricter
/// one.
final class OpenCvCodec implements Codec {

    private OpenCvCodec() {}

    /// Empty where the natives cannot be loaded: no platform of theirs, or missing system libraries.
    static Optional<Codec> load() {
        try {
            opencv_core.setNumThreads(1); // A render has one thread; there is a process for each core.
            return opencv_imgcodecs.haveImageWriter(".webp") ? Optional.of(new OpenCvCodec()) : Optional.empty();
        } catch (LinkageError _) {
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return "opencv";
    }

    @Override
    public String version() {
        return opencv_core.CV_VERSION_MAJOR + "." + opencv_core.CV_VERSION_MINOR + "."
                + opencv_core.CV_VERSION_REVISION;
    }

    @Override
    public boolean readsFormat(ImageFormat format) {
        return writesFormat(format);
    }

    @Override
    public boolean writesFormat(ImageFormat format) {
        return format == ImageFormat.JPEG || format == ImageFormat.PNG || format == ImageFormat.WEBP;
    }

    @Override
    public boolean reads(Inspection source, boolean animated) {
        boolean plain = source.depth() == 8 && source.model() == Model.RGB;
        return switch (source.format()) {
            case JPEG -> plain || source.model() == Model.GREY;
            case PNG -> plain;
            case WEBP -> source.frames() == 1;
            case AVIF, GIF, TIFF, BMP, HEIC, JXL -> false;
        };
    }

    @Override
    public boolean strict() {
        return false;
    }

    @Override
    public boolean writes(Encoding encoding) {
        return writesFormat(encoding.format()) && !encoding.animated();
    }

    @Override
    public Picture decode(byte[] original, Inspection source, Need need) throws RenderException {
        int shrink = source.format() == ImageFormat.JPEG ? shrink(source, need) : 1;
        Mat decoded = null;
        try (PointerScope _ = new PointerScope()) {
            Mat file = new Mat(1, original.length, opencv_core.CV_8UC1);
            file.data().put(original);
            decoded = opencv_imgcodecs.imdecode(file, flags(source, shrink)).retainReference();
            requireExpected(decoded, source, shrink);
            return Picture.still(
                    pixels(decoded), Metadata.read(original, source.format()).icc());
        } catch (RenderException e) {
            release(decoded);
            throw e;
        } catch (RuntimeException e) {
            release(decoded);
            throw failure(e, ErrorCode.DECODE_FAILED, "the image data is damaged");
        }
    }

    /// 8, 4, 2 or 1: libjpeg-turbo's other scales are slower than the next of these.
    private static int shrink(Inspection source, Need need) {
        for (int shrink = 8; shrink > 1; shrink /= 2) {
            if (source.storedWidth() / shrink >= need.width() && source.storedHeight() / shrink >= need.height()) {
                return shrink;
            }
        }
        return 1;
    }

    private static int flags(Inspection source, int shrink) {
        int colour = switch (shrink) {
            case 8 -> opencv_imgcodecs.IMREAD_REDUCED_COLOR_8;
            case 4 -> opencv_imgcodecs.IMREAD_REDUCED_COLOR_4;
            case 2 -> opencv_imgcodecs.IMREAD_REDUCED_COLOR_2;
            default -> source.alpha() ? opencv_imgcodecs.IMREAD_UNCHANGED : opencv_imgcodecs.IMREAD_COLOR;
        };
        return source.alpha() ? colour : colour | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
    }

    private static void requireExpected(Mat decoded, Inspection source, int shrink) throws RenderException {
        if (decoded.empty()) {
            throw new RenderException(ErrorCode.DECODE_FAILED, "the image data is damaged");
        }
        int width = (source.storedWidth() + shrink - 1) / shrink;
        int height = (source.storedHeight() + shrink - 1) / shrink;
        if (decoded.cols() != width || decoded.rows() != height) {
            throw new RenderException(ErrorCode.DECODE_FAILED, "the image contradicts its own header");
        }
        boolean colours = decoded.depth() == opencv_core.CV_8U && decoded.isContinuous();
        if (!colours || decoded.channels() < 3 || (source.alpha() && decoded.channels() != 4)) {
            throw new UnsuitableException("OpenCV does not give the channels that the header promises");
        }
    }

    private static Pixels pixels(Mat mat) {
        long bytes = mat.total() * mat.elemSize();
        MemorySegment data = MemorySegment.ofBuffer(mat.data().capacity(bytes).asByteBuffer());
        return new Pixels(data, mat.cols(), mat.rows(), mat.channels(), () -> release(mat));
    }

    private static void release(@Nullable Mat mat) {
        if (mat != null) {
            mat.releaseReference();
        }
    }

    @Override
    public byte[] encode(Picture picture, Encoding encoding) throws RenderException {
        Pixels pixels = picture.first();
        try (PointerScope _ = new PointerScope()) {
            Mat mat = new Mat(
                    pixels.height(), pixels.width(), opencv_core.CV_MAKETYPE(opencv_core.CV_8U, pixels.channels()));
            mat.data().put(pixels.array());
            BytePointer encoded = new BytePointer();
            if (!opencv_imgcodecs.imencode("." + encoding.format().extension(), mat, encoded, options(mat, encoding))) {
                throw new RenderException(ErrorCode.INTERNAL, "the output cannot be encoded");
            }
            byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
            encoded.get(bytes);
            return bytes;
        } catch (RuntimeException e) {
            throw failure(e, ErrorCode.INTERNAL, "the output cannot be encoded");
        }
    }

    private static IntPointer options(Mat mat, Encoding encoding) {
        return switch (encoding.format()) {
            case PNG -> PngStyle.of(mat).options();
            // Above 100 OpenCV's WebP is lossless.
            case WEBP ->
                new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, encoding.lossless() ? 101 : encoding.quality());
            case JPEG, AVIF, GIF, TIFF, BMP, HEIC, JXL ->
                new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, encoding.quality());
        };
    }

    /// OpenCV's own exceptions arrive as these, without a type of their own.
    private static RenderException failure(RuntimeException e, ErrorCode code, String sentence) {
        boolean memory = String.valueOf(e.getMessage()).contains("(-4:");
        return memory
                ? new RenderException(ErrorCode.MEMORY_EXCEEDED, "the image needs too much memory", e)
                : new RenderException(code, sentence, e);
    }
}
