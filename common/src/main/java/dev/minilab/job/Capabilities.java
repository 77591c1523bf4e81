package dev.minilab.job;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/// What one worker can do, as it says itself: the content of `workers/{worker}.json`. Immutable.
///
/// @param version of Minilab
/// @param isolation what keeps a render from harming others: `bubblewrap`, `process` or `thread`
/// @param codecs in the order in which they are tried
/// @param maxRenders how many originals are rendered at once
public record Capabilities(
        WorkerId worker,
        Instant reportedAt,
        String version,
        String isolation,
        List<Codec> codecs,
        int maxRenders,
        Limits limits) {

    public Capabilities {
        codecs = List.copyOf(codecs);
    }

    /// The same, said at another time.
    public Capabilities reportedAt(Instant time) {
        return new Capabilities(worker, time, version, isolation, codecs, maxRenders, limits);
    }

    /// A library, its version, and the formats it reads and writes.
    public record Codec(String name, String version, Set<ImageFormat> reads, Set<ImageFormat> writes) {
        public Codec {
            reads = Set.copyOf(reads);
            writes = Set.copyOf(writes);
        }
    }

    /// How large an original may be for this worker, in pixels: of all frames together, of a side, and of an image
    /// that is progressive or interlaced.
    public record Limits(long maxPixels, int maxSide, long maxInterlacedPixels) {

        /// What keeps both limits.
        public Limits and(Limits other) {
            return new Limits(
                    Math.min(maxPixels, other.maxPixels),
                    Math.min(maxSide, other.maxSide),
                    Math.min(maxInterlacedPixels, other.maxInterlacedPixels));
        }
    }
}
