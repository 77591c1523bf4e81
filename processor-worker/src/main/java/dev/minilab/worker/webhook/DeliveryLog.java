package dev.minilab.worker.webhook;

import dev.minilab.job.Delivery;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs and counts what happens to webhooks. Thread-safe.
public final class DeliveryLog implements DeliveryEvents {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryLog.class);

    @Override
    public void attempted(String host, Delivery delivery) {
        LOG.info(
                "Webhook {} to {}, attempt {}: {}, {}",
                delivery.webhookId(),
                host,
                delivery.attempt(),
                delivery.statusCode() != null ? delivery.statusCode() : delivery.failure(),
                delivery.state().wireName());
        Meters.time(Metric.WEBHOOK_ATTEMPTS, Duration.ofMillis(delivery.durationMs()), outcome(delivery));
        if (delivery.state() != Delivery.State.RETRYING) {
            Meters.count(Metric.WEBHOOK_EVENTS, delivery.state().wireName());
        }
    }

    /// A small set: receivers choose their status codes.
    private static String outcome(Delivery delivery) {
        Integer status = delivery.statusCode();
        if (status == null) {
            return String.valueOf(delivery.failure());
        }
        return status == 410 || status == 429 ? status.toString() : status / 100 + "xx";
    }

    @Override
    public void paused(String host, Duration pause) {
        Meters.count(Metric.WEBHOOK_PAUSES);
        LOG.warn("Webhooks to {} pause for {} s: it only fails", host, pause.toSeconds());
    }

    @Override
    public void resumed(String host) {
        LOG.info("Webhooks to {} go on: it works again", host);
    }
}
