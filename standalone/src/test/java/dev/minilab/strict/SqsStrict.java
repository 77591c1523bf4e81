package dev.minilab.strict;

import dev.minilab.json.Json;
import dev.minilab.strict.HttpRelay.Answer;
import dev.minilab.strict.HttpRelay.Request;
import dev.minilab.strict.HttpRelay.Upstream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Answers as Amazon SQS may where it promises less than the embedded queue behind it does: no order, duplicates, a
/// message that shows again though it was deleted, deletes that succeed with a handle that has had its day, and no
/// hiding for longer than 12 hours from the first receive. See
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html>. Thread-safe.
public final class SqsStrict implements HttpRelay.Filter {

    private static final Duration LONGEST_HIDING = Duration.ofHours(12);
    private static final String PREFIX = "AmazonSQS.";

    /// How often the rare things happen, from 0 to 1.
    ///
    /// @param duplicates of the messages handed out, how many are handed out again
    /// @param ghosts of the messages deleted, how many are handed out once more
    public record Rates(double duplicates, double ghosts) {
        public static final Rates USUAL = new Rates(0.01, 0.01);
    }

    private final Rates rates;
    private final Random random;
    private final InstantSource clock;
    private final Map<String, ObjectNode> byHandle = new HashMap<>();
    private final Map<String, Instant> firstReceived = new HashMap<>();
    private final Map<String, Deque<ObjectNode>> again = new HashMap<>();
    private int copies;

    public SqsStrict(Rates rates, long seed, InstantSource clock) {
        this.rates = rates;
        this.random = new Random(seed);
        this.clock = clock;
    }

    @Override
    public Answer exchange(Request request, Upstream upstream) throws IOException {
        String target = request.header("X-Amz-Target");
        String action = target.startsWith(PREFIX) ? target.substring(PREFIX.length()) : "";
        return switch (action) {
            case "ReceiveMessage" -> receive(request, upstream);
            case "DeleteMessage" -> delete(request, upstream);
            case "ChangeMessageVisibility" -> changeVisibility(request, upstream);
            default -> upstream.send(request);
        };
    }

    private Answer receive(Request request, Upstream upstream) throws IOException {
        JsonNode asked = tree(request.body());
        String queue = asked.path("QueueUrl").asString("");
        Optional<ObjectNode> copy = copy(queue);
        if (copy.isPresent()) {
            ObjectNode answer = Json.object();
            answer.putArray("Messages").add(copy.get());
            return json(200, answer);
        }
        Answer answer = upstream.send(request);
        return answer.status() == 200 ? handOut(queue, answer) : answer;
    }

    /// A message that was handed out before, as SQS hands it out again: under a handle of its own.
    private synchronized Optional<ObjectNode> copy(String queue) {
        ObjectNode message = again.getOrDefault(queue, new ArrayDeque<>()).poll();
        if (message == null) {
            return Optional.empty();
        }
        ObjectNode copy = message.deepCopy();
        String handle = "copy-" + ++copies;
        copy.put("ReceiptHandle", handle);
        if (copy.path("Attributes") instanceof ObjectNode attributes && attributes.has("ApproximateReceiveCount")) {
            int count =
                    Integer.parseInt(attributes.path("ApproximateReceiveCount").asString("1"));
            attributes.put("ApproximateReceiveCount", Integer.toString(count + 1));
        }
        byHandle.put(handle, message);
        return Optional.of(copy);
    }

    private synchronized Answer handOut(String queue, Answer answer) {
        JsonNode told = tree(answer.body());
        List<ObjectNode> messages = new ArrayList<>();
        for (JsonNode message : told.path("Messages").values()) {
            ObjectNode one = (ObjectNode) message;
            messages.add(one);
            byHandle.put(handle(one), one);
            firstReceived.putIfAbsent(one.path("MessageId").asString(""), clock.instant());
            showAgain(queue, one, rates.duplicates());
        }
        if (messages.isEmpty()) {
            return answer;
        }
        Collections.shuffle(messages, random);
        ObjectNode shuffled = Json.object();
        ArrayNode all = shuffled.putArray("Messages");
        messages.forEach(all::add);
        return json(200, shuffled);
    }

    private void showAgain(String queue, ObjectNode message, double rate) {
        if (random.nextDouble() < rate) {
            again.computeIfAbsent(queue, _ -> new ArrayDeque<>()).add(message);
        }
    }

    /// Whatever the handle is worth, the answer is that all is well.
    private Answer delete(Request request, Upstream upstream) throws IOException {
        ObjectNode asked = (ObjectNode) tree(request.body());
        ObjectNode message = known(handle(asked));
        if (message != null) {
            synchronized (this) {
                showAgain(asked.path("QueueUrl").asString(""), message, rates.ghosts());
            }
        }
        Answer answer = upstream.send(withHandle(request, asked, message));
        return answer.status() == 400 ? json(200, Json.object()) : answer;
    }

    private Answer changeVisibility(Request request, Upstream upstream) throws IOException {
        ObjectNode asked = (ObjectNode) tree(request.body());
        ObjectNode message = known(handle(asked));
        if (message != null) {
            Instant first;
            synchronized (this) {
                first = firstReceived.getOrDefault(message.path("MessageId").asString(""), clock.instant());
            }
            Duration hidden = Duration.ofSeconds(asked.path("VisibilityTimeout").asInt(0));
            if (clock.instant().plus(hidden).isAfter(first.plus(LONGEST_HIDING))) {
                return error(
                        "InvalidParameterValueException",
                        "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
            }
        }
        return upstream.send(withHandle(request, asked, message));
    }

    private synchronized @Nullable ObjectNode known(String handle) {
        return byHandle.get(handle);
    }

    /// A copy's handle means the message that it is a copy of.
    private static Request withHandle(Request request, ObjectNode asked, @Nullable ObjectNode message) {
        if (message == null) {
            return request;
        }
        byte[] body = Json.write(asked.deepCopy().put("ReceiptHandle", handle(message)));
        return new Request(request.method(), request.target(), request.headers(), body);
    }

    private static String handle(JsonNode message) {
        return message.path("ReceiptHandle").asString("");
    }

    private static JsonNode tree(byte[] json) {
        return Json.readTree(new ByteArrayInputStream(json));
    }

    private static Answer error(String code, String message) {
        return json(
                400, Json.object().put("__type", "com.amazonaws.sqs#" + code).put("message", message));
    }

    private static Answer json(int status, ObjectNode body) {
        return Answer.of(status, "application/x-amz-json-1.0", body.toString());
    }
}
