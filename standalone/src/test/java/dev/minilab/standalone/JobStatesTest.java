package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobError;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Result;
import dev.minilab.job.Started;
import dev.minilab.record.JobRecords;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("I2 The states of a job are those of docs/states.md")
@Timeout(60)
class JobStatesTest {

    private static final Instant NOW = Instant.parse("2026-11-24T00:10:00Z");
    /// How to get there from nothing.
    private static final Map<String, List<String>> WAYS = Map.of(
            "none", List.of(),
            "queued", List.of("accept"),
            "processing", List.of("accept", "start"),
            "succeeded", List.of("accept", "succeed"),
            "partially_succeeded", List.of("accept", "start", "succeed in part"),
            "failed", List.of("accept", "fail"),
            "canceled", List.of("accept", "start", "cancel"),
            "expired", List.of("accept", "expire"),
            "deleted", List.of("accept", "succeed", "delete"));

    @TempDir
    Path folder;

    @Test
    @DisplayName("every transition, and no other state")
    void walk() throws Exception {
        StateTable table = StateTable.read("states.md", "A job");
        assertThat(table.rows().keySet())
                .containsExactlyInAnyOrderElementsOf(WAYS.keySet())
                .containsAll(
                        Stream.of(JobStatus.values()).map(JobStatus::wireName).toList());
        List<String> wrong = new ArrayList<>();
        try (TestStore embedded = TestStore.start(folder)) {
            JobRecords records = new JobRecords(embedded.store());
            table.rows()
                    .forEach((from, row) -> row.forEach((event, to) -> {
                        Accepted job = TestJobs.accepted(NOW, null);
                        WAYS.getOrDefault(from, List.of()).forEach(step -> happen(records, job, step));
                        String before = state(records, job);
                        happen(records, job, event);
                        String after = state(records, job);
                        if (!before.equals(from) || !after.equals(to)) {
                            wrong.add(from + ", " + event + ": from " + before + " to " + after);
                        }
                    }));
        }
        assertThat(wrong).isEmpty();
    }

    private static void happen(JobRecords records, Accepted job, String event) {
        switch (event) {
            case "accept" -> records.accept(job);
            case "start" -> records.start(job, new Started(NOW, 1));
            case "succeed" -> records.finish(job, ended(job, JobStatus.SUCCEEDED, null));
            case "succeed in part" -> records.finish(job, ended(job, JobStatus.PARTIALLY_SUCCEEDED, null));
            case "fail" ->
                records.finish(job, ended(job, JobStatus.FAILED, JobError.of(ErrorCode.DECODE_FAILED, "broken")));
            case "cancel" -> records.finish(job, Result.canceled(job.job(), null, 0, NOW));
            case "expire" -> records.expire(job, 0, NOW);
            case "delete" -> records.bury(job.tenant(), job.job(), NOW);
            default -> throw new IllegalArgumentException(event);
        }
    }

    private static Result ended(Accepted job, JobStatus status, @Nullable JobError error) {
        return new Result(Result.SCHEMA, job.job(), status, NOW, NOW, 1, Map.of(), error, null);
    }

    private static String state(JobRecords records, Accepted job) {
        return records.find(job.tenant(), job.job())
                .map(found -> found.deleted() ? "deleted" : found.status().wireName())
                .orElse("none");
    }
}
