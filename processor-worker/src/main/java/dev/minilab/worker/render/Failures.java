package dev.minilab.worker.render;

import dev.minilab.job.ErrorCode;
import dev.minilab.worker.codec.RenderException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is said of a render that failed, wherever it ran.
final class Failures {

    private Failures() {}

    static RenderException tooLong(Duration limit) {
        return new RenderException(
                ErrorCode.DECODE_TIMEOUT, "rendering took longer than " + limit.toMillis() / 1000.0 + " s");
    }

    static RenderException tooMuchMemory(@Nullable Throwable cause) {
        return new RenderException(ErrorCode.MEMORY_EXCEEDED, "rendering needs too much memory", cause);
    }

    static RenderException poison(int lost, Throwable cause) {
        return new RenderException(ErrorCode.POISON, "the image ended " + lost + " processes that rendered it", cause);
    }

    /// What the image is to blame for; nothing for what must be a mistake of ours.
    static Optional<RenderException> of(@Nullable Throwable thrown) {
        return switch (thrown) {
            case RenderException known -> Optional.of(known);
            case OutOfMemoryError memory -> Optional.of(tooMuchMemory(memory));
            case StackOverflowError stack ->
                Optional.of(new RenderException(ErrorCode.DECODE_FAILED, "the image is nested too deeply", stack));
            case null, default -> Optional.empty();
        };
    }
}
