package dev.minilab.cli;

import dev.minilab.client.JobRequest;
import dev.minilab.client.Minilab;
import dev.minilab.config.Config;
import dev.minilab.job.Keys;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.ObjectStore.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `./minilab backfill`: makes jobs of objects that are in the bucket already. Lists the bucket as the environment
/// configures it, and asks the API for the jobs, with a key of scope `admin` where keys are on.
@Command(name = "backfill", description = "Make jobs of objects that are in the bucket already, on the bulk lane.")
public final class BackfillCommand implements Callable<Integer> {

    private static final int AT_A_TIME = 8;

    private final Map<String, String> env;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Mixin
    private RequestOptions wishes = new RequestOptions();

    @Option(names = "--prefix", required = true, description = "The objects whose keys begin like that.")
    private String prefix = "";

    @Option(names = "--dry-run", description = "Only count.")
    private boolean dryRun;

    @Option(names = "--missing-only", description = "Leave out what an earlier backfill succeeded with.")
    private boolean missingOnly;

    @Option(
            names = "--outdated-only",
            description = "Only what an earlier backfill made otherwise: by an older version of the preset, or by other"
                    + " outputs.")
    private boolean outdatedOnly;

    @Option(
            names = "--rate",
            description = "At most so many jobs a second, 0 for as fast as they are taken (default: ${DEFAULT-VALUE}).",
            defaultValue = "10")
    private double rate;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Remember there what was done, and go on from there (default: ${DEFAULT-VALUE}).",
            defaultValue = "minilab-backfill.jsonl")
    private Path checkpoint = Path.of("minilab-backfill.jsonl");

    @Option(names = "--json", description = "Print JSON, one object a line.")
    private boolean json;

    public BackfillCommand() {
        this(System.getenv());
    }

    /// @param env the configuration of the bucket
    public BackfillCommand(Map<String, String> env) {
        this.env = Map.copyOf(env);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rate < 0 || (missingOnly && outdatedOnly)) {
            throw new IllegalArgumentException("--rate is 0 or more; --missing-only or --outdated-only, not both");
        }
        JobRequest request = wishes.request();
        try (Minilab minilab = api.connect();
                Ledger ledger = Ledger.open(dryRun ? null : checkpoint)) {
            String wish = Backfill.wish(request, (List<?>) minilab.presets().getOrDefault("data", List.of()));
            Backfill backfill = new Backfill(minilab, request, wish, ledger);
            Predicate<String> leftOut = missingOnly || outdatedOnly ? backfill.made(outdatedOnly) : _ -> false;
            List<String> keys = list(leftOut.negate());
            Report report =
                    new Report(Objects.requireNonNull(spec).commandLine().getOut(), json);
            if (dryRun) {
                report.line(Map.of("objects", keys.size()), () -> summary(keys.size()));
                return 0;
            }
            return make(backfill, keys, report);
        }
    }

    private String summary(int count) {
        return count + " objects" + (rate == 0 ? "" : ", " + (long) Math.ceil(count / rate) + " s at --rate " + rate);
    }

    /// The objects below the prefix that are not Minilab's own.
    private List<String> list(Predicate<String> wanted) {
        List<String> keys = new ArrayList<>();
        try (ObjectStore store = new ObjectStore(Config.load(env).store())) {
            String after = null;
            do {
                Page page = store.list(prefix, false, after);
                page.keys().stream()
                        .filter(key -> !key.endsWith("/") && !Keys.isOurs(key) && wanted.test(key))
                        .forEach(keys::add);
                after = page.next();
            } while (after != null);
        }
        return keys;
    }

    private int make(Backfill backfill, List<String> keys, Report report) throws InterruptedException {
        boolean terminal = ProgressBar.onTerminal();
        ProgressBar bar = new ProgressBar(System.err, terminal, keys.size());
        Pace pace = new Pace(rate);
        AtomicInteger failed = new AtomicInteger();
        Parallel.each(keys.iterator(), AT_A_TIME, key -> {
            if (!backfill.isDone(key)) {
                pace.await();
            }
            Backfill.Made made = backfill.make(key);
            if (made.problem() != null) {
                failed.incrementAndGet();
            }
            if (json || made.problem() != null) {
                report.line(made, made::text);
            }
            bar.done(key);
        });
        bar.end();
        if (!json) {
            int good = keys.size() - failed.get();
            report.line(good, () -> good + " jobs, " + failed.get() + " refused");
        }
        return failed.get() == 0 ? 0 : 1;
    }
}
