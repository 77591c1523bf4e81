package dev.minilab.queue;

import dev.minilab.aws.AwsCredentials;
import dev.minilab.config.Config;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.trace.Step;
import dev.minilab.trace.Tracing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiptHandleIsInvalidException;
import software.amazon.awssdk.services.sqs.model.SqsException;

/// Amazon SQS, or what speaks its protocol: opens queues by name. Thread-safe.
///
/// Visibility, deletion and receipt handles follow
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html>.
public final class Queues implements AutoCloseable {

    private static final Duration LONGEST_POLL = Duration.ofSeconds(20);
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(5);

    private final SqsClient sqs;

    public Queues(Config.Queue config) {
        sqs = client(config);
    }

    static SqsClient client(Config.Queue config) {
        return SqsClient.builder()
                .httpClientBuilder(Apache5HttpClient.builder()
                        .maxConnections(256)
                        .connectionTimeout(Duration.ofSeconds(3))
                        .socketTimeout(LONGEST_POLL.plusSeconds(10)))
                .region(Region.of(config.region()))
                .endpointOverride(config.endpoint())
                .credentialsProvider(AwsCredentials.of(config.credentials()))
                .overrideConfiguration(
                        o -> o.apiCallAttemptTimeout(ATTEMPT_TIMEOUT).apiCallTimeout(ATTEMPT_TIMEOUT.multipliedBy(3)))
                .build();
    }

    /// The queue of that name. It need not exist yet: that shows at the first call.
    public MessageQueue open(String name) {
        return new SqsQueue(name);
    }

    @Override
    public void close() {
        sqs.close();
    }

    static <T> T call(String what, Supplier<T> call) {
        long start = System.nanoTime();
        String outcome = "ok";
        try {
            return translated(what, call);
        } catch (QueueException e) {
            outcome = e.retryable() ? "unavailable" : "refused";
            throw e;
        } finally {
            Meters.timeSince(Metric.QUEUE_CALLS, start, what.substring(0, what.indexOf(' ')), outcome);
        }
    }

    private static <T> T translated(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (QueueDoesNotExistException e) {
            throw new QueueException(false, what + ": the queue does not exist in this region", e);
        } catch (SqsException e) {
            boolean retryable = e.statusCode() >= 500 || e.statusCode() == 429 || e.isThrottlingException();
            String code = e.awsErrorDetails() == null
                    ? ""
                    : Optional.ofNullable(e.awsErrorDetails().errorCode()).orElse("");
            throw new QueueException(retryable, what + ": the queue answered " + e.statusCode() + " " + code, e);
        } catch (SdkException e) {
            throw new QueueException(true, what + ": " + e.getMessage(), e);
        }
    }

    private final class SqsQueue implements MessageQueue {
        private static final List<QueueAttributeName> DEPTH = List.of(
                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE,
                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED);
        private static final String TRACEPARENT = "traceparent";
        private static final Pattern OLD_HANDLE = Pattern.compile("ReceiptHandleIsInvalid|MessageNotInflight");
        private static final Pattern SOMETHING_INVALID = Pattern.compile("InvalidParameterValue");
        private static final Pattern OF_THE_HANDLE = Pattern.compile("(?i)receipt ?handle");

        private final String name;
        private volatile String url = "";

