package dev.minilab.worker;

import dev.minilab.job.Accepted;
import dev.minilab.job.JobError;
import dev.minilab.job.Result;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.trace.Step;
import dev.minilab.trace.Tracing;
import java.time.Duration;

/// Times the stages of jobs, and counts jobs that ended here, once each: whoever wrote the result counts it.
final class JobMeters {

    private JobMeters() {}

    /// Times a stage, and makes it a step of the job's trace: `try (var _ = JobMeters.stage("fetch")) { … }`.
    static Meters.Timing stage(String name) {
        Step step = Tracing.stage(name);
        Meters.Timing timing = Meters.timing(Metric.STAGE, name);
        return () -> {
            try (step) {
                timing.close();
            }
        };
    }

    static void ended(Accepted accepted, Result result) {
        String lane = accepted.lane().wireName();
        Meters.count(Metric.JOBS_FINISHED, lane, result.status().wireName());
        Meters.time(Metric.JOB_DURATION, Duration.between(accepted.acceptedAt(), result.finishedAt()), lane);
        if (result.startedAt() != null) {
            Meters.time(Metric.JOB_QUEUED, Duration.between(accepted.acceptedAt(), result.startedAt()), lane);
        }
        if (result.error() != null && result.outputs().isEmpty()) {
            error(result.error());
        }
        for (Result.Output output : result.outputs().values()) {
            if (output.error() != null) {
                error(output.error());
            }
            if (output.stored() != null) {
                Meters.add(
                        Metric.OUTPUT_BYTES,
                        output.stored().bytes(),
                        output.stored().format().wireName());
            }
        }
    }

    private static void error(JobError error) {
        Meters.count(Metric.JOB_ERRORS, error.code().wireName());
    }
}
