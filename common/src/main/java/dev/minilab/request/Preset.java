package dev.minilab.request;

import dev.minilab.job.OutputSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A named set of outputs. `version`, from 1, is the operator's: it tells outputs apart that were made before and
/// after a change of the preset. Immutable; `outputs` keeps its order.
public record Preset(String name, int version, Map<String, OutputSpec> outputs) {
    public Preset {
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }
}
