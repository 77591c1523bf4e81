package dev.minilab.worker.codec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Between images of libvips, lazy and in any colours, and pictures of ours. Stateless.
final class VipsPicture {

    /// What browsers make of a frame without a duration, in milliseconds.
    private static final int DEFAULT_DELAY = 100;

    private VipsPicture() {}

    /// Computes the picture: 8-bit RGB as it is, with its profile; all else converted to sRGB.
    ///
    /// @param frames how many lie below each other
    static Picture of(VipsImage image, int frames) throws VipsException {
        byte[] profile = isPlain(image) ? Metadata.profile(image.profile()) : null;
        try (VipsImage rgb = toRgb(image)) {
            int channels = rgb.bands();
            if (channels != 3 && channels != 4) {
                throw new VipsException("conversion to sRGB gave " + channels + " bands");
            }
            if (frames == 1) {
                return Picture.still(frames(rgb, 1, channels).getFirst(), profile);
            }
            List<Integer> delays = delays(image, frames);
            int loops = image.number("loop").orElse(0);
            return new Picture(frames(rgb, frames, channels), delays, loops, profile);
        }
    }

    /// One image of all frames below each other; the arena must outlive it.
    static VipsImage stack(Vips vips, List<Pixels> frames, Arena arena) throws VipsException {
        Pixels first = frames.getFirst();
        long size = first.data().byteSize();
        MemorySegment all = arena.allocate(size * frames.size());
        for (int i = 0; i < frames.size(); i++) {
            RedBlue.swap(frames.get(i).data(), all.asSlice(i * size, size), first.channels());
        }
        return vips.ofMemory(all, first.width(), first.height() * frames.size(), first.channels());
    }

    /// The frames lie in one piece of memory, which the last of them gives back.
    @SuppressWarnings("MustBeClosedChecker") // The pixels close it.
    private static List<Pixels> frames(VipsImage rgb, int frames, int channels) throws VipsException {
        int width = rgb.width();
        int height = rgb.height() / frames;
        Arena arena = Arena.ofShared();
        try {
            MemorySegment data = rgb.pixels(arena);
            RedBlue.swap(data, data, channels);
            AtomicInteger left = new AtomicInteger(frames);
            Runnable release = () -> {
                if (left.decrementAndGet() == 0) {
                    arena.close();
                }
            };
            long size = Math.multiplyFull(width, height) * channels;
            List<Pixels> all = new ArrayList<>();
            for (int i = 0; i < frames; i++) {
                all.add(new Pixels(data.asSlice(i * size, size), width, height, channels, release));
            }
            return all;
        } catch (VipsException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static boolean isPlain(VipsImage image) throws VipsException {
        int interpretation = image.interpretation();
        return image.format() == VipsImage.FORMAT_UCHAR
                && (interpretation == VipsImage.INTERPRETATION_SRGB || interpretation == VipsImage.INTERPRETATION_RGB)
                && image.bands() >= 3;
    }

    private static VipsImage toRgb(VipsImage image) throws VipsException {
        try (VipsImage rgb = isPlain(image) ? image.again() : toSrgb(image)) {
            return rgb.bands() > 4 ? rgb.bands(4) : rgb.again();
        }
    }

    private static VipsImage toSrgb(VipsImage image) throws VipsException {
        if (image.hasProfile()) {
            try {
                return image.toSrgbByProfile();
            } catch (VipsException _) {
                // Broken, or for another kind of colours: many files have such a one, and viewers ignore it.
            }
        }
        return image.to(VipsImage.INTERPRETATION_SRGB);
    }

    private static List<Integer> delays(VipsImage image, int frames) throws VipsException {
        int[] delays = image.numbers("delay");
        int rest = image.number("gif-delay").orElse(DEFAULT_DELAY / 10) * 10;
        int[] all = Arrays.copyOf(delays, frames);
        Arrays.fill(all, Math.min(delays.length, frames), frames, rest);
        return Arrays.stream(all).boxed().toList();
    }
}
