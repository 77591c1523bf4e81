package dev.minilab.api;

import dev.minilab.config.ConfigException;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.Sha256;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Who may call: API keys, of which only the SHA-256 is stored. Immutable.
///
/// A key is `mlk_`, 30 random characters of base 62 and 6 that check them, so that a typing error is told from a
/// revoked key without a look-up. The file is JSON: `{"keys": [{"name", "sha256", "tenant", "scopes"}]}`.
public final class ApiKeys {

    private static final String PREFIX = "mlk_";
    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_LENGTH = 30;
    private static final int CHECK_LENGTH = 6;

    /// What a key may do.
    public enum Scope {
        JOBS_WRITE("jobs:write"),
        JOBS_READ("jobs:read"),
        ADMIN("admin");

        private final String wireName;

        Scope(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /// One line of the keys file.
    public record Key(String name, String sha256, Tenant tenant, Set<String> scopes) {
        public Key {
            scopes = Set.copyOf(scopes);
        }
    }

    /// The content of the keys file.
    public record KeysFile(List<Key> keys) {
        public KeysFile {
            keys = List.copyOf(keys);
        }
    }

    /// Who calls.
    record Caller(Tenant tenant, Set<String> scopes) {
        void require(Scope scope) throws ProblemException {
            if (!scopes.contains(scope.wireName()) && !scopes.contains(Scope.ADMIN.wireName())) {
                throw new ProblemException(ErrorCode.FORBIDDEN, "this needs the scope " + scope.wireName());
            }
        }
    }

    private static final Caller ANYONE = new Caller(Tenant.DEFAULT, Set.of(Scope.ADMIN.wireName()));

    private final @Nullable Map<String, Key> byHash;

    private ApiKeys(@Nullable Map<String, Key> byHash) {
        this.byHash = byHash;
    }

    /// The keys of a file; without a file, anyone is the tenant `default` and may do everything.
    ///
    /// @throws ConfigException if the file cannot be read
    static ApiKeys load(@Nullable Path file) {
        return file == null
                ? new ApiKeys(null)
                : new ApiKeys(read(file).keys().stream()
                        .collect(Collectors.toUnmodifiableMap(Key::sha256, Function.identity(), (a, _) -> a)));
    }

    /// Reads a keys file.
    ///
    /// @throws ConfigException if it cannot be read
    public static KeysFile read(Path file) {
        try {
            return Json.read(Files.readAllBytes(file), KeysFile.class);
        } catch (IOException | Json.UnreadableJsonException e) {
            throw new ConfigException(List.of("MINILAB_API_KEYS_FILE cannot be read: " + e.getMessage()));
        }
    }

    /// Makes a new key. It is shown once: what is stored is its hash.
    public static String create(SecureRandom random) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            key.append(BASE62.charAt(random.nextInt(62)));
        }
        return PREFIX + key + check(key.toString());
    }

    public static String hash(String key) {
        return Sha256.of(key.getBytes(StandardCharsets.UTF_8));
    }

    /// Who sent a request, if that one may do this.
    Caller caller(Context ctx, Scope scope) throws ProblemException {
        Caller caller = authenticate(ctx.header("Authorization"));
        caller.require(scope);
        return caller;
    }

    /// @param authorization the `Authorization` header as sent, if any
    Caller authenticate(@Nullable String authorization) throws ProblemException {
        if (byHash == null) {
            return ANYONE;
        }
        return Optional.ofNullable(authorization)
                .filter(header -> header.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(header -> header.substring(7).strip())
                .filter(ApiKeys::wellFormed)
                .map(key -> byHash.get(hash(key)))
                .map(key -> new Caller(key.tenant(), key.scopes()))
                .orElseThrow(() -> new ProblemException(ErrorCode.UNAUTHORIZED, "send a valid key as Bearer token"));
    }

    private static boolean wellFormed(String key) {
        int random = PREFIX.length() + RANDOM_LENGTH;
        return key.length() == random + CHECK_LENGTH
                && key.startsWith(PREFIX)
                && key.substring(random).equals(check(key.substring(PREFIX.length(), random)));
    }

    private static String check(String random) {
        CRC32 crc = new CRC32();
        crc.update(random.getBytes(StandardCharsets.US_ASCII));
        StringBuilder check = new StringBuilder();
        for (long rest = crc.getValue(); check.length() < CHECK_LENGTH; rest /= 62) {
            check.insert(0, BASE62.charAt((int) (rest % 62)));
        }
        return check.toString();
    }
}
