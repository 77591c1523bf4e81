package dev.minilab.worker.codec;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ImageFormat;

/// A library that turns files into pixels and back. Safe for use by many threads.
public interface Codec {

    /// The name to show: `opencv`, `libvips`, `imageio`.
    String name();

    /// The version of the library, as it tells it.
    String version();

    /// Whether this decodes such an original.
    ///
    /// @param animated whether all frames are wanted, not only the first
    boolean reads(Inspection source, boolean animated);

    /// Whether this writes such a file.
    boolean writes(Encoding encoding);

    /// Whether image data that is missing or damaged makes decoding fail, also in a JPEG.
    boolean strict();

    /// Whether this reads files of the format at all, as capabilities tell.
    boolean readsFormat(ImageFormat format);

    /// Whether this writes files of the format at all, as capabilities tell.
    boolean writesFormat(ImageFormat format);

    /// Decodes an original that was inspected and that it [#reads]. What lies in the file is not turned upright.
    ///
    /// @throws RenderException with `decode_failed`, `truncated` or `memory_exceeded`
    Picture decode(byte[] original, Inspection source, Need need) throws RenderException;

    /// Encodes a picture into a file of nothing but pixels.
    ///
    /// @throws RenderException if that fails, with `internal`
    byte[] encode(Picture picture, Encoding encoding) throws RenderException;

    /// How much of an original is needed: a decoder may shrink by whole steps while it loads, as long as the
    /// result is at least `width` by `height`. Both are in the orientation of the file and at most its size.
    record Need(int width, int height, boolean animated) {}

    /// What kind of file to write: quality is 1 to 100 and ignored by PNG; `lossless` overrides it where the
    /// format has both; `animated` for more than one frame.
    record Encoding(ImageFormat format, int quality, boolean lossless, boolean animated) {}
}
