package dev.minilab.job;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/// What is known of an original: width and height in pixels after orientation, size in bytes, SHA-256 in lower-case
/// hex. Only what went through our hands on its way in has a hash from the beginning; of an original that was copied
/// inside the bucket the worker finds it. One that came from a URL has the last of those it was found at, and the
/// ETag
/// that
/// its server gave.
public record Source(
        ImageFormat format,
        int width,
        int height,
        long bytes,
        @Nullable String sha256,
        int orientation,
        int frames,
        @Nullable URI url,
        @Nullable String etag) {

    /// An original that came from no URL.
    public Source(
            ImageFormat format,
            int width,
            int height,
            long bytes,
            @Nullable String sha256,
            int orientation,
            int frames) {
        this(format, width, height, bytes, sha256, orientation, frames, null, null);
    }

    public Source {
        if (width < 1 || height < 1 || bytes < 1 || frames < 1 || orientation < 1 || orientation > 8) {
            throw new IllegalArgumentException("impossible source");
        }
        if (sha256 != null && !sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("sha256 is 64 hex digits");
        }
    }
}
