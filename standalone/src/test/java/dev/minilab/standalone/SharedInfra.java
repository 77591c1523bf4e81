package dev.minilab.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// The embedded pair of this JVM's tests, which may have no second one: ElasticMQ keeps to its first database.
/// Whoever
/// uses it leaves its queues empty. It ends with the JVM.
final class SharedInfra {

    private static final class Holder {
        private static final Path FOLDER = folder();
        private static final Infra INFRA = Infra.start(FOLDER, Map.of(), "127.0.0.1", 0, 0);

        private static Path folder() {
            try {
                return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "infra");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private SharedInfra() {}

    static Infra get() {
        return Holder.INFRA;
    }

    /// The data folder of the pair.
    static Path folder() {
        return Holder.FOLDER;
    }
}
