package dev.minilab.standalone;

import dev.minilab.config.ConfigException;
import dev.minilab.json.Json;
import dev.minilab.webhook.WebhookSecret;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The folder of an embedded installation: `store` (the bucket), `queue` (the database of the queues), `spool`,
/// `secrets.json`, `endpoints.json`, and `lock`, which one process holds at a time.
final class DataFolder implements AutoCloseable {

    /// What an installation made up for itself at its first start.
    record Secrets(String accessKeyId, String secretAccessKey, String webhookSecret) {
        /// These secrets, but for those that an environment gives.
        Secrets overriddenBy(Map<String, String> env) {
            return new Secrets(
                    env.getOrDefault("MINILAB_S3_ACCESS_KEY_ID", accessKeyId),
                    env.getOrDefault("MINILAB_S3_SECRET_ACCESS_KEY", secretAccessKey),
                    env.getOrDefault("MINILAB_WEBHOOK_SECRET", webhookSecret));
        }

        @Override
        public String toString() {
            return "(secrets)";
        }
    }

    /// Where the servers of a running installation listen: the content of `endpoints.json`.
    record Endpoints(URI store, URI queue) {}

    private static final String ENDPOINTS = "endpoints.json";

    private final Path folder;
    private final FileChannel channel;
    private final @Nullable FileLock lock;

    private DataFolder(Path folder, FileChannel channel, @Nullable FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /// Opens the folder for this process alone, and makes it if need be.
    ///
    /// @throws ConfigException if another process has it, or its file system cannot hold what the embedded store
    /// needs
    static DataFolder open(Path path) {
        Path folder = path.toAbsolutePath().normalize();
        try {
            Files.createDirectories(folder);
            requireAttributes(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new ConfigException(List.of("--data: another process is using " + folder));
            }
            for (String part : List.of("store", "queue", "spool")) {
                Files.createDirectories(folder.resolve(part));
            }
            return new DataFolder(folder, channel, lock);
        } catch (IOException e) {
            throw new ConfigException(List.of("--data: cannot use " + folder + ": " + e), e);
        }
    }

    /// The embedded store keeps media types and metadata in extended attributes: without them, what it serves is
    /// wrong.
    private static void requireAttributes(Path folder) throws IOException {
        Path probe = Files.createTempFile(folder, "probe", "");
        try {
            var attributes = Files.getFileAttributeView(probe, UserDefinedFileAttributeView.class);
            if (attributes == null) {
                throw new UnsupportedOperationException();
            }
            attributes.write("minilab.probe", StandardCharsets.UTF_8.encode("1"));
            attributes.read("minilab.probe", ByteBuffer.allocate(1));
        } catch (IOException | UnsupportedOperationException e) {
            throw new ConfigException(
                    List.of("--data: the file system of " + folder
                            + " has no extended attributes (user.*), which the embedded store needs; choose"
                            + " another folder"),
                    e);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    Path store() {
        return folder.resolve("store");
    }

    Path queueDatabase() {
        return folder.resolve("queue").resolve("elasticmq");
    }

    Path spool() {
        return folder.resolve("spool");
    }

    /// The secrets of this installation, made at the first call.
    Secrets secrets() {
        return secrets(folder);
    }

    /// The secrets of the installation in a folder, made at the first call.
    static Secrets secrets(Path folder) {
        Path file = folder.resolve("secrets.json");
        try {
            if (!Files.exists(file)) {
                SecureRandom random = new SecureRandom();
                write(
                        file,
                        Json.write(new Secrets(
                                "minilab",
                                hex(random, 20),
                                WebhookSecret.generate(random).encoded())));
            }
            return Json.read(Files.readAllBytes(file), Secrets.class);
        } catch (IOException | Json.UnreadableJsonException e) {
            throw new ConfigException(List.of("--data: cannot use " + file + ": " + e.getMessage()), e);
        }
    }

    /// Lets other processes of this machine find the servers.
    void announce(Endpoints endpoints) throws IOException {
        write(folder.resolve(ENDPOINTS), Json.write(endpoints));
    }

    /// Where the servers on a folder listen, or listened last.
    ///
    /// @throws ConfigException if none ever did
    static Endpoints endpoints(Path folder) {
        Path file = folder.resolve(ENDPOINTS);
        if (!Files.exists(file)) {
            throw new ConfigException(List.of("--data: no installation runs in " + folder.toAbsolutePath()));
        }
        try {
            return Json.read(Files.readAllBytes(file), Endpoints.class);
        } catch (IOException | Json.UnreadableJsonException e) {
            throw new ConfigException(List.of("--data: cannot use " + file + ": " + e.getMessage()), e);
        }
    }

    /// Whole or not at all, and for the owner's eyes only.
    private static void write(Path file, byte[] content) throws IOException {
        Path draft = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                "secrets",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(draft, content);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String hex(SecureRandom random, int bytes) {
        byte[] secret = new byte[bytes];
        random.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.release();
        }
        channel.close();
    }
}
