package dev.minilab.cli;

import dev.minilab.client.JobRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What to make of images: the options of every command that makes jobs.
final class RequestOptions {

    @Option(names = "--preset", description = "What to make, by the name of a preset (default: default).")
    private @Nullable String preset;

    @Option(
            names = "--output",
            paramLabel = "NAME=SPEC",
            description = "What to make: thumb=320x320,fit=cover,format=webp. As often as there are outputs.")
    private List<String> outputs = List.of();

    /// @throws IllegalArgumentException if that makes no sense
    JobRequest request() {
        if (preset != null && !outputs.isEmpty()) {
            throw new IllegalArgumentException("--preset or --output, not both");
        }
        JobRequest request = preset == null ? JobRequest.DEFAULT : JobRequest.preset(preset);
        for (String text : outputs) {
            OutputOption output = OutputOption.parse(text);
            if (request.outputs().containsKey(output.name())) {
                throw new IllegalArgumentException("--output: there are two " + output.name());
            }
            request = request.and(output.name(), output.spec());
        }
        return request;
    }
}
