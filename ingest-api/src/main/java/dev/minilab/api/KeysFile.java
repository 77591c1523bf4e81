package dev.minilab.api;

import dev.minilab.config.ConfigException;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The keys file, `{"keys": [{"name", "sha256", "tenant", "scopes", "created_at"}]}`: who may call, by the hashes of
/// their keys. Immutable.
public record KeysFile(List<Key> keys) {

    private static final ReentrantLock EDITING = new ReentrantLock();

    /// One key.
    ///
    /// @param sha256 64 hex digits
    /// @param createdAt when it was made; files of older releases do not say
    public record Key(
            String name,
            String sha256,
            Tenant tenant,
            List<String> scopes,
            @Nullable Instant createdAt) {

        private static final int ID_LENGTH = 12;

        public Key {
            if (!sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("sha256 of the key " + name + " is not 64 hex digits");
            }
            scopes = scopes.stream().distinct().sorted().toList();
            for (String scope : scopes) {
                if (Scope.ofWireName(scope).isEmpty()) {
                    throw new IllegalArgumentException("the key " + name + " has a scope that there is not: " + scope);
                }
            }
        }

        /// The beginning of the hash: tells keys apart, and gives nothing away.
        public String id() {
            return id(sha256);
        }

        static String id(String sha256) {
            return sha256.substring(0, ID_LENGTH);
        }
    }

    public KeysFile {
        keys = List.copyOf(keys);
    }

    /// Reads a keys file.
    ///
    /// @throws ConfigException if it cannot be read
    public static KeysFile read(Path file) {
        try {
            return Json.read(Files.readAllBytes(file), KeysFile.class);
        } catch (IOException | Json.UnreadableJsonException e) {
            throw new ConfigException(List.of("MINILAB_API_KEYS_FILE cannot be read: " + e), e);
        }
    }

    /// Changes a keys file, or makes it. Of several changes at once, each sees the one before; who reads the file
    /// meanwhile sees it before or after. Only its owner can read it.
    ///
    /// @throws ConfigException if it cannot be read
    public static void edit(Path file, UnaryOperator<KeysFile> change) throws IOException {
        Path target = file.toAbsolutePath();
        Path others = target.resolveSibling(target.getFileName() + ".lock");
        EDITING.lock();
        try (FileChannel channel = FileChannel.open(others, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            KeysFile old = Files.exists(target) ? read(target) : new KeysFile(List.of());
            replace(target, Json.write(change.apply(old)));
        } finally {
            EDITING.unlock();
        }
    }

    private static void replace(Path target, byte[] content) throws IOException {
        Path draft = Files.createTempFile(target.getParent(), ".keys-", ".json");
        try (FileOutputStream out = new FileOutputStream(draft.toFile())) {
            out.write(content);
            out.getFD().sync();
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
