package dev.minilab.api;

import dev.minilab.api.ApiKeys.Caller;
import dev.minilab.api.ApiKeys.Scope;
import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspector;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Result;
import dev.minilab.json.Json;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.JobView;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.JobRequest;
import dev.minilab.request.JobRequestReader;
import dev.minilab.store.ObjectStore;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/jobs`: create a job, look at one, fetch an output.
final class JobRoutes {

    private static final String RETRY_AFTER_SECONDS = "1";
    /// Uploads at once: each may hold its header, and these may take half of the heap. Fewer than the store has
    /// connections.
    private static final long MOST_UPLOADS = 400;

    private static final List<String> QUERY = List.of("preset", "webhook_url", "external_id");

    private final ApiKeys keys;
    private final Intake intake;
    private final JobRecords records;
    private final JobView view;
    private final ObjectStore store;
    private final Path spoolFolder;
    private final long maxUploadBytes;
    private final Duration urlTtl;
    private final Semaphore uploads = new Semaphore(
            (int) Math.clamp(Runtime.getRuntime().maxMemory() / 2 / Inspector.HEAD_LIMIT, 16L, MOST_UPLOADS));

    JobRoutes(
            ApiKeys keys,
            Intake intake,
            JobRecords records,
            JobView view,
            ObjectStore store,
            Path spoolFolder,
            long maxUploadBytes,
            Duration urlTtl) {
        this.keys = keys;
        this.intake = intake;
        this.records = records;
        this.view = view;
        this.store = store;
        this.spoolFolder = spoolFolder;
        this.maxUploadBytes = maxUploadBytes;
        this.urlTtl = urlTtl;
    }

    void register(RoutesConfig routes) {
        routes.post("/v1/jobs", this::create);
        routes.get("/v1/jobs/{id}", this::show);
        routes.get("/v1/jobs/{id}/outputs/{name}", this::redirectToOutput);
    }

    private Caller caller(Context ctx, Scope scope) throws ProblemException {
        Caller caller = keys.authenticate(ctx.header("Authorization"));
        caller.require(scope);
        return caller;
    }

    private void create(Context ctx) throws IOException, ProblemException, InspectException, InvalidRequestException {
        Caller caller = caller(ctx, Scope.JOBS_WRITE);
        JobRequest query = query(ctx);
        if (!uploads.tryAcquire()) {
            throw new ProblemException(ErrorCode.UNAVAILABLE, "too many uploads are under way");
        }
        try {
            create(ctx, caller, query);
        } finally {
            uploads.release();
        }
    }

    private void create(Context ctx, Caller caller, JobRequest query)
            throws IOException, ProblemException, InspectException, InvalidRequestException {
        try (Upload upload = Upload.of(ctx.req(), spoolFolder, maxUploadBytes)) {
            if (upload.request().isPresent() && !ctx.queryParamMap().isEmpty()) {
                throw new ProblemException(
                        ErrorCode.INVALID_SPEC, "ask for things in the part job or in the query, not in both");
            }
            Accepted accepted =
                    intake.accept(caller.tenant(), upload, upload.request().orElse(query));
            JobSnapshot job = new JobSnapshot(accepted, null, null, null);
            RequestLog.job(ctx, accepted.job());
            answer(ctx.status(202).header("Location", "/v1/jobs/" + accepted.job()), job);
        }
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

    private void show(Context ctx) throws ProblemException {
        JobSnapshot job = find(ctx);
        ctx.header("Cache-Control", "private, no-store");
        String known = ctx.header("If-None-Match");
        if (known != null && (known.strip().equals("*") || known.contains(view.etag(job)))) {
            ctx.header("ETag", view.etag(job)).status(304);
            return;
        }
        answer(ctx, job);
    }

    private JobSnapshot find(Context ctx) throws ProblemException {
        Caller caller = caller(ctx, Scope.JOBS_READ);
        return JobId.parse(ctx.pathParam("id"))
                .flatMap(id -> records.find(caller.tenant(), id))
                .orElseThrow(() -> new ProblemException(ErrorCode.NOT_FOUND, "there is no such job"));
    }

    private void answer(Context ctx, JobSnapshot job) {
        if (!job.status().terminal()) {
            ctx.header("Retry-After", RETRY_AFTER_SECONDS);
        }
        ctx.header("ETag", view.etag(job)).contentType("application/json").result(Json.write(view.show(job)));
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
                .header("Location", store.link(key, urlTtl).toString())
                .status(302);
    }
}
