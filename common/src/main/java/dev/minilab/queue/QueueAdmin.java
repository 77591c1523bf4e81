package dev.minilab.queue;

import dev.minilab.config.Config;
import dev.minilab.json.Json;
import dev.minilab.json.Json.UnreadableJsonException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import tools.jackson.databind.JsonNode;

/// What is set once for a queue: its existence, its attributes and its dead-letter queue. For those who set an
/// installation up and those who look after it. Thread-safe.
///
/// Needs `sqs:CreateQueue`, `sqs:GetQueueUrl`, `sqs:GetQueueAttributes` and `sqs:SetQueueAttributes`.
public final class QueueAdmin implements AutoCloseable {

    /// As long as SQS keeps anything.
    public static final Duration RETENTION = Duration.ofDays(14);

    private static final Duration VISIBILITY = Duration.ofSeconds(60);

    private final SqsClient sqs;

    public QueueAdmin(Config.Queue config) {
        sqs = Queues.client(config);
    }

    /// How a queue is set; what its server does not tell is null. `deadLetters` is the name of the queue to which it
    /// moves what was received `maxReceiveCount` times.
    public record Attributes(
            Duration delay,
            @Nullable Duration retention,
            @Nullable String deadLetters,
            int maxReceiveCount) {}

    /// How a queue is set, or nothing if there is none of that name.
    public Optional<Attributes> attributes(String queue) {
        return Queues.<Optional<Attributes>>call("GetQueueAttributes " + queue, () -> {
            try {
                Map<QueueAttributeName, String> all = sqs.getQueueAttributes(
                                g -> g.queueUrl(url(queue)).attributeNames(QueueAttributeName.ALL))
                        .attributes();
                String retention = all.get(QueueAttributeName.MESSAGE_RETENTION_PERIOD);
                JsonNode redrive = redrive(all.get(QueueAttributeName.REDRIVE_POLICY));
                String target = redrive.path("deadLetterTargetArn").asString("");
                return Optional.of(new Attributes(
                        Duration.ofSeconds(Long.parseLong(all.getOrDefault(QueueAttributeName.DELAY_SECONDS, "0"))),
                        retention == null ? null : Duration.ofSeconds(Long.parseLong(retention)),
                        target.isEmpty() ? null : target.substring(target.lastIndexOf(':') + 1),
                        redrive.path("maxReceiveCount").asInt(0)));
            } catch (QueueDoesNotExistException _) {
                return Optional.empty();
            }
        });
    }

    private static JsonNode redrive(@Nullable String policy) {
        try {
            return policy == null
                    ? Json.object()
                    : Json.readTree(new ByteArrayInputStream(policy.getBytes(StandardCharsets.UTF_8)));
        } catch (UnreadableJsonException _) {
            return Json.object(); // As good as none.
        }
    }

    /// Creates a queue, for messages that live as long as SQS allows.
    public void create(String queue) {
        Queues.call(
                "CreateQueue " + queue,
                () -> sqs.createQueue(c -> c.queueName(queue)
                        .attributes(Map.of(
                                QueueAttributeName.VISIBILITY_TIMEOUT,
                                Long.toString(VISIBILITY.toSeconds()),
                                QueueAttributeName.MESSAGE_RETENTION_PERIOD,
                                Long.toString(RETENTION.toSeconds())))));
    }

    /// Has messages of a queue delivered without delay and kept as long as SQS allows, and moved to another queue once
    /// they were received too often.
    public void set(String queue, String deadLetters) {
        Queues.call("SetQueueAttributes " + queue, () -> {
            String arn = sqs.getQueueAttributes(
                            g -> g.queueUrl(url(deadLetters)).attributeNames(QueueAttributeName.QUEUE_ARN))
                    .attributes()
                    .get(QueueAttributeName.QUEUE_ARN);
            String policy = Json.object()
                    .put("deadLetterTargetArn", arn)
                    .put("maxReceiveCount", Config.Worker.MAX_RECEIVE_COUNT)
                    .toString();
            return sqs.setQueueAttributes(s -> s.queueUrl(url(queue))
                    .attributes(Map.of(
                            QueueAttributeName.DELAY_SECONDS,
                            "0",
                            QueueAttributeName.MESSAGE_RETENTION_PERIOD,
                            Long.toString(RETENTION.toSeconds()),
                            QueueAttributeName.REDRIVE_POLICY,
                            policy)));
        });
    }

    private String url(String queue) {
        return sqs.getQueueUrl(q -> q.queueName(queue)).queueUrl();
    }

    @Override
    public void close() {
        sqs.close();
    }
}