        SqsQueue(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        private String url() {
            if (url.isEmpty()) {
                url = sqs.getQueueUrl(q -> q.queueName(name)).queueUrl();
            }
            return url;
        }

        @Override
        public void send(String body, String group, Duration delay) {
            int seconds = (int) delay.plusNanos(999_999_999).toSeconds();
            try (Step step = Tracing.send(name)) {
                call(
                        "SendMessage " + name,
                        () -> sqs.sendMessage(m -> m.queueUrl(url())
                                .messageBody(body)
                                .messageGroupId(group)
                                .messageAttributes(attributes(step.traceparent()))
                                .delaySeconds(seconds == 0 ? null : seconds)));
            }
        }

        private static @Nullable Map<String, MessageAttributeValue> attributes(@Nullable String traceparent) {
            return traceparent == null
                    ? null
                    : Map.of(
                            TRACEPARENT,
                            MessageAttributeValue.builder()
                                    .dataType("String")
                                    .stringValue(traceparent)
                                    .build());
        }

        @Override
        public List<Message> receive(int max, Duration wait, Duration visibility) {
            return call(
                    "ReceiveMessage " + name,
                    () -> sqs
                            .receiveMessage(r -> r.queueUrl(url())
                                    .maxNumberOfMessages(max)
                                    .waitTimeSeconds((int) wait.toSeconds())
                                    .visibilityTimeout((int) visibility.toSeconds())
                                    .messageSystemAttributeNames(
                                            MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT,
                                            MessageSystemAttributeName.SENT_TIMESTAMP)
                                    .messageAttributeNames(Tracing.on() ? List.of(TRACEPARENT) : null)
                                    .overrideConfiguration(o -> o.apiCallAttemptTimeout(wait.plus(ATTEMPT_TIMEOUT))
                                            .apiCallTimeout(wait.plus(ATTEMPT_TIMEOUT))))
                            .messages()
                            .stream()
                            .map(SqsQueue::message)
                            .toList());
        }

        private static Message message(software.amazon.awssdk.services.sqs.model.Message m) {
            String count = m.attributes().getOrDefault(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "1");
            String sent = m.attributes().get(MessageSystemAttributeName.SENT_TIMESTAMP);
            MessageAttributeValue traceparent = m.messageAttributes().get(TRACEPARENT);
            return new Message(
                    m.messageId(),
                    m.body(),
                    m.receiptHandle(),
                    Integer.parseInt(count),
                    sent == null ? null : Instant.ofEpochMilli(Long.parseLong(sent)),
                    traceparent == null ? null : traceparent.stringValue());
        }

        @Override
        public void delete(Message message) {
            forgivingOldHandles(
                    "DeleteMessage ",
                    () -> sqs.deleteMessage(d -> d.queueUrl(url()).receiptHandle(message.receiptHandle())));
        }

        @Override
        public void changeVisibility(Message message, Duration visibility) {
            forgivingOldHandles(
                    "ChangeMessageVisibility ",
                    () -> sqs.changeMessageVisibility(c -> c.queueUrl(url())
                            .receiptHandle(message.receiptHandle())
                            .visibilityTimeout((int) visibility.toSeconds())));
        }

        /// Amazon deletes with an old handle silently, ElasticMQ refuses: either way the message is no longer ours.
        private void forgivingOldHandles(String what, Runnable call) {
            Supplier<Boolean> forgiving = () -> {
                try {
                    call.run();
                    return true;
                } catch (ReceiptHandleIsInvalidException _) {
                    return false;
                } catch (SqsException e) {
                    if (isOldHandle(e.awsErrorDetails())) {
                        return false;
                    }
                    throw e;
                }
            };
            call(what + name, forgiving);
        }

        /// An expired handle is one of several invalid values, of which the others are mistakes of ours.
        private static boolean isOldHandle(@Nullable AwsErrorDetails answer) {
            if (answer == null || answer.errorCode() == null) {
                return false;
            }
            return OLD_HANDLE.matcher(answer.errorCode()).find()
                    || (SOMETHING_INVALID.matcher(answer.errorCode()).find()
                            && answer.errorMessage() != null
                            && OF_THE_HANDLE.matcher(answer.errorMessage()).find());
        }

        @Override
        public Depth depth() {
            Map<QueueAttributeName, String> counts = call(
                    "GetQueueAttributes " + name,
                    () -> sqs.getQueueAttributes(a -> a.queueUrl(url()).attributeNames(DEPTH))
                            .attributes());
            return new Depth(
                    count(counts, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES),
                    count(counts, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE),
                    count(counts, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED));
        }

        private static int count(Map<QueueAttributeName, String> counts, QueueAttributeName name) {
            return Integer.parseInt(counts.getOrDefault(name, "0"));
        }

        @Override
        public void check() {
            call(
                    "GetQueueAttributes " + name,
                    () -> sqs.getQueueAttributes(
                            a -> a.queueUrl(url()).attributeNames(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES)));
        }
    }
}
