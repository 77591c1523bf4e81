package dev.minilab.api;

import dev.minilab.job.JobId;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives every request an id, and one line in the log when it is over: method, path, status and time; never a query
/// or a header.
final class RequestLog {

    private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
    private static final String ID = "minilab.request-id";
    private static final String JOB = "minilab.job";
    private static final String START = "minilab.start";

    private RequestLog() {}

    static void register(RoutesConfig routes) {
        routes.before(ctx -> {
            String id = newId();
            ctx.attribute(ID, id);
            ctx.attribute(START, System.nanoTime());
            ctx.header("X-Request-Id", id);
        });
        routes.after(ctx -> {
            Long start = ctx.attribute(START);
            long nanos = start == null ? 0 : System.nanoTime() - start;
            var line = ctx.path().startsWith("/health/") ? LOG.atDebug() : LOG.atInfo();
            JobId job = ctx.attribute(JOB);
            if (job != null) {
                line = line.addKeyValue("job", job);
            }
            line.addKeyValue("request_id", id(ctx))
                    .log("{} {} {} {} ms", ctx.method(), ctx.path(), ctx.statusCode(), nanos / 1_000_000);
            Meters.time(Metric.HTTP_REQUESTS, Duration.ofNanos(nanos), labels(ctx));
        });
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
