package dev.minilab.cli;

import dev.minilab.client.Minilab;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `./minilab capabilities`: what an installation can do.
@Command(name = "capabilities", description = "Tell which formats, codecs and limits an installation has.")
public final class CapabilitiesCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Report report = new Report(Objects.requireNonNull(spec).commandLine().getOut(), json);
        try (Minilab minilab = api.connect()) {
            Map<String, Object> all = minilab.capabilities();
            report.line(
                    all,
                    () -> new TreeMap<>(all)
                            .entrySet().stream()
                                    .map(entry -> entry.getKey() + ": " + entry.getValue())
                                    .collect(Collectors.joining("\n")));
        }
        return 0;
    }
}
