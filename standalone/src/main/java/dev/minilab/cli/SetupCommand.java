package dev.minilab.cli;

import dev.minilab.config.Config;
import dev.minilab.queue.QueueAdmin;
import dev.minilab.queue.QueueAdmin.Attributes;
import dev.minilab.store.BucketAdmin;
import dev.minilab.store.BucketAdmin.Rule;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import dev.minilab.store.StoreException.Reason;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `./minilab setup`: creates what is missing of bucket, rules and queues, and changes nothing that is right.
@Command(
        name = "setup",
        description = "Create bucket, lifecycle and CORS rules, and queues with dead-letter queues, as far as they are"
                + " missing.")
public final class SetupCommand implements Callable<Integer> {

    /// Something that was missing.
    private record Step(String what, boolean done) {}

    private final Map<String, String> env;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--dry-run", description = "Only tell what would be done.")
    private boolean dryRun;

    @Option(
            names = "--cors-origin",
            paramLabel = "ORIGIN",
            description = "Let pages of this origin use the bucket (default: MINILAB_CORS_ORIGINS).")
    private List<String> origins = List.of();

    @Option(names = "--json", description = "Print JSON, one step a line.")
    private boolean json;

    private int steps;

    public SetupCommand() {
        this(System.getenv());
    }

    /// @param env the configuration
    public SetupCommand(Map<String, String> env) {
        this.env = Map.copyOf(env);
    }

    @Override
    public Integer call() {
        steps = 0;
        Config config = Config.load(env);
        try (ObjectStore store = new ObjectStore(config.store());
                BucketAdmin bucket = new BucketAdmin(config.store());
                QueueAdmin queues = new QueueAdmin(config.queue())) {
            if (bucketIsThere(store) || step("create bucket " + config.store().bucket(), store::createBucket)) {
                rules(bucket);
            }
            queues(config.queue(), queues);
        }
        if (steps == 0 && !json) {
            report().line(steps, () -> "nothing is missing");
        }
        return 0;
    }

    private static boolean bucketIsThere(ObjectStore store) {
        try {
            store.check();
            return true;
        } catch (StoreException e) {
            if (e.reason() == Reason.NO_BUCKET) {
                return false;
            }
            throw e;
        }
    }

    private void rules(BucketAdmin bucket) {
        if (bucket.uploadsExpire() == Rule.MISSING || bucket.partsExpire() == Rule.MISSING) {
            step("let direct uploads, and what is left of uploads in parts, go after a day", bucket::expireUploads);
        }
        List<String> missing = (origins.isEmpty() ? Origins.of(env) : origins)
                .stream()
                        .filter(origin -> bucket.pagesMayUse(origin) == Rule.MISSING)
                        .toList();
        if (!missing.isEmpty()) {
            step("let pages of " + String.join(", ", missing) + " use the bucket", () -> bucket.letPagesUse(missing));
        }
    }

    private void queues(Config.Queue config, QueueAdmin queues) {
        for (String queue : List.of(config.jobs(), config.bulk(), config.webhooks())) {
            String deadLetters = Config.Queue.deadLettersOf(queue);
            for (String name : List.of(deadLetters, queue)) {
                if (queues.attributes(name).isEmpty()) {
                    step("create queue " + name, () -> queues.create(name));
                }
            }
            if (!queues.attributes(queue)
                    .filter(found -> isRight(found, deadLetters))
                    .isPresent()) {
                step(
                        "have " + queue + " move dead letters to " + deadLetters + " after "
                                + Config.Worker.MAX_RECEIVE_COUNT + " receives, and keep messages for "
                                + QueueAdmin.RETENTION.toDays() + " days",
                        () -> queues.set(queue, deadLetters));
            }
        }
    }

    private static boolean isRight(Attributes found, String deadLetters) {
        return deadLetters.equals(found.deadLetters())
                && found.maxReceiveCount() == Config.Worker.MAX_RECEIVE_COUNT
                && found.delay().isZero()
                && Optional.ofNullable(found.retention())
                        .map(QueueAdmin.RETENTION::equals)
                        .orElse(true);
    }

    /// @return whether it was done
    private boolean step(String what, Runnable action) {
        steps++;
        if (!dryRun) {
            action.run();
        }
        report().line(new Step(what, !dryRun), () -> (dryRun ? "would " : "did: ") + what);
        return !dryRun;
    }

    private Report report() {
        return new Report(Objects.requireNonNull(spec).commandLine().getOut(), json);
    }
}
