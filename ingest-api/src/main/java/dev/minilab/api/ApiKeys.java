package dev.minilab.api;

import dev.minilab.config.ConfigException;
import dev.minilab.job.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who may call: the keys of a file that is read again when it has changed. Thread-safe.
///
/// The file is looked at once a second at most, when a call comes. A file that cannot be read changes nothing: the
/// keys
/// known so far go on, and the log says so.
final class ApiKeys {

    private static final Logger LOG = LoggerFactory.getLogger(ApiKeys.class);
    private static final Duration LOOKED_AT = Duration.ofSeconds(1);
    private static final String BEARER = "Bearer ";

    /// By which a change of the file is known: whoever replaces it makes another file of it.
    private record Stamp(@Nullable Object file, FileTime modified, long size) {}

    private static final Stamp GONE = new Stamp(null, FileTime.fromMillis(0), -1);

    private final @Nullable Path file;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile Map<String, List<KeysFile.Key>> byId = Map.of();
    private volatile long lookedAt = System.nanoTime();
    private Stamp known = GONE;

    private ApiKeys(@Nullable Path file) {
        this.file = file;
    }

    /// The keys of a file; without a file, anyone is the tenant `default` and may do everything.
    ///
    /// @throws ConfigException if the file cannot be read
    static ApiKeys load(@Nullable Path file) {
        ApiKeys keys = new ApiKeys(file);
        if (file != null) {
            keys.known = stamp(file);
            keys.byId = index(KeysFile.read(file));
        }
        return keys;
    }

    /// Whether callers need a key.
    boolean needed() {
        return file != null;
    }

    /// Who sends this `Authorization` header, if any.
    ///
    /// @throws ProblemException unless it holds a key that is known
    Caller authenticate(@Nullable String authorization) throws ProblemException {
        if (file == null) {
            return Caller.ANYONE;
        }
        return Optional.ofNullable(authorization)
                .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(header -> header.substring(BEARER.length()).strip())
                .filter(ApiKey::wellFormed)
                .flatMap(key -> find(ApiKey.hash(key)))
                .map(key -> new Caller(
                        key.id(),
                        key.tenant(),
                        key.scopes().stream()
                                .flatMap(name -> Scope.ofWireName(name).stream())
                                .collect(Collectors.toUnmodifiableSet())))
                .orElseThrow(() -> new ProblemException(ErrorCode.UNAUTHORIZED, "send a valid key as Bearer token"));
    }

    private Optional<KeysFile.Key> find(String hash) {
        refresh();
        byte[] sent = hash.getBytes(StandardCharsets.UTF_8);
        return byId.getOrDefault(KeysFile.Key.id(hash), List.of()).stream()
                .filter(key -> MessageDigest.isEqual(key.sha256().getBytes(StandardCharsets.UTF_8), sent))
                .findFirst();
    }

    private void refresh() {
        if (System.nanoTime() - lookedAt > LOOKED_AT.toNanos() && reading.tryLock()) {
            try {
                look();
                lookedAt = System.nanoTime();
            } finally {
                reading.unlock();
            }
        }
    }

    /// Reads the file again if it has changed since it was last read.
    void look() {
        reading.lock();
        try {
            Path path = Objects.requireNonNull(file);
            Stamp now = stamp(path);
            if (!now.equals(known)) {
                known = now;
                KeysFile read = KeysFile.read(path);
                byId = index(read);
                LOG.info(
                        "The API keys have changed: there are {} now",
                        read.keys().size());
            }
        } catch (ConfigException e) {
            LOG.error("The API keys stay as they were: {}", e.getMessage());
        } finally {
            reading.unlock();
        }
    }

    private static Stamp stamp(Path file) {
        try {
            BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(facts.fileKey(), facts.lastModifiedTime(), facts.size());
        } catch (IOException _) {
            return GONE;
        }
    }

    private static Map<String, List<KeysFile.Key>> index(KeysFile file) {
        return file.keys().stream().collect(Collectors.groupingBy(KeysFile.Key::id));
    }
}
