package dev.minilab.worker.image;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.OutputSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// One original and everything that is to be made of it. Immutable; the arrays are not copied.
///
/// @param watermarks the images that the specs name as watermarks, as files, by their `image_key`
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record RenderRequest(
        byte[] original, Inspection inspection, Map<String, OutputSpec> outputs, Map<String, byte[]> watermarks) {

    public RenderRequest {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        watermarks = Collections.unmodifiableMap(new LinkedHashMap<>(watermarks));
    }

    /// The same with other bytes in place of its files.
    public RenderRequest withFiles(byte[] newOriginal, Map<String, byte[]> newWatermarks) {
        return new RenderRequest(newOriginal, inspection, outputs, newWatermarks);
    }
}
