package dev.minilab.cli;

import dev.minilab.client.Connection;
import dev.minilab.client.Minilab;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the API is and who calls it: the options of every command that talks to one.
public final class ApiOptions {

    private static final String LOCAL = "http://127.0.0.1:8080";

    @Option(
            names = "--api",
            paramLabel = "URL",
            description = "Where the API is (default: MINILAB_API_URL, or " + LOCAL + ").",
            defaultValue = "${env:MINILAB_API_URL:-" + LOCAL + "}")
    private URI api = URI.create(LOCAL);

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "A file that holds an API key, where one is needed (default: the key in MINILAB_API_KEY).")
    private @Nullable Path keyFile;

    public URI api() {
        return api;
    }

    /// The API key, if one was given.
    public @Nullable String key() {
        if (keyFile == null) {
            return System.getenv("MINILAB_API_KEY");
        }
        try {
            return Files.readString(keyFile).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("--key-file: cannot be read", e);
        }
    }

    Minilab connect() {
        String key = key();
        return new Minilab(key == null ? Connection.to(api) : Connection.to(api, key));
    }
}
