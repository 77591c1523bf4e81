package dev.minilab.api;

import dev.minilab.inspect.InspectException;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.record.JobSnapshot;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.JobRequest;
import dev.minilab.request.JobRequestReader;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// The calls that make jobs: `POST /v1/jobs` and `POST /v1/jobs/{id}/retry`.
final class IntakeRoutes {

    private static final List<String> QUERY = List.of("preset", "webhook_url", "external_id");

    private final Intake intake;
    private final RequestDraft.Rules rules;
    private final Origins origins;
    private final JobAnswers jobs;
    private final Spool spool;
    private final long maxUploadBytes;
    private final Admission admission;
    private final boolean presetsOnly;

    IntakeRoutes(
            Intake intake,
            RequestDraft.Rules rules,
            Origins origins,
            JobAnswers jobs,
            Spool spool,
            long maxUploadBytes,
            Admission admission,
            boolean presetsOnly) {
        this.intake = intake;
        this.rules = rules;
        this.origins = origins;
        this.jobs = jobs;
        this.spool = spool;
        this.maxUploadBytes = maxUploadBytes;
        this.admission = admission;
        this.presetsOnly = presetsOnly;
    }

    void register(RoutesConfig routes) {
        routes.post("/v1/jobs", this::create, Access.WRITE);
        routes.post("/v1/jobs/{id}/retry", this::retry, Access.WRITE);
    }

    private void create(Context ctx) throws IOException, ProblemException, InspectException, InvalidRequestException {
        Caller caller = Gate.caller(ctx);
        try (Admission.Place place = admission.enter(caller.tenant(), ctx.req().getContentLengthLong());
                JobBody body = JobBody.open(ctx.req(), spool, maxUploadBytes)) {
            JobRequest request = request(ctx, body);
            caller.requireSpecs(presetsOnly, request);
            Origin origin = origins.of(caller, request.source(), body.upload());
            Draft draft = new RequestDraft(request, rules, RequestLog.traceparent(ctx));
            answer(ctx, caller.tenant(), accept(ctx, caller, place, draft, origin));
        }
    }

    private void retry(Context ctx) throws IOException, ProblemException, InspectException, InvalidRequestException {
        Caller caller = Gate.caller(ctx);
        JobSnapshot earlier = jobs.find(ctx, caller.tenant());
        try (Admission.Place place = admission.enter(caller.tenant(), 0)) {
            Draft draft = new RetryDraft(earlier.accepted(), RequestLog.traceparent(ctx));
            answer(ctx, caller.tenant(), accept(ctx, caller, place, draft, origins.of(earlier)));
        }
    }

    private Acceptance accept(Context ctx, Caller caller, Admission.Place place, Draft draft, Origin origin)
            throws IOException, ProblemException, InspectException, InvalidRequestException {
        Acceptance acceptance = intake.accept(caller.tenant(), draft, origin, ctx.header("Idempotency-Key"));
        if (!acceptance.replayed()) {
            place.accepted(acceptance.accepted());
        }
        return acceptance;
    }

    private void answer(Context ctx, Tenant tenant, Acceptance acceptance) throws ProblemException {
        JobSnapshot job = acceptance.replayed()
                ? jobs.find(tenant, acceptance.accepted().job())
                : new JobSnapshot(acceptance.accepted(), null, null, null);
        RequestLog.job(ctx, job.accepted().job());
        if (acceptance.replayed()) {
            ctx.header("Idempotency-Replayed", "true");
        }
        ctx.header("Location", "/v1/jobs/" + job.accepted().job());
        JobAnswers.Awaited awaited = jobs.awaited(ctx, job);
        jobs.write(ctx.status(awaited.ended() ? 200 : 202), awaited.job());
    }

    private static JobRequest request(Context ctx, JobBody body) throws ProblemException, InvalidRequestException {
        if (body.request() == null) {
            return query(ctx);
        }
        if (!ctx.queryParamMap().isEmpty()) {
            throw new ProblemException(
                    ErrorCode.INVALID_SPEC, "ask for things in the job request or in the query, not in both");
        }
        return body.request();
    }

    /// What a raw upload asks for beside its body.
    private static JobRequest query(Context ctx) throws InvalidRequestException {
        ObjectNode json = Json.object();
        for (String name : ctx.queryParamMap().keySet()) {
            String value = ctx.queryParam(name);
            if (name.equals("webhook_url")) {
                json.putObject("webhook").put("url", value);
            } else {
                json.put(QUERY.contains(name) ? name : "?" + name, value);
            }
        }
        return JobRequestReader.read(json);
    }
}
