package dev.minilab.cli;

import dev.minilab.config.Config;
import dev.minilab.config.ConfigException;
import dev.minilab.queue.QueueAdmin;
import dev.minilab.store.BucketAdmin;
import dev.minilab.store.ObjectStore;
import dev.minilab.worker.codec.Codecs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `./minilab doctor`: looks at everything that an installation needs, and says of what is not right how to mend it.
/// Exit code 1 if something is wrong.
@Command(
        name = "doctor",
        description = "Check bucket, queues and this machine, as the environment configures them, and tell how to mend"
                + " what is wrong.")
public final class DoctorCommand implements Callable<Integer> {

    private final Map<String, String> env;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Check this folder for an embedded installation instead of bucket and queues.")
    private @Nullable Path data;

    @Option(
            names = "--cors-origin",
            paramLabel = "ORIGIN",
            description = "Pages of this origin use the bucket (default: MINILAB_CORS_ORIGINS).")
    private List<String> origins = List.of();

    @Option(names = "--json", description = "Print JSON, one finding a line.")
    private boolean json;

    public DoctorCommand() {
        this(System.getenv());
    }

    /// @param env the configuration
    public DoctorCommand(Map<String, String> env) {
        this.env = Map.copyOf(env);
    }

    @Override
    public Integer call() {
        Report report = new Report(Objects.requireNonNull(spec).commandLine().getOut(), json);
        List<Finding> findings = findings();
        findings.forEach(finding -> report.line(finding, finding::text));
        return findings.stream().anyMatch(f -> f.state() == Finding.State.WRONG) ? 1 : 0;
    }

    private List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (data != null) {
            findings.add(MachineChecks.folder("data", data, true));
        } else {
            try {
                findings.addAll(configured(Config.load(env)));
            } catch (ConfigException e) {
                e.mistakes()
                        .forEach(mistake -> findings.add(
                                Finding.wrong("configuration", mistake, "set it right: README.md, Configuration")));
            }
        }
        findings.addAll(MachineChecks.codecs(Codecs.available()));
        return findings;
    }

    private List<Finding> configured(Config config) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("configuration", "can be read"));
        try (ObjectStore store = new ObjectStore(config.store());
                BucketAdmin bucket = new BucketAdmin(config.store());
                QueueAdmin queues = new QueueAdmin(config.queue())) {
            List<String> pages = origins.isEmpty() ? Origins.of(env) : origins;
            findings.addAll(new StoreChecks(config.store(), store, bucket, pages).run());
            findings.addAll(new QueueChecks(config.queue(), queues).run());
        }
        findings.add(MachineChecks.folder("spool", config.api().spoolFolder(), false));
        return findings;
    }
}
