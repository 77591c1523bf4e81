package dev.minilab.api;

import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Result;
import dev.minilab.record.DamagedRecordException;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.JobView;
import dev.minilab.store.ObjectStore;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The calls that look at jobs: one job, and its outputs by stable links.
final class JobRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(JobRoutes.class);

    private final JobAnswers jobs;
    private final JobView view;
    private final ObjectStore store;
    private final Duration urlTtl;

    JobRoutes(JobAnswers jobs, JobView view, ObjectStore store, Duration urlTtl) {
        this.jobs = jobs;
        this.view = view;
        this.store = store;
        this.urlTtl = urlTtl;
    }

    void register(RoutesConfig routes) {
        routes.get("/v1/jobs/{id}", this::show, Access.READ);
        routes.get("/v1/jobs/{id}/outputs/{name}", this::redirectToOutput, Access.READ);
    }

    private void show(Context ctx) throws ProblemException {
        ctx.header("Cache-Control", "private, no-store");
        try {
            JobSnapshot job = Prefer.wait(ctx).isZero()
                    ? find(ctx)
                    : jobs.findToWait(ctx, Gate.caller(ctx).tenant());
            show(ctx, jobs.awaited(ctx, job).job());
        } catch (DamagedRecordException e) {
            LOG.error("Request {}: {}", RequestLog.id(ctx), e.getMessage());
            JobId job = JobId.parse(ctx.pathParam("id")).orElseThrow(() -> e);
            jobs.writeUnreadable(ctx, Gate.caller(ctx).tenant(), job);
        }
    }

    private void show(Context ctx, JobSnapshot job) {
        if (IfNoneMatch.names(ctx.req().getHeaders("If-None-Match"), view.etag(job))) {
            ctx.header("ETag", view.etag(job)).status(304);
            return;
        }
        jobs.write(ctx, job);
    }

    private JobSnapshot find(Context ctx) throws ProblemException {
        return jobs.find(ctx, Gate.caller(ctx).tenant());
    }

    private void redirectToOutput(Context ctx) throws ProblemException {
        JobSnapshot job = find(ctx);
        String name = ctx.pathParam("name");
        Result.Output output =
                job.result() == null ? null : job.result().outputs().get(name);
        if (output == null || output.stored() == null) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "this job has no such output, or not yet");
        }
        Accepted accepted = job.accepted();
        String key = Keys.output(
                accepted.tenant(), accepted.job(), name, output.stored().format());
        ctx.header("Cache-Control", "private, no-store")
                .header("Location", store.link(key, urlTtl).url().toString())
                .status(302);
    }
}
