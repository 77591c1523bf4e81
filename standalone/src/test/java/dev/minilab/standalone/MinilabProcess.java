package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// `./minilab` as a process of its own, as a user starts it.
final class MinilabProcess implements AutoCloseable {

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int START_SECONDS = 180;
    /// What makes a start cheap, where a test says nothing else: two processors have many JVMs to start.
    static final Map<String, String> FRUGAL = Map.of(
            "JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "MINILAB_RENDER_PROCESSES", "1");

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final Path log;

    private MinilabProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        Thread.ofVirtual().start(this::read);
    }

    /// Starts a command; `env` is all of its `MINILAB_` environment, but for what is `FRUGAL`.
    static MinilabProcess start(Map<String, String> env, String... arguments) throws IOException {
        return start(List.of(), env, arguments);
    }

    /// Starts a command by another, which may have it see the machine otherwise.
    static MinilabProcess start(List<String> by, Map<String, String> env, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Stream.of(by.stream(), Stream.of(ROOT.resolve("minilab").toString()), Stream.of(arguments))
                        .flatMap(words -> words)
                        .toList());
        builder.environment().keySet().removeIf(name -> name.startsWith("MINILAB_"));
        builder.environment().putAll(FRUGAL);
        builder.environment().putAll(env);
        Path folder = Files.createDirectories(Path.of("target", "process-logs"));
        Path log = Files.createTempFile(folder, arguments[0] + "-", ".log");
        builder.redirectError(log.toFile());
        return new MinilabProcess(builder.start(), log);
    }

    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.add(line);
                if (line.startsWith("READY ")) {
                    ready.complete(line.substring("READY ".length()));
                }
            }
        } catch (IOException e) {
            output.add("reading failed: " + e);
        }
        ready.completeExceptionally(new IOException("ended without READY: see " + log + "; printed " + output));
    }

    /// What follows `READY`, once it is printed.
    String awaitReady() throws Exception {
        return ready.get(START_SECONDS, TimeUnit.SECONDS);
    }

    URI awaitUri() throws Exception {
        return URI.create(awaitReady());
    }

    List<String> output() {
        return output;
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    long pid() {
        return process.pid();
    }

    /// Sends a signal, by its name: `STOP`, `CONT`, `TERM`.
    void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(code).as("kill -%s", name).isZero();
    }

    /// The processes that it renders in, under bubblewrap or not.
    List<ProcessHandle> renderProcesses() {
        return process.toHandle().descendants().toList();
    }

    /// SIGKILL: the launcher execs the JVM, so that it is the JVM that dies.
    void kill() {
        process.destroyForcibly();
        process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }

    /// SIGTERM, and the exit code.
    int terminate(int seconds) throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(seconds, TimeUnit.SECONDS))
                .as("exits within %s s of SIGTERM", seconds)
                .isTrue();
        return process.exitValue();
    }

    int awaitExit(int seconds) throws InterruptedException {
        assertThat(process.waitFor(seconds, TimeUnit.SECONDS)).as("exits").isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
