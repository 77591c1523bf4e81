package dev.minilab.job;

import org.jspecify.annotations.Nullable;

/// What is known of an original: width and height in pixels after orientation, size in bytes, SHA-256 in lower-case
/// hex. Only what went through our hands on its way in has a hash from the beginning; of an original that was copied
/// inside the bucket the worker finds it.
public record Source(
        ImageFormat format,
        int width,
        int height,
        long bytes,
        @Nullable String sha256,
        int orientation,
        int frames) {

    public Source {
        if (width < 1 || height < 1 || bytes < 1 || frames < 1 || orientation < 1 || orientation > 8) {
            throw new IllegalArgumentException("impossible source");
        }
        if (sha256 != null && !sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("sha256 is 64 hex digits");
        }
    }
}
