package dev.minilab.api;

import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.RefusedUrlException;
import dev.minilab.egress.TargetUrl;
import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.Result;
import dev.minilab.job.WebhookMessage.Redelivery;
import dev.minilab.json.Json;
import dev.minilab.queue.QueueException;
import dev.minilab.record.DeliveryView;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.WebhookQueue;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.RedeliveryReader;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `/v1/jobs/{id}/deliveries`: the attempts to deliver a job's webhook, and one more of them.
final class DeliveryRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryRoutes.class);
    private static final int MAX_BODY = 8 * 1024;
    /// Each is an object in the bucket.
    private static final int MOST_DELIVERIES = 100;

    private final JobAnswers jobs;
    private final JobRecords records;
    private final WebhookQueue webhooks;
    private final AddressPolicy addresses;
    private final TargetUrl.Rules urlRules;

    DeliveryRoutes(
            JobAnswers jobs,
            JobRecords records,
            WebhookQueue webhooks,
            AddressPolicy addresses,
            TargetUrl.Rules urlRules) {
        this.jobs = jobs;
        this.records = records;
        this.webhooks = webhooks;
        this.addresses = addresses;
        this.urlRules = urlRules;
    }

    void register(RoutesConfig routes) {
        routes.get("/v1/jobs/{id}/deliveries", this::list, Access.READ);
        routes.post("/v1/jobs/{id}/deliveries", this::redeliver, Access.WRITE);
    }

    private void list(Context ctx) throws ProblemException {
        Accepted job = find(ctx).accepted();
        ctx.header("Cache-Control", "private, no-store")
                .contentType("application/json")
                .result(Json.write(DeliveryView.show(records.deliveries(job.tenant(), job.job()))));
    }

    private void redeliver(Context ctx) throws IOException, ProblemException, InvalidRequestException {
        JobSnapshot job = find(ctx);
        URI other = other(ctx);
        Accepted accepted = job.accepted();
        Result result = job.result();
        if (result == null) {
            throw new ProblemException(ErrorCode.JOB_NOT_TERMINAL, "there is nothing to deliver before the job ends");
        }
        if (other == null && accepted.webhook() == null) {
            throw RedeliveryReader.missingUrl();
        }
        Delivery last = records.lastDelivery(accepted.tenant(), accepted.job());
        if (last != null && last.attempt() >= MOST_DELIVERIES) {
            throw new ProblemException(
                    ErrorCode.QUOTA_EXCEEDED, "a job's webhook is delivered " + MOST_DELIVERIES + " times at most");
        }
        send(accepted, other);
        URI url = other != null || accepted.webhook() == null
                ? other
                : accepted.webhook().url();
        ctx.status(202)
                .header("Location", "/v1/jobs/" + accepted.job() + "/deliveries")
                .contentType("application/json")
                .result(Json.write(Json.object()
                        .put("webhook_id", Delivery.webhookId(accepted.job(), result.status()))
                        .put("event", result.status().event())
                        .put("url", String.valueOf(url))
                        .put("status", "pending")));
    }

    private void send(Accepted accepted, @Nullable URI other) throws ProblemException {
        try {
            webhooks.redeliver(accepted.tenant(), accepted.job(), new Redelivery(other));
        } catch (QueueException e) {
            LOG.warn("Cannot ask for a delivery: {}", e.getMessage());
            throw new ProblemException(ErrorCode.UNAVAILABLE, "the queue of webhooks does not answer");
        }
    }

    /// The URL of the body, if there is one.
    private @Nullable URI other(Context ctx) throws IOException, ProblemException, InvalidRequestException {
        byte[] body = ctx.req().getInputStream().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw new ProblemException(ErrorCode.TOO_LARGE, "this request has at most " + MAX_BODY + " bytes");
        }
        String url = body.length == 0 ? null : RedeliveryReader.url(Json.readTree(new ByteArrayInputStream(body)));
        if (url == null) {
            return null;
        }
        try {
            return TargetUrl.parse(url, addresses, urlRules).uri();
        } catch (RefusedUrlException e) {
            throw RedeliveryReader.refused(e.code(), e.getMessage());
        }
    }

    private JobSnapshot find(Context ctx) throws ProblemException {
        return jobs.find(ctx, Gate.caller(ctx).tenant());
    }
}
