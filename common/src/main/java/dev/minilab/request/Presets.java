package dev.minilab.request;

import dev.minilab.job.OutputSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The named sets of outputs that a client can ask for. Immutable.
public final class Presets {

    /// The preset that applies when a request names neither outputs nor a preset.
    public static final String DEFAULT = "default";

    private final Map<String, Map<String, OutputSpec>> presets;

    private Presets(Map<String, Map<String, OutputSpec>> presets) {
        this.presets = presets;
    }

    /// What every installation has: `default`, a small and a large image.
    public static Presets builtIn() {
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        outputs.put("small", OutputSpec.inside(320));
        outputs.put("large", OutputSpec.inside(1280));
        return new Presets(Map.of(DEFAULT, Collections.unmodifiableMap(outputs)));
    }

    public Optional<Map<String, OutputSpec>> find(@Nullable String name) {
        return Optional.ofNullable(presets.get(name == null ? DEFAULT : name));
    }
}
