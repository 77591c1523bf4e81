package dev.minilab.api;

import dev.minilab.api.Idempotency.Turn;
import dev.minilab.failpoint.Failpoint;
import dev.minilab.inspect.InspectException;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobRecords;
import dev.minilab.request.InvalidRequestException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How an original becomes a job: look at it, claim the idempotency key, bring the original to the job's key, commit,
/// enqueue. Thread-safe.
final class Intake {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private final JobRecords records;
    private final Idempotency idempotency;
    private final JobLanes jobs;
    private final InstantSource clock;

    Intake(JobRecords records, Idempotency idempotency, JobLanes jobs, InstantSource clock) {
        this.records = records;
        this.idempotency = idempotency;
        this.jobs = jobs;
        this.clock = clock;
    }

    /// Accepts a job. When this returns, the job exists and will end, whatever dies; when it throws a problem,
    /// nothing
    /// was accepted; when it fails otherwise, the same request may be sent again with the same key.
    ///
    /// @param key the `Idempotency-Key`, if there was one
    Acceptance accept(Tenant tenant, Draft draft, Origin origin, @Nullable String key)
            throws IOException, ProblemException, InspectException, InvalidRequestException {
        if (key == null) {
            draft.check();
            origin.inspect();
            return commit(tenant, draft, origin, null);
        }
        Idempotency.Request request = Idempotency.request(tenant, key, draft.fingerprint());
        Optional<Accepted> made = idempotency.find(request);
        if (made.isPresent()) {
            return replay(made.get(), origin);
        }
        draft.check();
        origin.inspect();
        return commit(tenant, draft, origin, idempotency.claim(request.of(origin.version())));
    }

    private static Acceptance replay(Accepted made, Origin origin) throws IOException, ProblemException {
        if (!origin.isThatOf(made)) {
            throw new ProblemException(
                    ErrorCode.IDEMPOTENCY_KEY_REUSE, "this Idempotency-Key was used with another image");
        }
        return new Acceptance(made, true);
    }

    private Acceptance commit(Tenant tenant, Draft draft, Origin origin, @Nullable Turn turn)
            throws IOException, ProblemException {
        JobId job = turn == null ? JobId.create(clock.instant()) : turn.job();
        Failpoint.CLAIMED.reach();
        boolean nothingWritten = true;
        try {
            Origin.Original original = origin.bring(tenant, job, turn != null);
            Failpoint.ORIGINAL_STORED.reach();
            nothingWritten = false;
            Accepted accepted = draft.accepted(tenant, job, clock.instant(), original);
            Accepted standing = records.accept(accepted);
            Failpoint.ACCEPTED_WRITTEN.reach();
            if (standing.equals(accepted)) {
                count(accepted);
            }
            enqueue(standing);
            Failpoint.ENQUEUED.reach();
            return new Acceptance(standing, !standing.equals(accepted));
        } catch (IOException | ProblemException | RuntimeException e) {
            if (turn != null) {
                idempotency.giveUp(turn, nothingWritten);
            }
            throw e;
        }
    }

    private static void count(Accepted accepted) {
        String lane = accepted.lane().wireName();
        Meters.count(Metric.JOBS_ACCEPTED, lane);
        if (accepted.source() != null) {
            Meters.add(Metric.UPLOAD_BYTES, accepted.source().bytes(), lane);
        }
    }

    /// The job is committed, so a queue that is away delays it and does not lose it: the sweeper sends it.
    private void enqueue(Accepted accepted) {
        try {
            jobs.send(accepted);
        } catch (RuntimeException e) {
            LOG.warn("Job {} waits for the sweeper: {}", accepted.job(), e.getMessage());
        }
    }
}
