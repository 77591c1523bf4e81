package dev.minilab.api;

import dev.minilab.job.JobId;
import dev.minilab.job.TraceParent;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.trace.Step;
import dev.minilab.trace.Tracing;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives every request an id, those to the API a step of a trace, and each one line in the log when it is over:
/// method, path, status and time; never a query or a header.
final class RequestLog {

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
    private static final String ID = "minilab.request-id";
    private static final String JOB = "minilab.job";
    private static final String START = "minilab.start";
    private static final String STEP = "minilab.step";
    private static final String TRACEPARENT = "traceparent";

    private RequestLog() {}

    static void register(RoutesConfig routes) {
        routes.before(ctx -> {
            String id = newId();
            ctx.attribute(ID, id);
            ctx.attribute(START, System.nanoTime());
            ctx.header("X-Request-Id", id);
            if (ctx.path().startsWith("/v1/")
                    && !ctx.method().equals(HandlerType.OPTIONS)) { // Those may end before their end.
                ctx.attribute(STEP, Tracing.serve("HTTP", ctx.header(TRACEPARENT)));
            }
        });
        routes.after(ctx -> {
            Long start = ctx.attribute(START);
            long nanos = start == null ? 0 : System.nanoTime() - start;
            var line = ctx.path().startsWith("/health/") ? LOG.atDebug() : LOG.atInfo();
            JobId job = ctx.attribute(JOB);
            if (job != null) {
                line = line.addKeyValue("job", job);
            }
            try (Step step = ctx.attribute(STEP)) {
                line.addKeyValue("request_id", id(ctx))
                        .log("{} {} {} {} ms", ctx.method(), ctx.path(), ctx.statusCode(), nanos / 1_000_000);
                Meters.time(Metric.HTTP_REQUESTS, Duration.ofNanos(nanos), labels(ctx));
                if (step != null) {
                    describe(step, ctx, job);
                }
            }
        });
    }

    /// Of what no route of ours answers, neither method nor path is told, as in [#labels].
    private static void describe(Step step, Context ctx, @Nullable JobId job) {
        Endpoint endpoint = ctx.endpoints().matchedHttpEndpoint();
        if (endpoint != null) {
            step.rename(endpoint.method.name() + " " + endpoint.path);
            step.note("http.request.method", endpoint.method.name()).note("http.route", endpoint.path);
        }
        step.note("http.response.status_code", ctx.statusCode()).note("minilab.request.id", id(ctx));
        if (job != null) {
            step.note("minilab.job.id", job.value());
        }
        if (ctx.statusCode() >= 500) {
            step.fail(Integer.toString(ctx.statusCode()));
        }
    }

    /// The trace that a request is part of: our step of it, or else that of whoever made the request.
    static @Nullable String traceparent(Context ctx) {
        String ours = Tracing.current();
        return ours != null
                ? ours
                : Optional.ofNullable(ctx.header(TRACEPARENT))
                        .flatMap(TraceParent::parse)
                        .map(TraceParent::toString)
                        .orElse(null);
    }

    /// Method, route and status; of what no route of ours answers, strangers choose method and path, and so neither
    /// is
    /// told.
    private static String[] labels(Context ctx) {
        Endpoint endpoint = ctx.endpoints().matchedHttpEndpoint();
        String status = Integer.toString(ctx.statusCode());
        return endpoint == null
                ? new String[] {"other", "other", status}
                : new String[] {endpoint.method.name(), endpoint.path, status};
    }

    /// Names the job that a request is about, for its line in the log.
    static void job(Context ctx, JobId job) {
        ctx.attribute(JOB, job);
    }

    static String newId() {
        return "req_" + JobId.create(Instant.now()).value().substring("job_".length());
    }

    static String id(Context ctx) {
        String id = ctx.attribute(ID);
        return id == null ? "" : id;
    }
}
