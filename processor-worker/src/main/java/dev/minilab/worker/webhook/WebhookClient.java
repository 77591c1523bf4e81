package dev.minilab.worker.webhook;

import dev.minilab.egress.EgressClient;
import dev.minilab.egress.EgressClient.Answer;
import dev.minilab.egress.EgressClient.Call;
import dev.minilab.egress.EgressException;
import dev.minilab.worker.webhook.DeliveryResult.Delivered;
import dev.minilab.worker.webhook.DeliveryResult.Gone;
import dev.minilab.worker.webhook.DeliveryResult.Refused;
import dev.minilab.worker.webhook.DeliveryResult.Unanswered;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Posts events to receivers and judges their answers: 2xx is success, a redirect is a failure, 410 is the end.
/// Thread-safe.
public final class WebhookClient {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookClient.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final int MOST_READ = 20 * 1024;
    private static final int MOST_KEPT = 1024;
    private static final String AGENT = "minilab-webhooks";

    private final EgressClient egress;
    private final Duration timeout;
    private final InstantSource clock;

    public WebhookClient(EgressClient egress, InstantSource clock) {
        this(egress, TIMEOUT, clock);
    }

    WebhookClient(EgressClient egress, Duration timeout, InstantSource clock) {
        this.egress = egress;
        this.timeout = timeout;
        this.clock = clock;
    }

    /// Makes one attempt; it takes 15 s at most.
    ///
    /// @throws InterruptedException if it was broken off: then it says nothing about the receiver
    DeliveryResult post(URI url, Map<String, String> headers, byte[] json) throws InterruptedException {
        Map<String, String> all = new HashMap<>(headers);
        all.put("User-Agent", AGENT);
        try {
            return judge(egress.send(Call.post(url, all, json), timeout, MOST_READ));
        } catch (EgressException e) {
            LOG.debug("No answer", e);
            return new Unanswered(e.failure());
        }
    }

    private DeliveryResult judge(Answer answer) {
        int status = answer.status();
        byte[] body = answer.body();
        String kept = new String(body, 0, Math.min(body.length, MOST_KEPT), StandardCharsets.UTF_8);
        if (status >= 200 && status < 300) {
            return new Delivered(status, kept);
        }
        return status == 410
                ? new Gone(status, kept)
                : new Refused(status, kept, answer.header("Retry-After").flatMap(this::retryAfter));
    }

    /// Seconds or a date (RFC 9110, 10.2.3); anything else says nothing.
    private Optional<Duration> retryAfter(String value) {
        String text = value.strip();
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            ZonedDateTime date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration wait = Duration.between(clock.instant(), date);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
