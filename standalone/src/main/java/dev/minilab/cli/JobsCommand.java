package dev.minilab.cli;

import dev.minilab.client.Job;
import dev.minilab.client.JobFilter;
import dev.minilab.client.JobStatus;
import dev.minilab.client.Minilab;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `./minilab jobs`: the newest jobs.
@Command(name = "jobs", description = "List jobs, the newest first.")
public final class JobsCommand implements Callable<Integer> {

    private static final int LARGEST_PAGE = 100;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Option(names = "--status", description = "Only those: queued, processing, succeeded, failed, …")
    private @Nullable String status;

    @Option(names = "--external-id", description = "Only those of this name of yours.")
    private @Nullable String externalId;

    @Option(names = "--limit", description = "At most so many (default: ${DEFAULT-VALUE}).", defaultValue = "20")
    private int limit;

    @Option(names = "--json", description = "Print JSON, one job a line.")
    private boolean json;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new IllegalArgumentException("--limit: at least 1");
        }
        JobFilter filter =
                new JobFilter(status == null ? null : status(status), externalId, Math.min(limit, LARGEST_PAGE));
        Report report = new Report(Objects.requireNonNull(spec).commandLine().getOut(), json);
        try (Minilab minilab = api.connect()) {
            List<Job> jobs = minilab.list(filter).limit(limit).toList();
            if (json) {
                jobs.forEach(job -> report.line(job, job::id));
            } else {
                report.table(rows(jobs));
            }
        }
        return 0;
    }

    private static List<List<String>> rows(List<Job> jobs) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ID", "STATUS", "CREATED", "OUTPUTS", "NAME"));
        for (Job job : jobs) {
            rows.add(List.of(
                    job.id(),
                    job.status().wireName(),
                    job.createdAt().toString(),
                    String.join(",", job.outputs().keySet().stream().sorted().toList()),
                    job.externalId() == null ? "-" : job.externalId()));
        }
        return rows;
    }

    private static JobStatus status(String text) {
        return Arrays.stream(JobStatus.values())
                .filter(s -> s != JobStatus.UNKNOWN && s.wireName().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--status: there are "
                        + Arrays.stream(JobStatus.values())
                                .filter(s -> s != JobStatus.UNKNOWN)
                                .map(JobStatus::wireName)
                                .toList()));
    }
}
