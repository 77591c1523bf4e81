package dev.minilab.cli;

import dev.minilab.client.Job;
import dev.minilab.client.JobStatus;
import dev.minilab.client.Minilab;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `./minilab job ID`: one job. With `--watch`, everything that happens to it until it ends, and exit code 1 unless it
/// succeeds.
@Command(name = "job", description = "Show a job, or watch it.")
public final class JobCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Parameters(paramLabel = "ID", description = "The id of the job: job_…")
    private String id = "";

    @Option(names = "--watch", description = "Tell what happens to it until it has ended.")
    private boolean watch;

    @Option(names = "--json", description = "Print JSON; of a job that is watched, after everything that happens.")
    private boolean json;

    @Override
    public Integer call() {
        Report report = new Report(Objects.requireNonNull(spec).commandLine().getOut(), json);
        try (Minilab minilab = api.connect()) {
            if (watch) {
                minilab.follow(id, event -> report.line(event, event::type));
            }
            Job job = minilab.get(id);
            if (!watch || !json) {
                report.line(job, () -> text(job));
            }
            return !watch || job.status() == JobStatus.SUCCEEDED ? 0 : 1;
        }
    }

    private static String text(Job job) {
        StringJoiner lines = new StringJoiner("\n");
        lines.add(job.id() + " " + job.status().wireName());
        lines.add("  created  " + job.createdAt());
        if (job.finishedAt() != null) {
            lines.add("  finished " + job.finishedAt());
        }
        if (job.externalId() != null) {
            lines.add("  name     " + job.externalId());
        }
        for (Map.Entry<String, Job.Output> output : new TreeMap<>(job.outputs()).entrySet()) {
            lines.add("  output   " + output.getKey() + " " + text(output.getValue()));
        }
        if (job.error() != null) {
            lines.add("  error    " + text(job.error()));
        }
        if (job.webhook() != null) {
            lines.add("  webhook  " + job.webhook().status() + ", attempts: "
                    + job.webhook().attempts());
        }
        return lines.toString();
    }

    private static String text(Job.Output output) {
        if (output.error() != null) {
            return output.status() + ": " + text(output.error());
        }
        return output.succeeded()
                ? "%dx%d %s, %d bytes, %s"
                        .formatted(output.width(), output.height(), output.format(), output.bytes(), output.url())
                : output.status();
    }

    private static String text(Job.Failure failure) {
        return failure.code() + (failure.detail() == null ? "" : ": " + failure.detail());
    }
}
