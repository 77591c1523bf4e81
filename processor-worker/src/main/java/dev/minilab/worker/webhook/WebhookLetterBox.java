package dev.minilab.worker.webhook;

import dev.minilab.job.WebhookMessage;
import dev.minilab.json.Json.UnreadableJsonException;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.record.WebhookQueue;
import dev.minilab.worker.sweep.LetterBox;
import dev.minilab.worker.sweep.Sweeper;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Empties the dead-letter queue of the webhooks: what is due is kept in the bucket, which sends for it again.
///
/// Only what someone asked for is nowhere else. It stays, and so does what this version cannot read, for
/// `minilab dlq redrive`.
public final class WebhookLetterBox implements Sweeper.Errand {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookLetterBox.class);

    private final MessageQueue box;

    public WebhookLetterBox(MessageQueue box) {
        this.box = box;
    }

    @Override
    public void run(Instant since, Instant now) {
        LetterBox.empty(box, this::settle);
    }

    private boolean settle(Message letter) {
        try {
            WebhookMessage message = WebhookQueue.read(letter);
            if (message.schema() > WebhookMessage.SCHEMA || message.redelivery() != null) {
                LOG.error("A dead letter in {} waits for somebody: {}", box.name(), letter.body());
                return false;
            }
            LOG.warn("The webhook of job {} is left to the sweep", message.job());
            return true;
        } catch (UnreadableJsonException e) {
            LOG.error("A dead letter in {} is none of ours: {}", box.name(), e.getMessage());
            return false;
        }
    }
}
