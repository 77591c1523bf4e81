package dev.minilab.record;

import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import dev.minilab.job.WebhookMessage;
import dev.minilab.job.WebhookMessage.Redelivery;
import dev.minilab.json.Json;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The queue of webhooks to deliver. Every message may be lost, sent twice or come late. Thread-safe.
public final class WebhookQueue {

    /// The longest that a message can wait in the queue.
    public static final Duration LONGEST_DELAY = Duration.ofMinutes(15);

    private static final Duration LONGER_THAN_AN_ATTEMPT = Duration.ofSeconds(20);

    private final MessageQueue queue;

    public WebhookQueue(MessageQueue queue) {
        this.queue = queue;
    }

    /// Says that a job has ended.
    public void announce(Tenant tenant, JobId job) {
        send(tenant, job, null, null, Duration.ZERO);
    }

    /// Says so once more, in case the first word got lost: so much later that an attempt of the first has been
    /// recorded.
    public void announceAgain(Tenant tenant, JobId job) {
        send(tenant, job, null, null, LONGER_THAN_AN_ATTEMPT);
    }

    /// Asks for an attempt by its number, after a while of at most [#LONGEST_DELAY].
    public void attempt(Tenant tenant, JobId job, int attempt, Duration delay) {
        send(tenant, job, attempt, null, delay);
    }

    /// Asks for one more attempt.
    public void redeliver(Tenant tenant, JobId job, Redelivery redelivery) {
        send(tenant, job, null, redelivery, Duration.ZERO);
    }

    /// Sends a message once more, for later.
    public void putOff(WebhookMessage message, Duration delay) {
        send(message.tenant(), message.job(), message.attempt(), message.redelivery(), delay);
    }

    private void send(
            Tenant tenant, JobId job, @Nullable Integer attempt, @Nullable Redelivery redelivery, Duration delay) {
        var message = new WebhookMessage(WebhookMessage.SCHEMA, tenant, job, attempt, redelivery);
        queue.send(new String(Json.write(message), StandardCharsets.UTF_8), tenant.value(), delay);
    }

    /// What a message asks for.
    ///
    /// @throws Json.UnreadableJsonException if it is none of ours
    public static WebhookMessage read(Message message) {
        return Json.read(message.body().getBytes(StandardCharsets.UTF_8), WebhookMessage.class);
    }
}
