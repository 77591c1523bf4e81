package dev.minilab.worker.image;

import dev.minilab.job.Sha256;
import dev.minilab.worker.codec.Metadata;
import dev.minilab.worker.codec.Pixels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Turns the colours of an ICC profile into sRGB.
///
/// Profiles of a matrix and curves (Display P3, Adobe RGB, ProPhoto, …) are computed relative to white and without
/// black point compensation, within two levels. For those of lookup tables Java's colour management is asked for a
/// grid of colours, which it converts by the perceptual table, or for a printer by the relative colorimetric one;
/// others are interpolated. A grey profile is a curve for pictures that are grey throughout; others it leaves as they
/// are, since it cannot be theirs. Alpha is never touched.
///
/// Immutable and safe for use by many threads. The conversions of the last profiles are kept.
public final class SrgbConversion {

    /// Real profiles of RGB are rarely larger than some kilobytes, those of printers some hundred.
    public static final int MAX_PROFILE = Metadata.MAX_PROFILE;

    private static final int KEPT = 8;

    private static final Map<String, Optional<SrgbConversion>> LAST = new LinkedHashMap<>(16, 0.75f, true);

    private static final int BLOCK = 1 << 14;

    private final Kernel kernel;

    private SrgbConversion(Kernel kernel) {
        this.kernel = kernel;
    }

    /// Converts blue, green, red(, alpha) in place.
    interface Kernel {
        void convert(byte[] pixels, int count, int channels);

        /// Whether this may be applied to pictures that are not grey.
        default boolean colour() {
            return true;
        }
    }

    /// The conversion for a profile; empty if there is nothing to convert (every colour stays within one level), or
    /// nothing to convert with: the profile is broken, larger than [#MAX_PROFILE], neither RGB nor grey, or none of
    /// a device or colour space. Throws nothing.
    public static Optional<SrgbConversion> of(byte[] profile) {
        if (profile.length > MAX_PROFILE) {
            return Optional.empty();
        }
        String key = Sha256.of(profile);
        synchronized (LAST) {
            Optional<SrgbConversion> known = LAST.get(key);
            if (known != null) {
                return known;
            }
        }
        Optional<SrgbConversion> made = Cmm.open(profile).flatMap(Cmm::kernel).map(SrgbConversion::new);
        keep(key, made);
        return made;
    }

    private static void keep(String key, Optional<SrgbConversion> conversion) {
        synchronized (LAST) {
            LAST.put(key, conversion);
            if (LAST.size() > KEPT) {
                LAST.remove(LAST.keySet().iterator().next());
            }
        }
    }

    /// Converts all pixels in place, be they on the heap or not.
    public void apply(Pixels pixels) {
        if (!kernel.colour() && !isGrey(pixels)) {
            return;
        }
        int channels = pixels.channels();
        MemorySegment data = pixels.data();
        byte[] block = new byte[BLOCK * channels];
        for (long at = 0; at < data.byteSize(); at += block.length) {
            int length = (int) Math.min(block.length, data.byteSize() - at);
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, block, 0, length);
            kernel.convert(block, length / channels, channels);
            MemorySegment.copy(block, 0, data, ValueLayout.JAVA_BYTE, at, length);
        }
    }

    private static boolean isGrey(Pixels pixels) {
        MemorySegment data = pixels.data();
        for (long i = 0; i < data.byteSize(); i += pixels.channels()) {
            byte blue = data.get(ValueLayout.JAVA_BYTE, i);
            if (blue != data.get(ValueLayout.JAVA_BYTE, i + 1) || blue != data.get(ValueLayout.JAVA_BYTE, i + 2)) {
                return false;
            }
        }
        return true;
    }
}
