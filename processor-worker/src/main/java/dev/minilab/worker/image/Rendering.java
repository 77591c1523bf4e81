package dev.minilab.worker.image;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobError;
import dev.minilab.job.Placeholder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What came of rendering one original: every output by its name, rendered or failed.
///
/// @param renderMs wall-clock time from the first decode to the last encode, in milliseconds
/// @param decodes how often the original was decoded
public record Rendering(
        Map<String, Output> outputs,
        long renderMs,
        int decodes,
        @Nullable Placeholder placeholder) {

    /// The same with other outputs.
    public Rendering withOutputs(Map<String, Output> newOutputs) {
        return new Rendering(newOutputs, renderMs, decodes, placeholder);
    }

    /// One output.
    @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
    public sealed interface Output {}

    /// The encoded bytes, and the size in pixels.
    @SuppressWarnings("ArrayRecordComponent") // Never compared; copied nowhere.
    public record Rendered(ImageFormat format, int width, int height, byte[] bytes) implements Output {

        /// The same with other bytes.
        public Rendered withBytes(byte[] newBytes) {
            return new Rendered(format, width, height, newBytes);
        }
    }

    /// Why this output failed while others need not have.
    public record Failed(JobError error) implements Output {}
}
