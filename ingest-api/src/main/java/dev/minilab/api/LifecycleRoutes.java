package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.record.JobSnapshot;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/// `POST /v1/jobs/{id}/cancel` and `DELETE /v1/jobs/{id}`.
final class LifecycleRoutes {

    private final JobAnswers jobs;
    private final Lifecycle lifecycle;

    LifecycleRoutes(JobAnswers jobs, Lifecycle lifecycle) {
        this.jobs = jobs;
        this.lifecycle = lifecycle;
    }

    void register(RoutesConfig routes) {
        routes.post("/v1/jobs/{id}/cancel", this::cancel, Access.WRITE);
        routes.delete("/v1/jobs/{id}", this::delete, Access.WRITE);
    }

    private void cancel(Context ctx) throws ProblemException {
        Caller caller = Gate.caller(ctx);
        JobSnapshot job = jobs.find(ctx, caller.tenant());
        jobs.write(ctx, lifecycle.cancel(job));
    }

    private void delete(Context ctx) throws ProblemException {
        Caller caller = Gate.caller(ctx);
        JobId job = JobId.parse(ctx.pathParam("id"))
                .orElseThrow(() -> new ProblemException(ErrorCode.NOT_FOUND, "there is no such job"));
        if (!lifecycle.delete(caller.tenant(), job)) {
            throw JobAnswers.gone();
        }
        ctx.status(204);
    }
}
