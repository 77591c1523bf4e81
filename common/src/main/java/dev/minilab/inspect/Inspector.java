package dev.minilab.inspect;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Tells from the first bytes what an image is and whether we take it, without decoding a pixel.
///
/// Reads forwards, stops as soon as it knows, and allocates by bytes that arrived, never by sizes that the file
/// claims. It neither marks, resets nor closes the stream: a caller who wants the bytes again marks them with
/// [#HEAD_LIMIT] before. Stateless, safe for use by many threads.
public final class Inspector {
    /// The most that is ever read: room for an ICC profile and thumbnails, and small enough to buffer for every
    /// upload.
    public static final int HEAD_LIMIT = 1 << 20;

    private static final byte[] JPEG_MAGIC = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};
    private static final byte[] PNG_MAGIC = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private final Limits limits;

    public Inspector(Limits limits) {
        this.limits = limits;
    }

    /// The inspection of an acceptable JPEG or PNG; everything else is refused. Errors of the stream itself pass
    /// through.
    public Inspection inspect(InputStream in) throws IOException, InspectException {
        HeadReader head = new HeadReader(in);
        byte[] start = head.peek(PNG_MAGIC.length);
        if (start.length == 0) {
            throw new InspectException(ErrorCode.EMPTY_BODY, "The body is empty");
        }
        if (startsWith(start, JPEG_MAGIC)) {
            head.skip(2); // the third byte begins the next marker
            return new JpegHeader(head, limits).read();
        }
        if (startsWith(start, PNG_MAGIC)) {
            head.skip(PNG_MAGIC.length);
            return new PngHeader(head, limits).read();
        }
        if (startsWith(JPEG_MAGIC, start) || startsWith(PNG_MAGIC, start)) {
            throw HeadReader.ended();
        }
        throw unsupported(ForeignType.guess(head.peek(HeadReader.PEEK_LIMIT)));
    }

    private static InspectException unsupported(String guess) {
        String accepted = ImageFormat.JPEG.mediaType() + ", " + ImageFormat.PNG.mediaType();
        String hint = guess.isEmpty() ? "" : "; it seems to be " + guess;
        return new InspectException(
                ErrorCode.UNSUPPORTED_TYPE, "The image is not of an accepted type (" + accepted + ")" + hint);
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
