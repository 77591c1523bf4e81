package dev.minilab.worker.webhook;

import dev.minilab.egress.BlockedAddressException;
import dev.minilab.failpoint.Failpoint;
import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.JobMessage;
import dev.minilab.job.Result;
import dev.minilab.json.Json;
import dev.minilab.json.Json.UnreadableJsonException;
import dev.minilab.queue.Message;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.JobView;
import dev.minilab.store.StoreException;
import dev.minilab.webhook.WebhookSigner;
import dev.minilab.worker.consume.Handler;
import dev.minilab.worker.consume.Outcome;
import dev.minilab.worker.consume.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import tools.jackson.databind.node.ObjectNode;

/// Tells a receiver how a job ended: one signed POST as Standard Webhooks 1.0.0 has it
/// (<https://www.standardwebhooks.com>), recorded beside the job. Thread-safe.
public final class WebhookHandler implements Handler {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookHandler.class);

    private final JobRecords records;
    private final JobView view;
    private final WebhookSigner signer;
    private final WebhookClient client;
    private final InstantSource clock;

    public WebhookHandler(
            JobRecords records, JobView view, WebhookSigner signer, WebhookClient client, InstantSource clock) {
        this.records = records;
        this.view = view;
        this.signer = signer;
        this.client = client;
        this.clock = clock;
    }

    @Override
    public Outcome handle(Message message) {
        JobMessage job;
        try {
            job = JobQueue.read(message);
        } catch (UnreadableJsonException e) {
            return new Outcome.Reject(e.getMessage());
        }
        if (job.schema() > JobMessage.SCHEMA) {
            return new Outcome.Reject("schema " + job.schema() + " is newer than this worker");
        }
        try (var _ = MDC.putCloseable("job", job.job().value())) {
            records.find(job.tenant(), job.job()).ifPresent(this::deliverOnce);
            return Outcome.DONE;
        } catch (StoreException e) {
            LOG.warn("Delivery broke off: {}", e.getMessage());
            return new Outcome.RetryAfter(RetryPolicy.after(message.receiveCount(), ThreadLocalRandom.current()));
        }
    }

    private void deliverOnce(JobSnapshot job) {
        Accepted.Webhook webhook = job.accepted().webhook();
        Result result = job.result();
        if (webhook == null || result == null || job.lastDelivery() != null) {
            return;
        }
        Delivery delivery = post(job, webhook, result);
        Failpoint.WEBHOOK_POSTED.reach();
        records.deliver(job.accepted(), delivery);
        Failpoint.DELIVERY_RECORDED.reach();
        LOG.info(
                "Webhook {} to {}: {}",
                delivery.webhookId(),
                webhook.url().getHost(),
                delivery.statusCode() != null ? delivery.statusCode() : delivery.failure());
    }

    private Delivery post(JobSnapshot job, Accepted.Webhook webhook, Result result) {
        String event = result.status().event();
        String id = webhookId(job.accepted(), result);
        Instant now = clock.instant();
        long start = System.nanoTime();
        byte[] body = body(job, event, result);
        Integer status = null;
        String failure = null;
        String answer = null;
        try {
            var headers = Map.of(
                    "webhook-id", id,
                    "webhook-timestamp", Long.toString(now.getEpochSecond()),
                    "webhook-signature", signer.sign(id, now, body));
            WebhookClient.Answer answered = client.post(webhook.url(), headers, body);
            status = answered.status();
            answer = answered.body();
        } catch (BlockedAddressException _) {
            failure = "blocked address";
        } catch (IOException e) {
            failure = e.getClass().getSimpleName();
            LOG.debug("No answer", e);
        }
        long duration = Duration.ofNanos(System.nanoTime() - start).toMillis();
        return new Delivery(id, event, 1, webhook.url().toString(), now, duration, status, failure, answer);
    }

    /// The same over all attempts, and over all workers that may make one.
    static String webhookId(Accepted accepted, Result result) {
        return "msg_" + accepted.job().value().substring("job_".length()) + "_"
                + result.status().wireName();
    }

    private byte[] body(JobSnapshot job, String event, Result result) {
        ObjectNode json = Json.object()
                .put("type", event)
                .put("timestamp", result.finishedAt().toString());
        json.set("data", view.show(job));
        return Json.write(json);
    }
}
