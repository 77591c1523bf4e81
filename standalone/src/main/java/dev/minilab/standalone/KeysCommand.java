package dev.minilab.standalone;

import dev.minilab.api.ApiKey;
import dev.minilab.api.KeysFile;
import dev.minilab.api.Scope;
import dev.minilab.cli.Report;
import dev.minilab.cli.ReportOption;
import dev.minilab.job.Tenant;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `minilab keys create|list|revoke`: who may call. A running API follows the file within a second or two.
@Command(
        name = "keys",
        description = "API keys.",
        subcommands = {KeysCommand.Create.class, KeysCommand.ListKeys.class, KeysCommand.Revoke.class})
final class KeysCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        CommandLine.usage(this, System.out);
        return 2;
    }

    /// A key as it is shown: what its hash gives away of it, or itself, once.
    record Shown(
            String id,
            String name,
            Tenant tenant,
            List<String> scopes,
            @Nullable Instant createdAt,
            @Nullable String key) {
        static Shown of(KeysFile.Key key) {
            return of(key, null);
        }

        static Shown of(KeysFile.Key key, @Nullable String itself) {
            return new Shown(key.id(), key.name(), key.tenant(), key.scopes(), key.createdAt(), itself);
        }
    }

    /// The option that all of them have.
    static final class KeysFileOption {
        @Option(
                names = "--file",
                required = true,
                description = "The keys file (default: MINILAB_API_KEYS_FILE).",
                defaultValue = "${env:MINILAB_API_KEYS_FILE}")
        private Path file = Path.of("keys.json");
    }

    @Command(name = "create", description = "Make a key, print it once, and keep its hash in the keys file.")
    static final class Create implements Callable<Integer> {
        @CommandLine.Mixin
        private KeysFileOption keys = new KeysFileOption();

        @CommandLine.Mixin
        private ReportOption how = new ReportOption();

        @Option(names = "--name", description = "What the key is for.", defaultValue = "key")
        private String name = "key";

        @Option(names = "--tenant", description = "Whose jobs it gives access to.", defaultValue = "default")
        private String tenant = "default";

        @Option(
                names = "--scope",
                split = ",",
                description = "jobs:write, jobs:read, specs or admin (default: ${DEFAULT-VALUE}).",
                defaultValue = "jobs:write,jobs:read")
        private List<String> scopes = List.of();

        @Override
        public Integer call() throws IOException {
            if (!scopes.stream().allMatch(scope -> Scope.ofWireName(scope).isPresent())) {
                throw new IllegalArgumentException("--scope: there are "
                        + Stream.of(Scope.values()).map(Scope::wireName).toList() + " and no others");
            }
            if (!name.matches("\\P{Cntrl}{1,100}")) {
                throw new IllegalArgumentException("--name: 1 to 100 characters, and none that control a terminal");
            }
            String key = ApiKey.create(new SecureRandom());
            KeysFile.Key made = new KeysFile.Key(
                    name,
                    ApiKey.hash(key),
                    new Tenant(tenant),
                    scopes,
                    Instant.now().truncatedTo(ChronoUnit.SECONDS));
            KeysFile.edit(keys.file, old -> {
                List<KeysFile.Key> all = new ArrayList<>(old.keys());
                all.add(made);
                return new KeysFile(all);
            });
            how.report().line(Shown.of(made, key), () -> key);
            return 0;
        }
    }

    @Command(name = "list", description = "Show the keys there are; of a key itself, the file knows its hash only.")
    static final class ListKeys implements Callable<Integer> {
        @CommandLine.Mixin
        private KeysFileOption keys = new KeysFileOption();

        @CommandLine.Mixin
        private ReportOption how = new ReportOption();

        @Override
        public Integer call() {
            Report report = how.report();
            List<KeysFile.Key> all = KeysFile.read(keys.file).keys();
            if (report.json()) {
                all.forEach(key -> report.line(Shown.of(key), key::name));
            } else {
                report.table(rows(all));
            }
            return 0;
        }

        private static List<List<String>> rows(List<KeysFile.Key> keys) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("ID", "NAME", "TENANT", "SCOPES", "CREATED"));
            for (KeysFile.Key key : keys) {
                rows.add(List.of(
                        key.id(),
                        key.name(),
                        key.tenant().value(),
                        String.join(",", key.scopes()),
                        key.createdAt() == null ? "-" : key.createdAt().toString()));
            }
            return rows;
        }
    }

    @Command(name = "revoke", description = "Make a key worthless.")
    static final class Revoke implements Callable<Integer> {
        @CommandLine.Mixin
        private KeysFileOption keys = new KeysFileOption();

        @CommandLine.Mixin
        private ReportOption how = new ReportOption();

        @Parameters(paramLabel = "KEY", description = "Its id or its name, as `minilab keys list` shows them.")
        private String key = "";

        @Override
        public Integer call() throws IOException {
            List<KeysFile.Key> revoked = new ArrayList<>();
            KeysFile.edit(keys.file, old -> without(old, revoked));
            Report report = how.report();
            if (report.json()) {
                revoked.forEach(gone -> report.line(Shown.of(gone), gone::name));
            }
            return 0;
        }

        private KeysFile without(KeysFile old, List<KeysFile.Key> revoked) {
            List<KeysFile.Key> meant = old.keys().stream()
                    .filter(k -> k.id().equals(key) || k.name().equals(key))
                    .toList();
            if (meant.size() != 1) {
                throw new IllegalArgumentException(
                        meant.isEmpty()
                                ? "there is no such key"
                                : "several keys have that name, say which by its id: "
                                        + meant.stream().map(KeysFile.Key::id).toList());
            }
            revoked.addAll(meant);
            return new KeysFile(
                    old.keys().stream().filter(k -> !meant.contains(k)).toList());
        }
    }
}
