package dev.minilab.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `./minilab completion`: a script for bash, and for zsh with `bashcompinit`.
@Command(name = "completion", description = "Print a completion script: source <(./minilab completion)")
public final class CompletionCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        CommandSpec self = Objects.requireNonNull(spec);
        CommandLine root = self.root().commandLine();
        PrintWriter out = self.commandLine().getOut();
        out.print(AutoComplete.bash(root.getCommandName(), root));
        out.flush();
        return 0;
    }
}
