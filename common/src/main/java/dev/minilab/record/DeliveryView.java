package dev.minilab.record;

import dev.minilab.job.Delivery;
import dev.minilab.json.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Shows the attempts to deliver a webhook to clients.
public final class DeliveryView {

    private DeliveryView() {}

    /// All of them, in their order.
    public static ObjectNode show(List<Delivery> deliveries) {
        ObjectNode json = Json.object();
        ArrayNode data = json.putArray("data");
        deliveries.forEach(delivery -> show(data.addObject(), delivery));
        return json;
    }

    private static void show(ObjectNode json, Delivery delivery) {
        json.put("attempt", delivery.attempt())
                .put("webhook_id", delivery.webhookId())
                .put("event", delivery.event())
                .put("url", delivery.url())
                .put("sent_at", time(delivery.sentAt()))
                .put("duration_ms", delivery.durationMs())
                .put("status_code", delivery.statusCode())
                .put("failure", delivery.failure())
                .put("answer", delivery.answer())
                .put("status", delivery.state().wireName())
                .put("next_attempt_at", time(delivery.nextAttemptAt()));
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
