package dev.minilab.cli;

import dev.minilab.client.Minilab;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `./minilab submit`: makes jobs of files and folders. Exit code 0 if all were accepted and, with `--wait`, succeeded;
/// 1 otherwise.
@Command(
        name = "submit",
        description = "Make jobs of images: of files, and of the images in folders. What was sent within a day with the"
                + " same wishes is not made again.")
public final class SubmitCommand implements Callable<Integer> {

    private static final int MOST_AT_A_TIME = 64;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Mixin
    private RequestOptions wishes = new RequestOptions();

    @Parameters(arity = "1..*", paramLabel = "FILE|DIR", description = "Images, and folders with images.")
    private List<Path> files = List.of();

    @Option(names = "--wait", description = "Wait until all have ended.")
    private boolean wait;

    @Option(names = "--download", paramLabel = "DIR", description = "Wait, and put the outputs there.")
    private @Nullable Path downloads;

    @Option(
            names = "--parallel",
            description = "How many at a time, 1 to " + MOST_AT_A_TIME + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "4")
    private int parallel;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for each job (default: ${DEFAULT-VALUE}).",
            defaultValue = "600")
    private int timeout;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description = "Remember there what was sent, for longer than a day and without sending it again.")
    private @Nullable Path state;

    @Option(names = "--again", description = "Make new jobs of what was sent before, too.")
    private boolean again;

    @Option(names = "--json", description = "Print JSON, one file a line.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (parallel < 1 || parallel > MOST_AT_A_TIME || timeout < 1) {
            throw new IllegalArgumentException("--parallel is 1 to " + MOST_AT_A_TIME + ", --timeout at least 1");
        }
        if (again && state != null) {
            throw new IllegalArgumentException("--again or --state, not both");
        }
        List<ImageFiles.Found> found = find();
        Report report = new Report(Objects.requireNonNull(spec).commandLine().getOut(), json);
        try (Minilab minilab = api.connect();
                Ledger ledger = Ledger.open(state)) {
            Submission submission = new Submission(
                    minilab,
                    wishes.request(),
                    again ? UUID.randomUUID().toString() : "",
                    ledger,
                    wait || downloads != null ? Duration.ofSeconds(timeout) : null,
                    downloads);
            return send(submission, found, report);
        }
    }

    private List<ImageFiles.Found> find() throws IOException {
        try {
            List<ImageFiles.Found> found = ImageFiles.in(files);
            if (found.isEmpty()) {
                throw new IllegalArgumentException("there are no images in " + files);
            }
            return found;
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + e.getFile(), e);
        }
    }

    private int send(Submission submission, List<ImageFiles.Found> found, Report report) throws InterruptedException {
        boolean terminal = ProgressBar.onTerminal();
        ProgressBar bar = new ProgressBar(System.err, terminal, found.size());
        AtomicInteger failed = new AtomicInteger();
        Parallel.each(found.iterator(), parallel, file -> {
            Submission.Sent sent = submission.send(file);
            if (!sent.good()) {
                failed.incrementAndGet();
            }
            synchronized (bar) {
                if (terminal) {
                    System.err.print("\r\u001b[K"); // The line goes where the bar was.
                }
                report.line(sent, sent::text);
                if (terminal) {
                    bar.done(file.file().toString());
                }
            }
        });
        bar.end();
        return failed.get() == 0 ? 0 : 1;
    }
}
