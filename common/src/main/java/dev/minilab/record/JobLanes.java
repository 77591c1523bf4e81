package dev.minilab.record;

import dev.minilab.job.Accepted;
import dev.minilab.job.Lane;
import dev.minilab.trace.Tracing;

/// The queues of jobs, one a lane. Thread-safe.
public record JobLanes(JobQueue interactive, JobQueue bulk) {

    /// Sends a job to the queue of its lane, within its trace; sending it twice is harmless.
    public void send(Accepted accepted) {
        try (var _ = Tracing.within(accepted.traceparent())) {
            of(accepted.lane()).send(accepted.tenant(), accepted.job());
        }
    }

    /// Sends a job again that may be in its queue already, or in work.
    public void sendAgain(Accepted accepted) {
        try (var _ = Tracing.within(accepted.traceparent())) {
            of(accepted.lane()).sendAgain(accepted.tenant(), accepted.job());
        }
    }

    public JobQueue of(Lane lane) {
        return switch (lane) {
            case INTERACTIVE -> interactive;
            case BULK -> bulk;
        };
    }
}
