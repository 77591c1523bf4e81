package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Result;
import dev.minilab.job.Sha256;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.record.DamagedRecordException;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.JobView;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Optional;

/// Finds the jobs that requests are about, and answers with them. Thread-safe.
final class JobAnswers {

    private static final String RETRY_AFTER_SECONDS = "1";

    private final JobRecords records;
    private final JobView view;
    private final JobWatch watch;

    JobAnswers(JobRecords records, JobView view, JobWatch watch) {
        this.records = records;
        this.view = view;
        this.watch = watch;
    }

    /// The job of a tenant that the path names.
    ///
    /// @throws ProblemException if there is none, or if it was deleted
    JobSnapshot find(Context ctx, Tenant tenant) throws ProblemException {
        return find(tenant, id(ctx));
    }

    /// The same for a client that means to wait: a job that is watched already is not read again.
    ///
    /// @throws ProblemException if there is none, or if it was deleted
    JobSnapshot findToWait(Context ctx, Tenant tenant) throws ProblemException {
        JobId job = id(ctx);
        Optional<JobSnapshot> watched = watch.watched(tenant, job);
        return watched.isPresent() ? watched.get() : find(tenant, job);
    }

    private static JobId id(Context ctx) throws ProblemException {
        return JobId.parse(ctx.pathParam("id"))
                .orElseThrow(() -> new ProblemException(ErrorCode.NOT_FOUND, "there is no such job"));
    }

    JobSnapshot find(Tenant tenant, JobId job) throws ProblemException {
        JobSnapshot found = records.find(tenant, job)
                .orElseThrow(() -> new ProblemException(ErrorCode.NOT_FOUND, "there is no such job"));
        if (found.deleted()) {
            throw gone();
        }
        return found;
    }

    static ProblemException gone() {
        return new ProblemException(ErrorCode.GONE, "this job was deleted");
    }

    /// A job that may have been waited for; `ended` says that the client asked for that, and got it.
    record Awaited(JobSnapshot job, boolean ended) {}

    /// The job once it has ended, or as it is when the client's patience (`Prefer: wait=N`) is over.
    ///
    /// @throws ProblemException if it was deleted meanwhile, or too many wait
    Awaited awaited(Context ctx, JobSnapshot job) throws ProblemException {
        Duration wait = Prefer.wait(ctx);
        JobSnapshot seen = wait.isZero() || job.status().terminal() ? job : watch.await(job, wait);
        if (seen.deleted()) {
            throw gone();
        }
        return new Awaited(seen, !wait.isZero() && seen.status().terminal());
    }

    /// Answers for a job whose request cannot be read: it has ended so, or the sweeper is about to end it.
    ///
    /// @throws DamagedRecordException if its result cannot be read either
    void writeUnreadable(Context ctx, Tenant tenant, JobId job) throws ProblemException {
        Result result = records.result(tenant, job).orElse(null);
        if (result == null) {
            ctx.header("Retry-After", RETRY_AFTER_SECONDS);
        } else if (result.deletedAt() != null) {
            throw gone();
        }
        byte[] json = Json.write(view.showUnreadable(tenant, job, result));
        ctx.header("ETag", "\"" + Sha256.of(json).substring(0, 24) + "\"")
                .contentType("application/json")
                .result(json);
    }

    void write(Context ctx, JobSnapshot job) {
        if (!job.status().terminal()) {
            ctx.header("Retry-After", RETRY_AFTER_SECONDS);
        }
        ctx.header("ETag", view.etag(job)).contentType("application/json").result(Json.write(view.show(job)));
    }
}
