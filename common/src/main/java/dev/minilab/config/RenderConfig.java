package dev.minilab.config;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/// How a worker renders. Immutable.
///
/// @param processes how many originals are rendered at once, each in a process of its own; 1 to 256
/// @param isolation how far a render is kept from everything else
/// @param memory the bytes of memory that one process may hold while it renders
/// @param heap how much of them may be Java's heap
/// @param budget the predicted bytes of all renders together
/// @param limit how long one render may take
public record RenderConfig(int processes, Isolation isolation, long memory, long heap, long budget, Duration limit) {

    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;

    /// Some processes with the defaults of everything else.
    public static RenderConfig of(int processes, Isolation isolation, Duration limit) {
        return new RenderConfig(processes, isolation, GIB, GIB / 2, processes * GIB / 2, limit);
    }

    static RenderConfig read(Settings settings, Duration jobLimit) {
        int processes = settings.integer(
                "MINILAB_RENDER_PROCESSES", Runtime.getRuntime().availableProcessors(), 1, 256);
        long memory = settings.bytes("MINILAB_RENDER_MEMORY", GIB, 256 * MIB, 256 * GIB);
        long heap = settings.bytes("MINILAB_RENDER_HEAP", memory / 2, 64 * MIB, 128 * GIB);
        if (heap >= memory) {
            settings.mistake("MINILAB_RENDER_HEAP", "must be less than MINILAB_RENDER_MEMORY, which it is a part of");
        }
        return new RenderConfig(
                processes,
                settings.parsed(
                        "MINILAB_RENDER_ISOLATION",
                        Isolation.PROCESS,
                        "process, bubblewrap or thread",
                        Isolation::ofWireName),
                memory,
                heap,
                settings.bytes("MINILAB_RENDER_BUDGET", processes * memory / 2, MIB, 1024 * GIB),
                settings.duration("MINILAB_RENDER_LIMIT", jobLimit.dividedBy(2), Duration.ofMillis(100), jobLimit));
    }

    /// How far a render is kept from everything else.
    ///
    /// As a setting, `PROCESS` means bubblewrap where that works.
    public enum Isolation {
        /// A process of its own that sees no network and few files.
        BUBBLEWRAP,
        /// A process of its own.
        PROCESS,
        /// A thread of the worker: what kills the one kills the other.
        THREAD;

        @JsonValue
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Isolation ofWireName(String name) {
            return Stream.of(values())
                    .filter(i -> i.wireName().equals(name))
                    .findFirst()
                    .orElseThrow(IllegalArgumentException::new);
        }
    }
}
