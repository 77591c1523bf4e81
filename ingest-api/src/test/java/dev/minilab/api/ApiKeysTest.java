package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.config.ConfigException;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.Tenant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("API keys")
class ApiKeysTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("keys.json");
    }

    private String add(String name, String tenant, String... scopes) throws IOException {
        String key = ApiKey.create(new SecureRandom());
        KeysFile.edit(file(), old -> {
            List<KeysFile.Key> keys = new ArrayList<>(old.keys());
            keys.add(new KeysFile.Key(name, ApiKey.hash(key), new Tenant(tenant), List.of(scopes), NOW));
            return new KeysFile(keys);
        });
        return key;
    }

    private static ErrorCode refusal(ThrowingCallable call) {
        ProblemException[] problem = new ProblemException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(ProblemException.class, e -> problem[0] = e);
        return problem[0].code();
    }

    @Test
    @DisplayName("tell whose they are and what they may do")
    void known() throws Exception {
        String key = add("web", "acme", "jobs:read");
        ApiKeys keys = ApiKeys.load(file());

        Caller caller = keys.authenticate("bearer " + key);

        assertThat(caller.tenant()).isEqualTo(new Tenant("acme"));
        assertThat(caller.may(Scope.JOBS_READ)).isTrue();
        assertThat(caller.may(Scope.JOBS_WRITE)).isFalse();
        assertThat(caller.key()).isEqualTo(ApiKey.hash(key).substring(0, 12));
    }

    @Test
    @DisplayName("with the scope admin may do everything")
    void admin() throws Exception {
        String key = add("root", "acme", "admin");

        Caller caller = ApiKeys.load(file()).authenticate("Bearer " + key);

        assertThat(Scope.values()).allMatch(caller::may);
    }

    @Test
    @DisplayName("C1, C2, C3 that are missing, malformed or unknown are refused alike")
    void refused() throws Exception {
        String key = add("web", "acme", "jobs:read");
        ApiKeys keys = ApiKeys.load(file());
        String typo = key.substring(0, 10) + (key.charAt(10) == 'x' ? 'y' : 'x') + key.substring(11);

        List<String> details = new ArrayList<>();
        for (String header : List.of(
                "",
                "Basic " + key,
                "Bearer",
                "Bearer " + typo,
                "Bearer mlk_x",
                "Bearer " + key + "x",
                "Bearer " + ApiKey.create(new SecureRandom()))) {
            assertThatThrownBy(() -> keys.authenticate(header)).isInstanceOfSatisfying(ProblemException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHORIZED);
                details.add(e.getMessage());
            });
        }
        assertThat(details).hasSize(7).containsOnly(details.getFirst());
        assertThat(refusal(() -> keys.authenticate(null))).isEqualTo(ErrorCode.UNAUTHORIZED);
    }

    @Test
    @DisplayName("C2 a mistyped key is told from an unknown one without a look-up")
    void checksum() {
        String key = ApiKey.create(new SecureRandom());

        assertThat(ApiKey.wellFormed(key)).isTrue();
        for (int i = 0; i < key.length(); i++) {
            char other = key.charAt(i) == 'a' ? 'b' : 'a';
            assertThat(ApiKey.wellFormed(key.substring(0, i) + other + key.substring(i + 1)))
                    .as("changed at %s", i)
                    .isFalse();
        }
    }

    @Test
    @DisplayName("C3 follow their file: new ones count, revoked ones no longer, and a broken file changes nothing")
    void followsFile() throws Exception {
        String first = add("web", "acme", "jobs:read");
        ApiKeys keys = ApiKeys.load(file());
        String second = add("app", "acme", "jobs:read");
        awaitKnown(keys, second, true);

        Files.writeString(file(), "{\"keys\": [");
        keys.look();
        assertThat(knows(keys, first)).isTrue();
        Files.delete(file());
        keys.look();
        assertThat(knows(keys, second)).isTrue();

        String third = add("new", "acme", "jobs:read");
        awaitKnown(keys, third, true);
        assertThat(knows(keys, first)).isFalse();
    }

    private static boolean knows(ApiKeys keys, String key) {
        try {
            keys.authenticate("Bearer " + key);
            return true;
        } catch (ProblemException _) {
            return false;
        }
    }

    private static void awaitKnown(ApiKeys keys, String key, boolean known) {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (knows(keys, key) != known) {
            assertThat(System.nanoTime()).as("followed in time").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    @Test
    @DisplayName("are kept in a file that its owner alone can read, as hashes")
    void stored() throws Exception {
        String key = add("web", "acme", "jobs:read");

        assertThat(Files.readString(file())).contains(ApiKey.hash(key)).doesNotContain(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    @DisplayName("are all kept when many are made at once")
    void concurrently() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> made = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String name = "key " + i;
                made.add(threads.submit(() -> add(name, "acme", "jobs:read")));
            }
            for (Future<String> key : made) {
                key.get();
            }
        }
        assertThat(KeysFile.read(file()).keys()).hasSize(20);
        try (var files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("keys.json", "keys.json.lock");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"keys\":[{\"name\":\"a\",\"sha256\":\"abc\",\"tenant\":\"acme\",\"scopes\":[]}]}",
                "{\"keys\":[{\"name\":\"a\",\"sha256\":\"%s\",\"tenant\":\"acme\",\"scopes\":[\"jobs:rite\"]}]}",
                "{\"keys\":[{\"name\":\"a\",\"sha256\":\"%s\",\"tenant\":\"../x\",\"scopes\":[]}]}",
                "[]",
                ""
            })
    @DisplayName("I27 stop the start if their file is wrong")
    void wrongFile(String json) throws Exception {
        Files.writeString(file(), json.formatted("0".repeat(64)));

        assertThatThrownBy(() -> ApiKeys.load(file()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("MINILAB_API_KEYS_FILE");
    }
}
