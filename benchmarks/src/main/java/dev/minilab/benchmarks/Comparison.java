package dev.minilab.benchmarks;

import dev.minilab.benchmarks.Opponent.Score;
import dev.minilab.benchmarks.Opponent.Setting;
import dev.minilab.benchmarks.Rounds.Round;
import dev.minilab.config.RenderConfig;
import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.inspect.InspectException;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering.Rendered;
import dev.minilab.worker.render.Renderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Renders the same with Minilab and with sharp, in turns, and prints the ratios. Run by `benchmarks/compare`.
public final class Comparison {

    private static final Duration JOB_LIMIT = Duration.ofMinutes(2);
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /// How much worse than sharp's an output may be.
    private static final double QUALITY_MARGIN = 0.003;

    private final Renderer renderer;
    private final Opponent sharp;
    private final Path folder;
    private final int rounds;
    private final double seconds;
    private final String decodes;
    private final List<String> verdicts = new ArrayList<>();

    private Comparison(Renderer renderer, Opponent sharp, Path folder, int rounds, double seconds, String decodes) {
        this.renderer = renderer;
        this.sharp = sharp;
        this.folder = folder;
        this.rounds = rounds;
        this.seconds = seconds;
        this.decodes = decodes;
    }

    /// @param args the script of sharp's side, the folder where sharp is installed, how many rounds of how many
    ///     seconds, whether sharp decodes for `each` output or `once`, the two originals, empty for drawn ones, and
    ///     the only task, empty for all
    static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        Original[] originals = Original.values();
        for (int i = 0; i < originals.length; i++) {
            Files.write(folder.resolve(originals[i].file()), originals[i].read(path(args[5 + i])));
        }
        RenderConfig config = RenderConfig.of(CORES, Isolation.PROCESS, JOB_LIMIT.dividedBy(2));
        try (Opponent sharp = new Opponent(Path.of(args[0]), folder);
                Renderer renderer = Renderer.start(config, JOB_LIMIT)) {
            IO.println(Machine.describe());
            IO.println(sharp.versions());
            IO.println("Minilab in %d processes (%s)"
                    .formatted(CORES, renderer.isolation().wireName()));
            new Comparison(renderer, sharp, folder, Integer.parseInt(args[2]), Double.parseDouble(args[3]), args[4])
                    .compare(tasks(args[7]));
        }
    }

    private static @Nullable Path path(String argument) {
        return argument.isEmpty() ? null : Path.of(argument);
    }

    private static List<Task> tasks(String only) {
        return Stream.of(Task.values())
                .filter(task -> only.isEmpty() || task.id().equals(only))
                .toList();
    }

    private void compare(List<Task> tasks)
            throws IOException, InspectException, RenderException, InterruptedException, ExecutionException {
        for (Task task : tasks) {
            compare(task);
        }
        IO.println();
        verdicts.forEach(IO::println);
    }

    private void compare(Task task)
            throws IOException, InspectException, RenderException, InterruptedException, ExecutionException {
        byte[] original = Files.readAllBytes(folder.resolve(task.original().file()));
        RenderRequest request = Original.request(original, task.outputs());
        sharp.learn(task);
        Setting setting = tune(task);
        ours(request, 3 * seconds); // Until it is compiled.
        IO.println("%n%s; sharp: %s".formatted(task.title(), setting));
        Rounds done = alternate(task, request, setting);
        IO.println("  median    minilab %.1f/s, sharp %.1f/s, ratio %.2f (%.2f to %.2f)"
                .formatted(
                        done.medianOurs(),
                        done.medianTheirs(),
                        done.medianRatio(),
                        done.leastRatio(),
                        done.greatestRatio()));
        verdicts.add("%s: %.2f x sharp, target %.1f: %s"
                .formatted(
                        task.title(),
                        done.medianRatio(),
                        task.target(),
                        done.medianRatio() >= task.target() ? "met" : "missed"));
        judge(task, request, setting);
    }

    /// What sharp is fastest with.
    private Setting tune(Task task) throws IOException {
        Setting best = new Setting(1, 1, decodes);
        double most = 0;
        for (int concurrency = 1; concurrency <= CORES; concurrency += Math.max(1, CORES - 1)) {
            for (int inFlight : List.of(1, 2, 4)) {
                Setting setting = new Setting(inFlight, concurrency, decodes);
                double rate = sharp.run(task, setting, seconds / 2);
                if (rate > most) {
                    most = rate;
                    best = setting;
                }
            }
        }
        return best;
    }

    private Rounds alternate(Task task, RenderRequest request, Setting setting)
            throws IOException, InterruptedException, ExecutionException {
        Rounds done = new Rounds();
        for (int i = 1; i <= rounds; i++) {
            double first = i % 2 == 0 ? sharp.run(task, setting, seconds) : ours(request, seconds);
            double second = i % 2 == 0 ? ours(request, seconds) : sharp.run(task, setting, seconds);
            Round round = i % 2 == 0 ? new Round(second, first) : new Round(first, second);
            done.add(round);
            IO.println("  round %2d  minilab %.1f/s, sharp %.1f/s, ratio %.2f"
                    .formatted(i, round.ours(), round.theirs(), round.ratio()));
        }
        return done;
    }

    /// One caller more than processes, so that none of them waits for a caller.
    private double ours(RenderRequest request, double time) throws InterruptedException, ExecutionException {
        return Load.rate(renderer, request, CORES + 1, Duration.ofNanos((long) (time * 1e9)));
    }

    /// Compares the outputs of both sides with the reference.
    private void judge(Task task, RenderRequest request, Setting setting)
            throws IOException, RenderException, InterruptedException {
        sharp.write(task, setting);
        double worst = 1;
        for (var output : renderer.render(request).outputs().entrySet()) {
            if (!(output.getValue() instanceof Rendered rendered)) {
                throw new IOException("%s: %s".formatted(task.title(), output));
            }
            worst = Math.min(worst, judge(task, output.getKey(), rendered));
        }
        verdicts.add("%s: SSIM %+.4f against sharp's, target %+.4f: %s"
                .formatted(task.title(), worst, -QUALITY_MARGIN, worst >= -QUALITY_MARGIN ? "met" : "missed"));
    }

    /// By how much our SSIM is above that of sharp.
    private double judge(Task task, String size, Rendered rendered) throws IOException {
        String file =
                "%s-%s.minilab.%s".formatted(task.id(), size, task.format().wireName());
        Files.write(folder.resolve(file), rendered.bytes());
        Score ours = sharp.score(task.original().file(), file);
        Score theirs = sharp.score(task.original().file(), Opponent.file(task, size));
        if (ours.width() != theirs.width() || ours.height() != theirs.height()) {
            throw new IOException("the sizes differ: %s and %s".formatted(ours, theirs));
        }
        double difference = ours.ssim() - theirs.ssim();
        IO.println("  %4d x %4d  minilab %d bytes, SSIM %.4f; sharp %d bytes, SSIM %.4f; difference %+.4f"
                .formatted(
                        ours.width(),
                        ours.height(),
                        rendered.bytes().length,
                        ours.ssim(),
                        Files.size(folder.resolve(Opponent.file(task, size))),
                        theirs.ssim(),
                        difference));
        return difference;
    }
}
