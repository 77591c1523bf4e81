package dev.minilab.worker.codec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A decoded file: one frame, or those of an animation, all of one size.
///
/// Used by one thread; [#close] gives back the memory of all frames.
///
/// @param delays how long each frame is shown, in milliseconds; empty for a still picture
/// @param loops how often an animation is played, 0 for ever
/// @param profile the ICC profile that the colours are in, or null for sRGB
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Picture(List<Pixels> frames, List<Integer> delays, int loops, byte @Nullable [] profile)
        implements AutoCloseable {

    public Picture {
        if (frames.isEmpty() || (!delays.isEmpty() && delays.size() != frames.size())) {
            throw new IllegalArgumentException(frames.size() + " frames with " + delays.size() + " delays");
        }
        frames = List.copyOf(frames);
        delays = List.copyOf(delays);
    }

    /// One frame that is not animated.
    public static Picture still(Pixels pixels, byte @Nullable [] profile) {
        return new Picture(List.of(pixels), List.of(), 0, profile);
    }

    public Pixels first() {
        return frames.getFirst();
    }

    public boolean animated() {
        return frames.size() > 1;
    }

    @Override
    public void close() {
        frames.forEach(Pixels::close);
    }
}
