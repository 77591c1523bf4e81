package dev.minilab.worker.webhook;

import dev.minilab.config.WebhookConfig;
import dev.minilab.egress.EgressClient;
import dev.minilab.failpoint.Failpoint;
import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.Delivery.State;
import dev.minilab.job.Result;
import dev.minilab.job.TraceParent;
import dev.minilab.job.WebhookMessage;
import dev.minilab.json.Json;
import dev.minilab.json.Json.UnreadableJsonException;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.queue.Message;
import dev.minilab.queue.QueueException;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.JobView;
import dev.minilab.record.WebhookQueue;
import dev.minilab.store.StoreException;
import dev.minilab.trace.Step;
import dev.minilab.trace.Tracing;
import dev.minilab.worker.consume.Handler;
import dev.minilab.worker.consume.Outcome;
import dev.minilab.worker.consume.RetryPolicy;
import dev.minilab.worker.webhook.Receivers.Admission;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import tools.jackson.databind.node.ObjectNode;

/// The path of one attempt to tell a receiver how a job ended: a signed POST as Standard Webhooks 1.0.0 has it
/// (<https://www.standardwebhooks.com>), recorded beside the job, and the next one arranged for. Thread-safe.
///
/// Where an event stands follows from the attempts that are recorded. The next attempt is kept in the bucket before
/// an
/// attempt that failed is recorded, so that none is lost wherever this breaks off; then it is sent to the queue if
/// that
/// can hold it for so long. The message that caused an attempt is deleted last: at worst an attempt is made twice.
public final class WebhookHandler implements Handler {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookHandler.class);
    private static final String STATUS = "http.response.status_code";
    /// SQS hides a message for 12 hours in all.
    private static final Duration LONGEST_HIDING = Duration.ofHours(11);
    /// How long an attempt holds its place in the worker while others go to the same host.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final JobRecords records;
    private final JobView view;
    private final Signers signers;
    private final WebhookClient client;
    private final Receivers receivers;
    private final WebhookSchedule schedule;
    private final PendingWebhooks pending;
    private final WebhookQueue queue;
    private final DeliveryEvents events;
    private final InstantSource clock;

    WebhookHandler(
            JobRecords records,
            JobView view,
            Signers signers,
            WebhookClient client,
            Receivers receivers,
            WebhookSchedule schedule,
            PendingWebhooks pending,
            WebhookQueue queue,
            DeliveryEvents events,
            InstantSource clock) {
        this.records = records;
        this.view = view;
        this.signers = signers;
        this.client = client;
        this.receivers = receivers;
        this.schedule = schedule;
        this.pending = pending;
        this.queue = queue;
        this.events = events;
        this.clock = clock;
    }

    /// Puts the parts together.
    public static WebhookHandler of(
            WebhookConfig config,
            Signers signers,
            JobRecords records,
            JobView view,
            EgressClient egress,
            PendingWebhooks pending,
            WebhookQueue queue,
            DeliveryEvents events,
            InstantSource clock) {
        Receivers receivers = new Receivers(events, System::nanoTime, PATIENCE);
        Meters.gauge(Metric.WEBHOOK_HOSTS_PAUSED, receivers::paused);
        return new WebhookHandler(
                records,
                view,
                signers,
                new WebhookClient(egress, clock),
                receivers,
                new WebhookSchedule(config.schedule()),
                pending,
                queue,
                events,
                clock);
    }

    @Override
    public Outcome handle(Message message) throws InterruptedException {
        WebhookMessage wanted;
        try {
            wanted = WebhookQueue.read(message);
        } catch (UnreadableJsonException e) {
            return new Outcome.Reject(e.getMessage());
        }
        if (wanted.schema() > WebhookMessage.SCHEMA) {
            return new Outcome.Reject("schema " + wanted.schema() + " is newer than this worker");
        }
        try (var _ = MDC.putCloseable("job", wanted.job().value())) {
            Optional<JobSnapshot> job = records.find(wanted.tenant(), wanted.job());
            Result result = job.map(JobSnapshot::result).orElse(null);
            return job.isPresent() && result != null && result.deletedAt() == null
                    ? handle(message, wanted, job.get(), result)
                    : Outcome.DONE;
        } catch (StoreException | QueueException e) {
            LOG.warn("Delivery broke off: {}", e.getMessage());
            return new Outcome.RetryAfter(RetryPolicy.after(message.receiveCount(), ThreadLocalRandom.current()));
        }
    }

    private Outcome handle(Message message, WebhookMessage wanted, JobSnapshot job, Result result)
            throws InterruptedException {
        Delivery last = last(wanted, job);
        if (wanted.redelivery() == null && !isNext(wanted, job, result, last)) {
            // It may have broken off between recording an attempt and sending for the next.
            if (last != null && message.receiveCount() > 1) {
                sendForNext(job.accepted(), last);
            }
            return Outcome.DONE;
        }
        Instant due = last == null || wanted.redelivery() != null ? null : last.nextAttemptAt();
        Duration early = due == null ? Duration.ZERO : Duration.between(clock.instant(), due);
        if (early.isPositive()) { // Clocks differ; whoever sent it meant it to come now.
            return new Outcome.RetryAfter(early.compareTo(LONGEST_HIDING) < 0 ? early : LONGEST_HIDING);
        }
        Attempt attempt = attempt(wanted, job.accepted(), result, last);
        return attempt == null ? Outcome.DONE : make(attempt, wanted, job, result);
    }

    /// A snapshot shows attempts only for an event that its job asked for.
    private @Nullable Delivery last(WebhookMessage wanted, JobSnapshot job) {
        boolean beside = wanted.attempt() != null || wanted.redelivery() != null;
        return job.lastDelivery() == null && beside
                ? records.lastDelivery(wanted.tenant(), wanted.job())
                : job.lastDelivery();
    }

    private static boolean isNext(WebhookMessage wanted, JobSnapshot job, Result result, @Nullable Delivery last) {
        Accepted.Webhook webhook = job.accepted().webhook();
        if (wanted.attempt() != null) {
            return last != null && last.state() == State.RETRYING && wanted.attempt() > last.attempt();
        }
        return webhook != null && webhook.wants(result.status()) && (last == null || last.step() == 0);
    }

    private static @Nullable Attempt attempt(
            WebhookMessage wanted, Accepted accepted, Result result, @Nullable Delivery last) {
        URI own = accepted.webhook() == null ? null : accepted.webhook().url();
        URI other = wanted.redelivery() == null ? null : wanted.redelivery().url();
        boolean beside = other != null && !other.equals(own);
        URI url = beside ? other : own;
        int begun = last == null || wanted.redelivery() != null ? 0 : last.step();
        return url == null
                ? null
                : new Attempt(
                        Delivery.webhookId(accepted.job(), result.status()),
                        result.status().event(),
                        last == null ? 1 : last.attempt() + 1,
                        beside ? 0 : begun + 1,
                        url,
                        last);
    }

    private Outcome make(Attempt attempt, WebhookMessage wanted, JobSnapshot job, Result result)
            throws InterruptedException {
        boolean insist = wanted.redelivery() != null || schedule.endsWith(attempt.step());
        String host = attempt.url().getRawAuthority();
        Instant sentAt = clock.instant();
        long start = System.nanoTime();
        DeliveryResult outcome;
        switch (receivers.enter(host, insist)) {
            case Admission.Busy() -> {
                queue.putOff(
                        wanted, Duration.ofSeconds(ThreadLocalRandom.current().nextInt(5, 60)));
                return Outcome.DONE;
            }
            case Admission.Paused(Duration rest) -> outcome = new DeliveryResult.Skipped(rest);
            case Admission.Granted granted -> outcome = post(attempt, job, result, granted);
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        Delivery delivery =
                attempt.ended(sentAt, duration, outcome, schedule, clock.instant(), ThreadLocalRandom.current());
        Failpoint.WEBHOOK_POSTED.reach();
        delivery = record(job.accepted(), delivery);
        Failpoint.DELIVERY_RECORDED.reach();
        events.attempted(host, delivery);
        sendForNext(job.accepted(), delivery);
        return Outcome.DONE;
    }

    private DeliveryResult post(Attempt attempt, JobSnapshot job, Result result, Admission.Granted granted)
            throws InterruptedException {
        boolean hostWorks = false;
        TraceParent trace = job.accepted().trace();
        try (Step step = Tracing.call("deliver webhook", attempt.url().getHost(), trace)) {
            byte[] body = body(job, attempt.event(), result);
            Instant now = clock.instant();
            String signature = signers.of(job.accepted().tenant()).sign(attempt.webhookId(), now, body);
            Map<String, String> headers = Map.of(
                    "webhook-id", attempt.webhookId(),
                    "webhook-timestamp", Long.toString(now.getEpochSecond()),
                    "webhook-signature", signature,
                    "traceparent", traceparent(step, trace));
            DeliveryResult outcome = client.post(attempt.url(), headers, body);
            hostWorks = outcome.hostWorks();
            note(step, job.accepted(), attempt, outcome);
            return outcome;
        } finally {
            receivers.leave(granted, hostWorks);
        }
    }

    /// Each attempt is a step of the trace in which the job was made, whether we keep that or not.
    private static String traceparent(Step step, TraceParent trace) {
        String ours = step.traceparent();
        return ours != null ? ours : trace.child(ThreadLocalRandom.current()).toString();
    }

    private static void note(Step step, Accepted accepted, Attempt attempt, DeliveryResult outcome) {
        step.note("minilab.job.id", accepted.job().value()).note("minilab.webhook.attempt", attempt.number());
        switch (outcome) {
            case DeliveryResult.Delivered delivered -> step.note(STATUS, delivered.status());
            case DeliveryResult.Gone gone -> step.note(STATUS, gone.status());
            case DeliveryResult.Refused refused ->
                step.note(STATUS, refused.status()).fail(Integer.toString(refused.status()));
            case DeliveryResult.Unanswered unanswered ->
                step.fail(unanswered.failure().name().toLowerCase(Locale.ROOT));
            case DeliveryResult.Skipped _ -> step.fail("skipped");
        }
    }

    /// Another worker may have taken the number meanwhile: then this attempt stands after that one.
    private Delivery record(Accepted accepted, Delivery made) {
        Delivery delivery = made;
        while (true) {
            if (delivery.nextAttemptAt() != null) {
                pending.remember(accepted.tenant(), accepted.job(), delivery.attempt() + 1, delivery.nextAttemptAt());
            }
            Optional<Delivery> standing = records.deliver(accepted, delivery);
            if (standing.isEmpty()) {
                return delivery;
            }
            delivery = delivery.after(standing.get());
        }
    }

    private void sendForNext(Accepted accepted, Delivery delivery) {
        Instant at = delivery.nextAttemptAt();
        if (at != null && pending.fitsQueue(at)) {
            Duration wait = Duration.between(clock.instant(), at);
            queue.attempt(
                    accepted.tenant(),
                    accepted.job(),
                    delivery.attempt() + 1,
                    wait.isNegative() ? Duration.ZERO : wait);
        }
    }

    private byte[] body(JobSnapshot job, String event, Result result) {
        ObjectNode json = Json.object()
                .put("type", event)
                .put("timestamp", result.finishedAt().toString());
        json.set("data", view.show(job));
        return Json.write(json);
    }
}
