package dev.minilab.benchmarks;

import dev.minilab.config.RenderConfig;
import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.render.Renderer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// What it costs to render in another process: one caller, a photograph of 12 million pixels, three JPEGs, in turns
/// in a process and on a thread. Run by `benchmarks/compare --channel`, with the options of a render process.
public final class ChannelCost {

    private static final Duration JOB_LIMIT = Duration.ofMinutes(2);
    private static final String LARGE = "large.jpg";
    private static final String SMALL = "small.jpg";
    /// Of small images in a row: a few thousand messages, after which their code is compiled as in a worker that has
    /// run for some minutes.
    private static final Duration COMPILING = Duration.ofSeconds(20);

    private static final int WIDTH = 4000;
    private static final int HEIGHT = 3000;
    private static final double TARGET = 5;

    private ChannelCost() {}

    /// @param args the script of sharp's side, the folder where sharp is installed, how many rounds of how many
    ///     seconds, and the photograph, empty for a drawn one
    static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        Original photograph = Original.PHOTOGRAPH;
        Files.write(folder.resolve(photograph.file()), photograph.read(args[4].isEmpty() ? null : Path.of(args[4])));
        try (Opponent sharp = new Opponent(Path.of(args[0]), folder)) {
            sharp.enlarge(photograph.file(), WIDTH, HEIGHT, LARGE);
            sharp.enlarge(photograph.file(), WIDTH / 50, HEIGHT / 50, SMALL);
        }
        RenderRequest small = Original.request(Files.readAllBytes(folder.resolve(SMALL)), Task.JPEGS.outputs());
        RenderRequest request = Original.request(Files.readAllBytes(folder.resolve(LARGE)), Task.JPEGS.outputs());
        IO.println(Machine.describe());
        IO.println("%d x %d pixels, %d bytes".formatted(WIDTH, HEIGHT, request.original().length));
        RenderConfig config = RenderConfig.of(1, Isolation.PROCESS, JOB_LIMIT.dividedBy(2));
        try (Renderer process = Renderer.start(config, JOB_LIMIT);
                Renderer thread = Renderer.inThreads(1, JOB_LIMIT)) {
            compile(process, thread, small);
            measure(process, thread, request, Integer.parseInt(args[2]), Double.parseDouble(args[3]));
        }
    }

    private static void compile(Renderer process, Renderer thread, RenderRequest small) throws Exception {
        Load.rate(process, small, 1, COMPILING);
        Load.rate(thread, small, 1, COMPILING);
    }

    private static void measure(Renderer process, Renderer thread, RenderRequest request, int rounds, double seconds)
            throws Exception {
        Duration time = Duration.ofNanos((long) (seconds * 1e9));
        Load.rate(process, request, 1, time.multipliedBy(3)); // Until it is compiled.
        Load.rate(thread, request, 1, time.multipliedBy(3));
        Rounds done = new Rounds();
        for (int i = 0; i < rounds; i++) {
            double inThread = Load.rate(thread, request, 1, time);
            double inProcess = Load.rate(process, request, 1, time);
            done.add(new Rounds.Round(inProcess, inThread));
            IO.println(
                    "  round %2d  process %.1f ms, thread %.1f ms".formatted(i + 1, 1e3 / inProcess, 1e3 / inThread));
        }
        double cost = 100 * (1 / done.medianRatio() - 1);
        IO.println("channel (%s): %+.1f %% (%.1f ms, on a thread %.1f ms), target %.0f %%: %s"
                .formatted(
                        process.isolation().wireName(),
                        cost,
                        1e3 / done.medianOurs(),
                        1e3 / done.medianTheirs(),
                        TARGET,
                        cost <= TARGET ? "met" : "missed"));
    }
}
