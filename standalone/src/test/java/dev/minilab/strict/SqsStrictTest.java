package dev.minilab.strict;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import dev.minilab.json.Json;
import dev.minilab.strict.HttpRelay.Answer;
import dev.minilab.strict.HttpRelay.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayName("SQS-strict promises no more than SQS does")
class SqsStrictTest {

    private static final String QUEUE = "http://q/jobs";

    private Instant now = Instant.parse("2026-11-24T12:00:00Z");
    private final List<ObjectNode> waiting = new ArrayList<>();
    private final List<String> passed = new ArrayList<>();

    private SqsStrict sqs(double duplicates, double ghosts) {
        return new SqsStrict(new SqsStrict.Rates(duplicates, ghosts), 7, () -> now);
    }

    private void waiting(String... ids) {
        Stream.of(ids)
                .forEach(id -> waiting.add(Json.object()
                        .put("MessageId", id)
                        .put("ReceiptHandle", "handle-" + id)
                        .set("Attributes", Json.object().put("ApproximateReceiveCount", "1"))));
    }

    /// The queue behind: hands out all that waits, and refuses handles it does not know.
    private Answer behind(Request request) {
        JsonNode asked = Json.readTree(new ByteArrayInputStream(request.body()));
        if (request.header("X-Amz-Target").endsWith("ReceiveMessage")) {
            ObjectNode answer = Json.object();
            ArrayNode messages = answer.putArray("Messages");
            waiting.forEach(messages::add);
            waiting.clear();
            return Answer.of(200, "application/x-amz-json-1.0", answer.toString());
        }
        String handle = asked.path("ReceiptHandle").asString("");
        passed.add(handle);
        return Answer.of(handle.startsWith("handle-") ? 200 : 400, "application/x-amz-json-1.0", "{}");
    }

    private Answer ask(SqsStrict sqs, String action, ObjectNode body) throws IOException {
        Headers headers = new Headers();
        headers.set("X-Amz-Target", "AmazonSQS." + action);
        Request request = new Request("POST", "/", headers, Json.write(body.put("QueueUrl", QUEUE)));
        return sqs.exchange(request, this::behind);
    }

    private List<JsonNode> receive(SqsStrict sqs) throws IOException {
        Answer answer = ask(sqs, "ReceiveMessage", Json.object());
        return List.copyOf(Json.readTree(new ByteArrayInputStream(answer.body()))
                .path("Messages")
                .values());
    }

    private static List<String> ids(List<JsonNode> messages) {
        return messages.stream().map(m -> m.path("MessageId").asString("")).toList();
    }

    private int delete(SqsStrict sqs, String handle) throws IOException {
        return ask(sqs, "DeleteMessage", Json.object().put("ReceiptHandle", handle))
                .status();
    }

    private Answer hide(SqsStrict sqs, String handle, Duration time) throws IOException {
        return ask(
                sqs,
                "ChangeMessageVisibility",
                Json.object().put("ReceiptHandle", handle).put("VisibilityTimeout", time.toSeconds()));
    }

    @Test
    @DisplayName("keeps no order")
    void order() throws Exception {
        String[] ids = IntStream.range(0, 10).mapToObj(Integer::toString).toArray(String[]::new);
        waiting(ids);
        assertThat(ids(receive(sqs(0, 0)))).containsExactlyInAnyOrder(ids).isNotEqualTo(List.of(ids));
    }

    @Test
    @DisplayName("F17 hands a message out twice, under two handles, and takes both for the one message")
    void duplicates() throws Exception {
        SqsStrict sqs = sqs(1, 0);
        waiting("a");
        assertThat(ids(receive(sqs))).containsExactly("a");
        JsonNode copy = receive(sqs).getFirst();
        assertThat(copy.path("MessageId").asString("")).isEqualTo("a");
        assertThat(copy.path("Attributes").path("ApproximateReceiveCount").asString(""))
                .isEqualTo("2");
        String handle = copy.path("ReceiptHandle").asString("");
        assertThat(handle).isNotEqualTo("handle-a");
        assertThat(hide(sqs, handle, Duration.ofSeconds(60)).status()).isEqualTo(200);
        assertThat(delete(sqs, handle)).isEqualTo(200);
        assertThat(passed).containsExactly("handle-a", "handle-a");
        assertThat(receive(sqs)).isEmpty();
    }

    @Test
    @DisplayName("of a hundred messages, about one is handed out twice")
    void rate() throws Exception {
        SqsStrict sqs = sqs(0.01, 0);
        waiting(IntStream.range(0, 1000).mapToObj(Integer::toString).toArray(String[]::new));
        receive(sqs);
        int copies = 0;
        while (!receive(sqs).isEmpty()) {
            copies++;
        }
        assertThat(copies).isBetween(1, 30);
    }

    @Test
    @DisplayName("F7 shows a message once more though it was deleted")
    void ghosts() throws Exception {
        SqsStrict sqs = sqs(0, 1);
        waiting("a");
        receive(sqs);
        assertThat(delete(sqs, "handle-a")).isEqualTo(200);
        JsonNode ghost = receive(sqs).getFirst();
        assertThat(ghost.path("MessageId").asString("")).isEqualTo("a");
    }

    @Test
    @DisplayName("F21 says that all is well when it deletes with an old handle, and deletes nothing")
    void oldHandle() throws Exception {
        assertThat(delete(sqs(0, 0), "an old one")).isEqualTo(200);
        assertThat(passed).containsExactly("an old one");
        assertThat(hide(sqs(0, 0), "an old one", Duration.ofSeconds(1)).status())
                .isEqualTo(400);
    }

    @Test
    @DisplayName("hides nothing for longer than 12 hours from the first receive")
    void twelveHours() throws Exception {
        SqsStrict sqs = sqs(0, 0);
        waiting("a");
        receive(sqs);
        now = now.plus(Duration.ofHours(11));
        assertThat(hide(sqs, "handle-a", Duration.ofHours(1)).status()).isEqualTo(200);
        Answer refused = hide(sqs, "handle-a", Duration.ofSeconds(3601));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(new String(refused.body(), StandardCharsets.UTF_8)).contains("beyond the limit [43200 seconds]");
    }
}
