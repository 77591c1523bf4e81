package dev.minilab.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.minilab.FakeServer;
import dev.minilab.FakeServer.Answer;
import dev.minilab.FakeServer.Request;
import dev.minilab.config.Config;
import dev.minilab.config.Secret;
import dev.minilab.config.TracingConfig;
import dev.minilab.trace.Tracing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a queue sends")
@Timeout(60)
class QueuesRequestsTest {
    private static final Message MESSAGE = new Message("m1", "body", "handle-1", 1);
    /// SQS's answer to a message whose body is `x`; the SDK checks the MD5.
    private static final Answer SENT =
            json(200, "{\"MessageId\":\"m1\",\"MD5OfMessageBody\":\"9dd4e461268c8034f5c8564e155c67a6\"}");

    private FakeServer server;
    private Queues queues;
    private MessageQueue queue;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        queues = new Queues(new Config.Queue(
                server.uri(),
                "us-east-1",
                "jobs",
                "bulk",
                "webhooks",
                new Config.Credentials("AKID", new Secret("hush-hush"))));
        queue = queues.open("jobs");
    }

    @AfterEach
    void stop() {
        queues.close();
        server.close();
    }

    /// Answers where the queue is, and everything else as told.
    private void answer(FakeServer.Answering answering) {
        server.answer(request -> operation(request).equals("GetQueueUrl")
                ? json(200, "{\"QueueUrl\":\"" + server.uri() + "/000000000000/jobs\"}")
                : answering.to(request));
    }

    private static Answer json(int status, String body) {
        return new Answer(status, "application/x-amz-json-1.0", body);
    }

    private static Answer error(int status, String type) {
        return json(status, "{\"__type\":\"com.amazonaws.sqs#" + type + "\",\"message\":\"made for a test\"}");
    }

    private static String operation(Request request) {
        String target = request.header("x-amz-target").getFirst();
        return target.substring(target.indexOf('.') + 1);
    }

    @Test
    @DisplayName("asks for its URL once")
    void url() {
        answer(_ -> SENT);
        queue.send("x", "a");
        queue.send("x", "a");

        assertThat(server.requests())
                .extracting(QueuesRequestsTest::operation)
                .containsExactly("GetQueueUrl", "SendMessage", "SendMessage");
        assertThat(server.requests().getLast().text()).contains("\"MessageBody\":\"x\"");
    }

    @Test
    @DisplayName("I8 sends each message in the group of its tenant, delayed only when asked")
    void groupAndDelay() {
        answer(_ -> SENT);
        queue.send("x", "acme");
        queue.send("x", "acme", Duration.ofMillis(1500));

        assertThat(server.requests().get(1).text())
                .contains("\"MessageGroupId\":\"acme\"")
                .doesNotContain("DelaySeconds");
        assertThat(server.requests().getLast().text()).contains("\"DelaySeconds\":2");
    }

    /// SQS's answer to the message `x`, with the MD5 of its one attribute where it has one.
    private static Answer sent(Request request) {
        Matcher value = Pattern.compile("\"StringValue\":\"([^\"]+)\"").matcher(request.text());
        return value.find()
                ? json(200, SENT.body().replace("}", ",\"MD5OfMessageAttributes\":\"" + md5(value.group(1)) + "\"}"))
                : SENT;
    }

    /// A message `b`, with its attribute if that is asked for.
    private static Answer received(String trace, Request request) {
        String attribute = ",\"MD5OfMessageAttributes\":\"" + md5(trace)
                + "\",\"MessageAttributes\":{\"traceparent\":{\"DataType\":\"String\",\"StringValue\":\"" + trace
                + "\"}}";
        return json(
                200,
                "{\"Messages\":[{\"MessageId\":\"m1\",\"ReceiptHandle\":\"h1\",\"Body\":\"b\",\"MD5OfBody\":\"92eb5ffee6ae2fec3ad71c777531578f\""
                        + (request.text().contains("traceparent") ? attribute : "") + "}]}");
    }

    /// Of the attribute `traceparent`, as SQS reckons it: name, type, kind of value and value, each with its length.
    private static String md5(String traceparent) {
        try {
            MessageDigest md5 = MessageDigest.getInstance("MD5");
            for (String part : List.of("traceparent", "String", traceparent)) {
                if (part.equals(traceparent)) {
                    md5.update((byte) 1);
                }
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                md5.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                md5.update(bytes);
            }
            return HexFormat.of().formatHex(md5.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("a trace goes along as an attribute where there is one, and is asked for only where traces are made")
    void traceparent() throws IOException {
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        answer(request -> operation(request).equals("SendMessage") ? sent(request) : received(trace, request));
        queue.send("x", "acme");
        queue.receive(1, Duration.ZERO, Duration.ofSeconds(60));
        assertThat(server.requests()).noneMatch(request -> request.text().contains("MessageAttribute"));

        try (FakeServer collector = new FakeServer();
                var _ = Tracing.start(new TracingConfig(collector.uri(), Map.of(), Map.of(), 1), "test")) {
            try (var _ = Tracing.within(trace)) {
                queue.send("x", "acme");
            }
            assertThat(server.requests().getLast().text())
                    .contains("\"traceparent\":{\"StringValue\":\"00-0af7651916cd43dd8448eb211c80319c-")
                    .doesNotContain("b7ad6b7169203331");
            assertThat(queue.receive(1, Duration.ZERO, Duration.ofSeconds(60)))
                    .extracting(Message::traceparent)
                    .containsExactly(trace);
            assertThat(server.requests().getLast().text()).contains("\"MessageAttributeNames\":[\"traceparent\"]");
        }
    }

    @Test
    @DisplayName("receives with the visibility, the wait and the number asked for, and reads the receive count")
    void receive() {
        answer(
                _ -> json(
                        200,
                        "{\"Messages\":[{\"MessageId\":\"m1\",\"ReceiptHandle\":\"h1\",\"Body\":\"b\",\"MD5OfBody\":\"92eb5ffee6ae2fec3ad71c777531578f\","
                                + "\"Attributes\":{\"ApproximateReceiveCount\":\"3\"}},"
                                + "{\"MessageId\":\"m2\",\"ReceiptHandle\":\"h2\",\"Body\":\"c\",\"MD5OfBody\":\"4a8a08f09d37b73795649038408b5f33\"}]}"));

        assertThat(queue.receive(7, Duration.ofSeconds(2), Duration.ofSeconds(60)))
                .extracting(Message::id, Message::body, Message::receiptHandle, Message::receiveCount)
                .containsExactly(tuple("m1", "b", "h1", 3), tuple("m2", "c", "h2", 1));
        assertThat(server.requests().getLast().text())
                .contains("\"MaxNumberOfMessages\":7", "\"WaitTimeSeconds\":2", "\"VisibilityTimeout\":60")
                .contains("ApproximateReceiveCount");
    }

    @Test
    @DisplayName("settles with the receipt handle of the message")
    void settle() {
        answer(_ -> json(200, "{}"));
        queue.changeVisibility(MESSAGE, Duration.ofMinutes(5));
        queue.changeVisibility(MESSAGE, Duration.ZERO);
        queue.delete(MESSAGE);

        assertThat(server.requests().subList(1, 4)).allMatch(r -> r.text().contains("\"ReceiptHandle\":\"handle-1\""));
        assertThat(server.requests().get(1).text()).contains("\"VisibilityTimeout\":300");
        assertThat(server.requests().get(2).text()).contains("\"VisibilityTimeout\":0");
        assertThat(operation(server.requests().get(3))).isEqualTo("DeleteMessage");
    }

    @ParameterizedTest
    @CsvSource({
        "ReceiptHandleIsInvalid, ''",
        "MessageNotInflight, ''",
        "InvalidParameterValue, Value AQEB for parameter ReceiptHandle is invalid. Reason: The receipt handle has"
                + " expired.",
    })
    @DisplayName("F21 forgives an old receipt handle, and does not ask twice")
    void oldHandle(String type, String message) {
        answer(_ -> json(400, "{\"__type\":\"com.amazonaws.sqs#" + type + "\",\"message\":\"" + message + "\"}"));

        assertThatCode(() -> queue.delete(MESSAGE)).doesNotThrowAnyException();
        assertThatCode(() -> queue.changeVisibility(MESSAGE, Duration.ofSeconds(9)))
                .doesNotThrowAnyException();
        assertThat(server.requests())
                .extracting(QueuesRequestsTest::operation)
                .containsExactly("GetQueueUrl", "DeleteMessage", "ChangeMessageVisibility");
    }

    @ParameterizedTest
    @CsvSource({
        "500, InternalFailure, true",
        "503, ServiceUnavailable, true",
        "400, QueueDoesNotExist, false",
        "403, AccessDenied, false",
        "400, InvalidParameterValue, false",
    })
    @DisplayName("F16 tells whether a failure may pass, in all calls, and shows no secret")
    void failures(int status, String type, boolean retryable) {
        answer(_ -> error(status, type));

        assertFailure(() -> queue.send("x", "a"), retryable);
        assertFailure(() -> queue.receive(1, Duration.ZERO, Duration.ofSeconds(9)), retryable);
        assertFailure(() -> queue.delete(MESSAGE), retryable);
        assertFailure(() -> queue.changeVisibility(MESSAGE, Duration.ofSeconds(9)), retryable);
        assertFailure(queue::check, retryable);
    }

    @ParameterizedTest
    @CsvSource({"429, TooManyRequests", "400, ThrottlingException"})
    @DisplayName("F16 takes throttling for a failure that passes")
    void throttling(int status, String type) {
        answer(_ -> error(status, type));

        assertFailure(() -> queue.delete(MESSAGE), true);
    }

    @Test
    @DisplayName("tells of a queue that is not there, and finds it once it is")
    void comesLater() {
        server.answer(_ -> error(400, "QueueDoesNotExist"));
        assertFailure(() -> queue.send("x", "a"), false);

        answer(_ -> SENT);
        assertThatCode(() -> queue.send("x", "a")).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("leaves a thread that is interrupted in a call interrupted, so that a heartbeat ends")
    void interrupt() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        answer(_ -> {
            asked.countDown();
            never.await();
            return json(200, "{}");
        });
        Thread heartbeat = Thread.ofVirtual().start(() -> {
            try {
                queue.changeVisibility(MESSAGE, Duration.ofSeconds(9));
            } catch (QueueException _) {
                stillInterrupted.set(Thread.currentThread().isInterrupted());
            }
        });
        asked.await();
        heartbeat.interrupt();
        heartbeat.join();

        assertThat(stillInterrupted).isTrue();
    }

    private static void assertFailure(Runnable call, boolean retryable) {
        QueueException failure = catchThrowableOfType(QueueException.class, call::run);
        assertThat(failure).isNotNull();
        assertThat(failure.retryable()).isEqualTo(retryable);
        assertThat(failure.getMessage()).contains("jobs").doesNotContain("hush", "handle-1");
    }
}
