package dev.minilab.worker.render;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The sandbox of <https://github.com/containers/bubblewrap>: no network, no other process, no terminal, and of the
/// file system only what a JVM and its native libraries read, plus a small `/tmp` of its own.
record Bubblewrap(Path program) {

    /// What the system's libraries and fonts need, where it is there.
    private static final List<String> SYSTEM = List.of(
            "/usr/lib",
            "/usr/lib64",
            "/lib",
            "/lib64",
            "/usr/local/lib",
            "/etc/ld.so.cache",
            "/etc/ld.so.conf",
            "/etc/ld.so.conf.d",
            "/etc/alternatives",
            "/etc/fonts",
            "/usr/share/fonts",
            "/usr/local/share/fonts",
            "/var/cache/fontconfig");

    private static final long TMP_BYTES = 256L << 20;
    private static final int PROBE_SECONDS = 10;

    /// The program `bwrap` of a search path such as `/usr/local/bin:/usr/bin`.
    static Optional<Bubblewrap> find(String searchPath) {
        return Stream.of(searchPath.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "bwrap").toAbsolutePath())
                .filter(Files::isExecutable)
                .map(Bubblewrap::new)
                .findFirst();
    }

    List<String> wrap(ChildCommand child, List<String> command) {
        List<String> all = new ArrayList<>(List.of(
                program.toString(),
                "--unshare-all",
                "--die-with-parent",
                "--new-session",
                "--cap-drop",
                "ALL",
                "--proc",
                "/proc",
                "--dev",
                "/dev",
                "--size",
                Long.toString(TMP_BYTES),
                "--tmpfs",
                "/tmp"));
        SYSTEM.forEach(path -> readOnly(all, path));
        readOnly(all, child.javaHome().toString());
        linkedFrom(child.javaHome().resolve("conf")).forEach(path -> readOnly(all, path));
        linkedFrom(child.javaHome().resolve("lib/security")).forEach(path -> readOnly(all, path));
        child.classPath().forEach(path -> readOnly(all, path.toString()));
        natives(all, child.natives());
        all.addAll(List.of("--remount-ro", "/", "--chdir", "/", "--"));
        all.addAll(command);
        return all;
    }

    /// What was unpacked is read-only in a folder that is not: JavaCPP takes no other.
    private static void natives(List<String> all, Path folder) {
        all.addAll(List.of("--size", Long.toString(1 << 20), "--tmpfs", folder.toString()));
        try (Stream<Path> unpacked = Files.list(folder)) {
            unpacked.filter(Files::isDirectory).forEach(path -> readOnly(all, path.toString()));
        } catch (NoSuchFileException _) {
            // Nothing has been unpacked yet.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Distributions keep the configuration of a JDK in `/etc`, and link to it.
    private static List<String> linkedFrom(Path folder) {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                targets.add(link.toRealPath().toString());
            }
        } catch (NoSuchFileException _) {
            return targets; // A link that leads nowhere, or no such folder.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return targets;
    }

    private static void readOnly(List<String> all, String path) {
        all.addAll(List.of("--ro-bind-try", path, path));
    }

    /// Why a JVM does not start in this sandbox here; nothing if it does.
    Optional<String> problem(ChildCommand child) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(
                            wrap(child, List.of(child.java().toString(), "-version")))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of("it does not end");
            }
            String said = new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8);
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of(said.lines().findFirst().orElse("it ended with " + process.exitValue()));
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
