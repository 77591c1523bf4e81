package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import dev.minilab.strict.HttpRelay.Answer;
import dev.minilab.strict.HttpRelay.Filter;
import dev.minilab.strict.HttpRelay.Request;
import dev.minilab.worker.Worker;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@DisplayName("An API and a worker whose store and queue fail them")
@Tag("long")
@Tag("faults")
@Timeout(180)
class FaultyServersIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static LocalPair pair;
    private static Worker worker;
    private static WebhookReceiver receiver;
    private static byte[] image;

    private final AtomicInteger met = new AtomicInteger();

    @BeforeAll
    static void start() throws Exception {
        pair = LocalPair.start(Map.of());
        worker = pair.startWorker();
        receiver = new WebhookReceiver();
        image = Images.jpeg(300, 200);
    }

    @AfterAll
    static void stop() {
        worker.close();
        pair.close();
        receiver.close();
    }

    @AfterEach
    void mend() {
        pair.mend();
    }

    private static String upload() throws Exception {
        return pair.client().upload(image, "?webhook_url=" + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8));
    }

    /// Ends as succeeded, and is announced.
    private static JsonNode assertDone(String id) throws Exception {
        JsonNode job = pair.client().awaitTerminal(id, PATIENCE);
        assertThat(job.path("status").asString("")).as(job.toString()).isEqualTo("succeeded");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (announcements(id) == 0) {
            assertThat(System.nanoTime()).as("%s is announced", id).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
        return job;
    }

    private static long announcements(String id) {
        String webhook = "msg_" + id.substring(4) + "_succeeded";
        return receiver.log().stream()
                .filter(received -> received.id().equals(webhook))
                .count();
    }

    private void awaitMet(int times) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (met.get() < times) {
            assertThat(System.nanoTime())
                    .as("the fault was met %s times", times)
                    .isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /// Refuses the first calls of a kind.
    private Filter refusing(Predicate<Request> which, int times, Answer refusal) {
        return (request, upstream) ->
                which.test(request) && met.incrementAndGet() <= times ? refusal : upstream.send(request);
    }

    /// Does what the first call of a kind asks for, and loses the answer.
    private Filter losing(Predicate<Request> which) {
        return (request, upstream) -> {
            Answer answer = upstream.send(request);
            if (which.test(request) && met.incrementAndGet() == 1) {
                throw new IOException("lost on the way");
            }
            return answer;
        };
    }

    private static Predicate<Request> put(String name) {
        return request -> request.method().equals("PUT") && request.path().endsWith(name);
    }

    private static Predicate<Request> queueCall(String action, String queue) {
        return request -> request.header("X-Amz-Target").endsWith("." + action)
                && new String(request.body(), StandardCharsets.UTF_8).contains(queue + "\"");
    }

    private static Answer unavailable() {
        return Answer.xml(503, "SlowDown", "made for a test");
    }

    @Test
    @DisplayName("F10 the store answers 503 to the worker: no job fails, and all end once it answers again")
    void storeUnavailable() throws Exception {
        pair.workerStore.filter(refusing(_ -> true, Integer.MAX_VALUE, unavailable()));
        List<String> ids = List.of(upload(), upload(), upload());
        awaitMet(20);
        for (String id : ids) {
            assertThat(Client.json(pair.client().get("/v1/jobs/" + id))
                            .path("status")
                            .asString(""))
                    .isEqualTo("queued");
        }
        pair.mend();
        for (String id : ids) {
            assertDone(id);
        }
    }

    @Test
    @DisplayName("F11 the store writes and its answer is lost: taken for our own write, accepted and ended once")
    void answerLost() throws Exception {
        pair.apiStore.filter(losing(put("/accepted.json")));
        String id = upload();
        assertThat(met).hasValueGreaterThanOrEqualTo(2);
        assertThat(assertDone(id).path("attempts").asInt()).isEqualTo(1);
        met.set(0);
        pair.workerStore.filter(losing(put("/result.json")));
        String other = upload();
        assertThat(assertDone(other).path("attempts").asInt()).isEqualTo(1);
        assertThat(met).hasValueGreaterThanOrEqualTo(2);
        assertThat(announcements(other)).isEqualTo(1);
    }

    @Test
    @DisplayName("F12 the store is slow: nobody waits for others, and all ends")
    void slowStore() throws Exception {
        Filter slow = (request, upstream) -> {
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            return upstream.send(request);
        };
        pair.workerStore.filter(slow);
        List<String> ids = List.of(upload(), upload(), upload(), upload());
        assertThat(slowest(20, "/v1/jobs/" + ids.getFirst())).isLessThan(Duration.ofSeconds(5));
        pair.apiStore.filter(slow); // Two or three reads of a second each: one after the other they would take minutes.
        assertThat(slowest(40, "/v1/jobs/" + ids.getFirst())).isLessThan(Duration.ofSeconds(20));
        assertThat(slowest(1, "/health/live")).isLessThan(Duration.ofSeconds(1));
        for (String id : ids) {
            assertDone(id);
        }
    }

    private static Duration slowest(int calls, String path) throws Exception {
        List<Future<Duration>> times = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < calls; i++) {
                times.add(threads.submit(() -> {
                    long start = System.nanoTime();
                    assertThat(pair.client().get(path).statusCode()).isEqualTo(200);
                    return Duration.ofNanos(System.nanoTime() - start);
                }));
            }
        }
        Duration slowest = Duration.ZERO;
        for (Future<Duration> time : times) {
            slowest = time.get().compareTo(slowest) > 0 ? time.get() : slowest;
        }
        return slowest;
    }

    @Test
    @DisplayName("F13 the store throttles one key: tried again with growing pauses, in no hot loop")
    void throttledKey() throws Exception {
        Queue<Long> tries = new ConcurrentLinkedQueue<>();
        Predicate<Request> result = put("/result.json");
        pair.workerStore.filter((request, upstream) -> {
            if (result.test(request)) {
                tries.add(System.nanoTime());
                if (tries.size() <= 6) {
                    return Answer.xml(429, "TooManyRequests", "made for a test");
                }
            }
            return upstream.send(request);
        });
        assertDone(upload());
        List<Long> times = List.copyOf(tries);
        assertThat(Duration.ofNanos(times.get(6) - times.getFirst())).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    @DisplayName("F14, I23 the store hands out half an original: found out, fetched again, rendered right")
    void shortBytes() throws Exception {
        pair.workerStore.filter((request, upstream) -> {
            Answer answer = upstream.send(request);
            boolean original = request.method().equals("GET") && request.path().contains("/originals/");
            if (!original || met.incrementAndGet() > 1) {
                return answer;
            }
            Headers headers = new Headers();
            headers.putAll(answer.headers());
            return new Answer(answer.status(), headers, Arrays.copyOf(answer.body(), answer.body().length / 2));
        });
        assertDone(upload());
        assertThat(met).hasValueGreaterThanOrEqualTo(2);
    }

    @Test
    @DisplayName("F17 a message is sent twice: one result, one webhook")
    void sentTwice() throws Exception {
        Predicate<Request> sends = queueCall("SendMessage", "minilab-jobs");
        pair.queue.filter((request, upstream) -> {
            if (sends.test(request)) {
                met.incrementAndGet();
                upstream.send(request);
            }
            return upstream.send(request);
        });
        String id = upload();
        JsonNode job = assertDone(id);
        pair.mend();
        assertDone(upload()); // By now both messages of the first have been worked on.
        assertThat(met).hasValueGreaterThanOrEqualTo(1);
        assertThat(pair.client().awaitTerminal(id, PATIENCE).path("finished_at"))
                .isEqualTo(job.path("finished_at"));
        assertThat(announcements(id)).isEqualTo(1);
    }

    @Test
    @DisplayName("F18 an answer with messages is lost: they show again, and their jobs end")
    void messagesLost() throws Exception {
        Predicate<Request> receives = queueCall("ReceiveMessage", "minilab-jobs");
        CountDownLatch receiving = new CountDownLatch(1);
        pair.queue.filter((request, upstream) -> {
            if (!receives.test(request)) {
                return upstream.send(request);
            }
            receiving.countDown();
            Answer answer = upstream.send(request);
            boolean messages = new String(answer.body(), StandardCharsets.UTF_8).contains("ReceiptHandle");
            if (messages && met.incrementAndGet() == 1) {
                throw new IOException("lost on the way");
            }
            return answer;
        });
        assertThat(receiving.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertDone(upload());
        assertThat(met).hasValueGreaterThanOrEqualTo(2);
    }

    @Test
    @DisplayName("F19 a message cannot be deleted: it shows again, is found done, and changes nothing")
    void cannotDelete() throws Exception {
        Predicate<Request> deletes = queueCall("DeleteMessage", "minilab-jobs");
        pair.queue.filter(refusing(deletes, 6, Answer.of(500, "application/x-amz-json-1.0", "{}")));
        String id = upload();
        JsonNode job = assertDone(id);
        awaitMet(7);
        assertThat(pair.client().awaitTerminal(id, PATIENCE).path("finished_at"))
                .isEqualTo(job.path("finished_at"));
        assertThat(announcements(id)).isEqualTo(1);
    }

    @Test
    @DisplayName("F20 heartbeats fail while a job takes long: it ends once, whoever else gets it")
    void heartbeatsFail() throws Exception {
        pair.queue.filter(refusing(
                queueCall("ChangeMessageVisibility", "minilab-jobs"),
                Integer.MAX_VALUE,
                Answer.of(500, "application/x-amz-json-1.0", "{}")));
        AtomicInteger fetched = new AtomicInteger();
        pair.workerStore.filter((request, upstream) -> {
            if (request.method().equals("GET")
                    && request.path().contains("/originals/")
                    && fetched.incrementAndGet() == 1) {
                awaitMet(3);
            }
            return upstream.send(request);
        });
        String id = upload();
        assertDone(id);
        assertThat(announcements(id)).isEqualTo(1);
    }
}
