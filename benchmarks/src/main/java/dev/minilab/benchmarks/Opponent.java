package dev.minilab.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// sharp in a process of Node.js of its own, which is idle unless asked; `opponent.mjs` says what it understands. For
/// one thread.
final class Opponent implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter commands;

    /// @param script `opponent.mjs`
    /// @param folder where sharp is installed and where files are exchanged
    Opponent(Path script, Path folder) throws IOException {
        process = new ProcessBuilder("node", script.toAbsolutePath().toString())
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    }

    /// How it renders: what of sharp is for its user to choose.
    ///
    /// @param inFlight how many originals at once
    /// @param concurrency the threads that libvips takes for one
    /// @param decodes `each` if every output decodes the original, or `once`
    record Setting(int inFlight, int concurrency, String decodes) {

        @Override
        public String toString() {
            return "%d in flight, concurrency %d, decodes %s".formatted(inFlight, concurrency, decodes);
        }
    }

    /// How near an output comes to the reference; see `score.mjs`.
    record Score(int width, int height, double ssim) {}

    String versions() throws IOException {
        return ask("versions");
    }

    void learn(Task task) throws IOException {
        ask("task %s %s %s %s"
                .formatted(
                        task.id(), task.original().file(), task.format().wireName(), String.join(" ", task.sizes())));
    }

    /// Renders for some seconds; originals a second.
    double run(Task task, Setting setting, double seconds) throws IOException {
        List<String> words = List.of(
                "run",
                task.id(),
                Double.toString(seconds),
                Integer.toString(setting.inFlight),
                Integer.toString(setting.concurrency),
                setting.decodes);
        return Double.parseDouble(ask(String.join(" ", words)));
    }

    /// Leaves each output as a file, [#file].
    void write(Task task, Setting setting) throws IOException {
        ask("write %s %s".formatted(task.id(), setting.decodes));
    }

    static String file(Task task, String size) {
        return "%s-%s.sharp.%s".formatted(task.id(), size, task.format().wireName());
    }

    Score score(String source, String output) throws IOException {
        String[] words = ask("score %s %s".formatted(source, output)).split(" ", -1);
        return new Score(Integer.parseInt(words[0]), Integer.parseInt(words[1]), Double.parseDouble(words[2]));
    }

    /// A JPEG of this size.
    void enlarge(String source, int width, int height, String to) throws IOException {
        ask("enlarge %s %d %d %s".formatted(source, width, height, to));
    }

    private String ask(String command) throws IOException {
        commands.println(command);
        String answer = answers.readLine();
        if (answer == null || !answer.startsWith("ok")) {
            throw new IOException("sharp's side, asked to `%s`: %s".formatted(command, answer));
        }
        return answer.substring("ok".length()).strip();
    }

    @Override
    public void close() {
        commands.close(); // Its input ends, and so does it.
        try {
            if (process.waitFor(5, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
