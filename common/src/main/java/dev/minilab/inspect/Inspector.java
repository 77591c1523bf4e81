package dev.minilab.inspect;

import static java.util.stream.Collectors.joining;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.stream.Stream;

/// Tells from its bytes what an image is and whether we take it, without decoding a pixel.
///
/// Reads forwards, stops as soon as it knows, and allocates by bytes that arrived, never by sizes that the file
/// claims. Stateless, safe for use by many threads.
public final class Inspector {
    /// The most that is ever read of a stream: room for an ICC profile and thumbnails, and small enough to buffer
    /// for every upload.
    public static final int HEAD_LIMIT = 1 << 20;

    private final Limits limits;

    public Inspector(Limits limits) {
        this.limits = limits;
    }

    /// The inspection of an acceptable image by its head; everything else is refused. Errors of the stream itself
    /// pass through.
    ///
    /// Reads at most [#HEAD_LIMIT] bytes: an image that tells its size later is refused with `bad_header`, and
    /// frames are counted no further. Neither marks, resets nor closes the stream: a caller who wants the bytes
    /// again marks them with [#HEAD_LIMIT] before.
    public Inspection inspect(InputStream in) throws IOException, InspectException {
        return inspect(HeadReader.ofHead(in));
    }

    /// The inspection of a whole file: as [#inspect(InputStream)], but with all of its frames, and wherever its
    /// header lies.
    public Inspection inspectWhole(byte[] file) throws InspectException {
        try {
            return inspect(HeadReader.ofWhole(file));
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory do not fail", e);
        }
    }

    private Inspection inspect(HeadReader head) throws IOException, InspectException {
        byte[] start = head.peek(Signature.LENGTH);
        if (start.length == 0) {
            throw new InspectException(ErrorCode.EMPTY_BODY, "The body is empty");
        }
        Optional<ImageFormat> format = Signature.find(start);
        if (format.isPresent()) {
            return read(format.get(), head);
        }
        if (Signature.isCut(start)) {
            throw HeadReader.endedWithin();
        }
        throw unsupported(ForeignType.guess(head.peek(HeadReader.PEEK_LIMIT)));
    }

    private Inspection read(ImageFormat format, HeadReader head) throws IOException, InspectException {
        return switch (format) {
            case JPEG -> new JpegHeader(head, limits).read();
            case PNG -> new PngHeader(head, limits).read();
            case WEBP -> new WebpHeader(head, limits).read();
            case GIF -> new GifHeader(head, limits).read();
            case TIFF -> new TiffHeader(head, limits).read();
            case BMP -> new BmpHeader(head, limits).read();
            case HEIC, AVIF -> new HeifHeader(head, limits, format).read();
            case JXL -> new JxlHeader(head, limits).read();
        };
    }

    private static InspectException unsupported(String guess) {
        String accepted =
                Stream.of(ImageFormat.values()).map(ImageFormat::mediaType).collect(joining(", "));
        String hint = guess.isEmpty() ? "" : "; it seems to be " + guess;
        return new InspectException(
                ErrorCode.UNSUPPORTED_TYPE, "The image is not of an accepted type (" + accepted + ")" + hint);
    }
}
