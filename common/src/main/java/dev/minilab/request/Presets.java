package dev.minilab.request;

import dev.minilab.job.OutputSpec;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The presets of an installation. Immutable.
public final class Presets {

    /// The preset that applies when a request names neither outputs nor a preset.
    public static final String DEFAULT = "default";

    private static final String NAME = "[a-z0-9_-]{1,40}";

    private final Map<String, Preset> presets;

    private Presets(Map<String, Preset> presets) {
        this.presets = Collections.unmodifiableMap(presets);
    }

    /// What every installation has: `default`, a small and a large image.
    public static Presets builtIn() {
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        outputs.put("small", OutputSpec.inside(320));
        outputs.put("large", OutputSpec.inside(1280));
        Map<String, Preset> presets = new LinkedHashMap<>();
        presets.put(DEFAULT, new Preset(DEFAULT, 1, outputs));
        return new Presets(presets);
    }

    /// The built-in presets and those of a document `{"presets": {name: {"version", "outputs"}}}`, which replace
    /// built-in ones of the same name. `version` is 1 where it is left out.
    ///
    /// @throws InvalidRequestException with every mistake
    public static Presets read(JsonNode json) throws InvalidRequestException {
        Fields fields = new Fields();
        Map<String, Preset> presets = new LinkedHashMap<>(builtIn().presets);
        if (fields.isObject(json, "")) {
            fields.refuseOthers(json, "", Set.of("presets"));
            if (!json.has("presets")) {
                fields.mistake("/presets", "is missing");
            } else if (fields.isObject(json.path("presets"), "/presets")) {
                json.path("presets").forEachEntry((name, preset) -> presets.put(name, preset(fields, name, preset)));
            }
        }
        fields.finish();
        return new Presets(presets);
    }

    private static Preset preset(Fields fields, String name, JsonNode json) {
        String at = "/presets/" + Fields.escape(name);
        if (!name.matches(NAME)) {
            fields.mistake(at, "is not a name: " + NAME);
        }
        if (!fields.isObject(json, at)) {
            return new Preset(name, 1, Map.of());
        }
        fields.refuseOthers(json, at, Set.of("version", "outputs"));
        Integer version = fields.integer(json, at, "version", Integer.MAX_VALUE);
        Map<String, OutputSpec> outputs = Map.of();
        if (json.has("outputs")) {
            outputs = new OutputReader(fields).outputs(json.path("outputs"), at + "/outputs");
        } else {
            fields.mistake(at + "/outputs", "is missing");
        }
        return new Preset(name, version == null ? 1 : version, outputs);
    }

    /// The preset of a name, by default [#DEFAULT].
    public Optional<Preset> find(@Nullable String name) {
        return Optional.ofNullable(presets.get(name == null ? DEFAULT : name));
    }

    /// All presets, the default one first.
    public Collection<Preset> all() {
        return presets.values();
    }
}
