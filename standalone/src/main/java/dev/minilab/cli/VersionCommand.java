package dev.minilab.cli;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `./minilab version`: the version of this program.
@Command(name = "version", description = "Print the version.")
public final class VersionCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        CommandSpec self = Objects.requireNonNull(spec);
        String line = String.join(" ", self.root().version());
        new Report(self.commandLine().getOut(), json)
                .line(
                        Map.of(
                                "version",
                                line.substring(line.indexOf(' ') + 1),
                                "java",
                                Runtime.version().toString()),
                        () -> line + ", Java " + Runtime.version());
        return 0;
    }
}
