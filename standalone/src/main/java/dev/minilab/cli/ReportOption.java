package dev.minilab.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Whether a command answers people or programs: `--json`.
public final class ReportOption {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(names = "--json", description = "Print JSON, one value a line.")
    private boolean json;

    /// Where the command prints its answer.
    public Report report() {
        return new Report(Objects.requireNonNull(command).commandLine().getOut(), json);
    }
}
