package dev.minilab.api;

import dev.minilab.config.ConfigException;
import dev.minilab.json.Json;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.Presets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The presets file: `{"presets": {name: {"version", "outputs"}}}`, read at the start.
final class PresetsFile {

    private static final String SETTING = "MINILAB_PRESETS_FILE ";

    private PresetsFile() {}

    /// The presets of a file beside the built-in ones, or these alone without a file.
    ///
    /// @throws ConfigException if the file cannot be read, or with every mistake in it
    static Presets load(@Nullable Path file) {
        if (file == null) {
            return Presets.builtIn();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Presets.read(Json.readTree(in));
        } catch (InvalidRequestException e) {
            throw new ConfigException(
                    e.mistakes().stream()
                            .map(m -> SETTING + file + ": " + m.pointer() + " " + m.detail())
                            .toList(),
                    e);
        } catch (IOException | Json.UnreadableJsonException e) {
            throw new ConfigException(List.of(SETTING + file + " cannot be read: " + e), e);
        }
    }
}
