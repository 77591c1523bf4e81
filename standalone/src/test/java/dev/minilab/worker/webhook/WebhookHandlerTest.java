package dev.minilab.worker.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpServer;
import dev.minilab.config.WebhookConfig;
import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.Cidr;
import dev.minilab.egress.EgressClient;
import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.Delivery.State;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.TraceParent;
import dev.minilab.job.WebhookMessage.Redelivery;
import dev.minilab.json.Json;
import dev.minilab.metrics.Meters;
import dev.minilab.queue.Message;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobView;
import dev.minilab.record.WebhookQueue;
import dev.minilab.standalone.TestJobs;
import dev.minilab.standalone.TestQueue;
import dev.minilab.standalone.TestStore;
import dev.minilab.store.ObjectStore;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.worker.consume.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

@DisplayName("I18, I19 The path of a webhook, with what can happen on it")
class WebhookHandlerTest {

    private static final Duration OVERDUE = Duration.ofSeconds(90);
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration LONG_STEP = Duration.ofHours(20);
    private static final WebhookSecret NEW = WebhookSecret.generate(new SecureRandom());
    private static final WebhookSecret OLD = WebhookSecret.generate(new SecureRandom());
    private static final WebhookConfig CONFIG =
            new WebhookConfig(List.of(NEW, OLD), null, List.of(), List.of(STEP, STEP, LONG_STEP));

    private record Received(Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow()
                    .getValue()
                    .getFirst();
        }

        void verify(WebhookSecret secret) throws Exception {
            new Webhook(secret.encoded()).verify(body, headers);
        }
    }

    @TempDir
    static Path folder;

    private static TestStore embedded;
    private static ObjectStore store;
    private static JobRecords records;
    private static EgressClient egress;

    /// The public library compares timestamps with the real time.
    private final Instant start = Instant.now().minusSeconds(5);

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private HttpServer receiver;
    private volatile int answer = 204;
    private volatile Instant now = start;
    private volatile InstantSource clock = () -> now;
    private TestQueue queue;
    private PendingWebhooks pending;
    private WebhookHandler handler;

    @BeforeAll
    static void startStore() throws Exception {
        embedded = TestStore.start(folder);
        store = embedded.store();
        records = new JobRecords(store);
        egress = new EgressClient(new AddressPolicy(List.of(Cidr.parse("127.0.0.0/8"))));
    }

    @AfterAll
    static void stopStore() throws Exception {
        egress.close();
        embedded.close();
    }

    @BeforeEach
    void start() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                received.add(new Received(Map.copyOf(exchange.getRequestHeaders()), body));
                exchange.sendResponseHeaders(answer, -1);
            }
        });
        receiver.start();
        queue = new TestQueue();
        var webhooks = new WebhookQueue(queue);
        pending = new PendingWebhooks(store, records, webhooks, OVERDUE, () -> now);
        handler = WebhookHandler.of(
                CONFIG,
                new Signers(CONFIG),
                records,
                new JobView(store, Duration.ofHours(1), () -> now),
                egress,
                pending,
                webhooks,
                new Events(),
                () -> clock.instant());
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
        store.list(Keys.due(), false, null).keys().forEach(store::delete);
    }

    private final class Events implements DeliveryEvents {
        private final DeliveryLog log = new DeliveryLog();

        @Override
        public void attempted(String host, Delivery delivery) {
            log.attempted(host, delivery);
            events.add(delivery.attempt() + " " + delivery.state().wireName());
        }

        @Override
        public void paused(String host, Duration pause) {
            log.paused(host, pause);
            events.add("paused");
        }

        @Override
        public void resumed(String host) {
            log.resumed(host);
            events.add("resumed");
        }
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + path);
    }

    private Accepted ended(Accepted.Webhook webhook) {
        return TestJobs.ended(records, start, webhook, JobStatus.SUCCEEDED);
    }

    private Accepted ended() {
        return ended(new Accepted.Webhook(url("/hook"), Set.of()));
    }

    /// Hands a message over as if it was received for the n-th time.
    private Outcome handle(String body, int receiveCount) throws InterruptedException {
        return handler.handle(new Message("m", body, "handle", receiveCount));
    }

    private Outcome announce(Accepted accepted) throws InterruptedException {
        TestQueue sent = new TestQueue();
        new WebhookQueue(sent).announce(accepted.tenant(), accepted.job());
        return handle(sent.sent().getFirst(), 1);
    }

    private Outcome redeliver(Accepted accepted, Redelivery redelivery) throws InterruptedException {
        TestQueue sent = new TestQueue();
        new WebhookQueue(sent).redeliver(accepted.tenant(), accepted.job(), redelivery);
        return handle(sent.sent().getFirst(), 1);
    }

    private List<Delivery> deliveries(Accepted accepted) {
        return records.deliveries(accepted.tenant(), accepted.job());
    }

    private Delivery last(Accepted accepted) {
        return deliveries(accepted).getLast();
    }

    private Instant nextAt(Accepted accepted) {
        return Objects.requireNonNull(last(accepted).nextAttemptAt(), "nothing is to come");
    }

    private List<String> due() {
        return store.list(Keys.due(), false, null).keys();
    }

    @Test
    @DisplayName("I18 delivers once, signed with both secrets of a rotation, and leaves nothing to come")
    void delivers() throws Exception {
        Accepted accepted = ended();
        assertThat(announce(accepted)).isEqualTo(Outcome.DONE);

        Received one = received.getFirst();
        one.verify(NEW);
        one.verify(OLD);
        assertThat(one.header("webhook-id"))
                .isEqualTo("msg_" + accepted.job().value().substring(4) + "_succeeded");
        JsonNode event = Json.readTree(new ByteArrayInputStream(one.body().getBytes(StandardCharsets.UTF_8)));
        assertThat(event.path("type").stringValue()).isEqualTo("job.succeeded");
        assertThat(event.path("data").path("external_id").stringValue()).isEqualTo("sku-1");
        assertThat(last(accepted).state()).isEqualTo(State.DELIVERED);
        assertThat(queue.sent()).isEmpty();
        assertThat(due()).isEmpty();
        assertThat(announce(accepted)).isEqualTo(Outcome.DONE);
        assertThat(received).as("announced once more").hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            names = {"QUEUED", "PROCESSING"},
            mode = EnumSource.Mode.EXCLUDE)
    @DisplayName("I18 every end of a job has its event: type, time and the job, under an id that follows from both")
    void events(JobStatus status) throws Exception {
        Accepted accepted = TestJobs.ended(records, start, new Accepted.Webhook(url("/hook"), Set.of(status)), status);
        announce(accepted);
        Received one = received.getFirst();
        one.verify(NEW);
        assertThat(one.header("webhook-id")).isEqualTo(Delivery.webhookId(accepted.job(), status));
        JsonNode event = Json.readTree(new ByteArrayInputStream(one.body().getBytes(StandardCharsets.UTF_8)));
        assertThat(event.path("type").stringValue()).isEqualTo("job." + status.wireName());
        assertThat(event.path("timestamp").stringValue()).isEqualTo(start.toString());
        assertThat(event.path("data").path("id").stringValue())
                .isEqualTo(accepted.job().value());
        assertThat(event.path("data").path("status").stringValue()).isEqualTo(status.wireName());
    }

    @Test
    @DisplayName("traceparent goes on with the trace of the request that made the job, or with one of the job's own")
    void traces() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        Accepted traced = TestJobs.ended(
                records,
                TestJobs.traced(
                        start, new Accepted.Webhook(url("/hook"), Set.of()), "00-" + trace + "-b7ad6b7169203331-01"),
                JobStatus.SUCCEEDED);
        answer = 500;
        announce(traced);
        now = nextAt(traced);
        handle(queue.sent().getLast(), 1);
        Accepted alone = ended();
        announce(alone);
        List<TraceParent> traces = received.stream()
                .map(r -> TraceParent.parse(r.header("traceparent")).orElseThrow())
                .toList();
        assertThat(traces)
                .extracting(TraceParent::traceId)
                .containsExactly(trace, trace, TraceParent.of(alone.job()).traceId());
        assertThat(traces)
                .extracting(TraceParent::parentId)
                .as("each attempt is a step of its own")
                .doesNotHaveDuplicates()
                .doesNotContain("b7ad6b7169203331");
    }

    @Test
    @DisplayName("I18, I19 retries by the schedule under one id with fresh timestamps, then gives up")
    void schedule() throws Exception {
        Accepted accepted = ended();
        answer = 500;
        announce(accepted);
        Delivery first = last(accepted);
        assertThat(first.state()).isEqualTo(State.RETRYING);
        assertThat(Duration.between(now, nextAt(accepted))).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(12));
        assertThat(queue.delays().getFirst()).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(12));

        now = nextAt(accepted);
        handle(queue.sent().getLast(), 1);
        now = nextAt(accepted);
        handle(queue.sent().getLast(), 1);
        assertThat(queue.sent())
                .as("the queue cannot hold a message for 20 hours")
                .hasSize(2);

        now = nextAt(accepted);
        assertThat(pending.sendDue()).isEqualTo(1);
        handle(queue.sent().getLast(), 1);
        assertThat(deliveries(accepted))
                .extracting(Delivery::state)
                .containsExactly(State.RETRYING, State.RETRYING, State.RETRYING, State.FAILED);
        assertThat(deliveries(accepted)).extracting(Delivery::step).containsExactly(1, 2, 3, 4);
        assertThat(Duration.between(start, now)).isBetween(Duration.ofHours(16), Duration.ofHours(25));
        assertThat(received).hasSize(4);
        assertThat(received)
                .extracting(r -> r.header("webhook-id"))
                .containsOnly(received.getFirst().header("webhook-id"));
        assertThat(received).extracting(r -> r.header("webhook-timestamp")).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("I19 a lost queue loses nothing: what was to come is asked for again when it is overdue, once")
    void lostQueue() throws Exception {
        Accepted accepted = ended();
        answer = 500;
        announce(accepted);
        queue.sent().clear(); // Lost.
        now = nextAt(accepted).plus(OVERDUE).minusSeconds(5);
        assertThat(pending.sendDue()).isZero();
        now = now.plusSeconds(10);
        assertThat(pending.sendDue()).isEqualTo(1);
        assertThat(pending.sendDue()).as("another worker").isZero();

        answer = 204;
        handle(queue.sent().getFirst(), 1);
        assertThat(last(accepted).state()).isEqualTo(State.DELIVERED);
        now = now.plus(Duration.ofHours(1));
        assertThat(pending.sendDue()).as("made meanwhile").isZero();
        assertThat(due()).isEmpty();
    }

    @Test
    @DisplayName("an attempt that is asked for in vain is asked for again, ever more rarely, and given up after days")
    void remindersEnd() throws Exception {
        Accepted accepted = ended();
        pending.remember(accepted.tenant(), accepted.job(), 2, now);
        int sent = 0;
        for (int hour = 0; hour < 24 * 8; hour++) {
            now = now.plus(Duration.ofHours(1));
            sent += pending.sendDue();
        }
        assertThat(sent).isEqualTo(12);
        assertThat(due()).isEmpty();
    }

    @Test
    @DisplayName("F7 killed between recording and sending: the message that shows again sends for the next attempt, and"
            + " makes none")
    void brokenOffAfterRecording() throws Exception {
        Accepted accepted = ended();
        answer = 500;
        announce(accepted);
        String next = queue.sent().getFirst();
        queue.sent().clear();
        TestQueue sent = new TestQueue();
        new WebhookQueue(sent).announce(accepted.tenant(), accepted.job());
        assertThat(handle(sent.sent().getFirst(), 2)).isEqualTo(Outcome.DONE);
        assertThat(queue.sent()).containsExactly(next);
        assertThat(received).hasSize(1);
        assertThat(handle(sent.sent().getFirst(), 1)).as("a duplicate").isEqualTo(Outcome.DONE);
        assertThat(queue.sent()).containsExactly(next);
    }

    @Test
    @DisplayName("a message that comes twice, or late, makes no second attempt; one that comes early waits")
    void duplicates() throws Exception {
        Accepted accepted = ended();
        answer = 500;
        announce(accepted);
        String second = queue.sent().getFirst();
        assertThat(handle(second, 1)).isInstanceOf(Outcome.RetryAfter.class);
        now = nextAt(accepted);
        handle(second, 1);
        handle(second, 1);
        assertThat(received).hasSize(2);
        assertThat(deliveries(accepted)).hasSize(2);
    }

    @Test
    @DisplayName("two workers at once: both attempts are recorded, and the event is tried on by one")
    void concurrently() throws Exception {
        Accepted accepted = ended();
        answer = 500;
        // At the very same moment two attempts may be one and the same record.
        AtomicLong ticks = new AtomicLong();
        clock = () -> now.plusNanos(ticks.incrementAndGet());
        List<Future<Outcome>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                outcomes.add(threads.submit(() -> announce(accepted)));
            }
        }
        for (Future<Outcome> outcome : outcomes) {
            assertThat(outcome.get()).isEqualTo(Outcome.DONE);
        }
        assertThat(deliveries(accepted))
                .hasSameSizeAs(received)
                .extracting(Delivery::step)
                .containsOnly(1);
        now = now.plus(Duration.ofMinutes(1));
        answer = 204;
        for (String message : List.copyOf(queue.sent())) {
            handle(message, 1);
        }
        assertThat(last(accepted).state()).isEqualTo(State.DELIVERED);
        assertThat(received).hasSize(deliveries(accepted).size());
        assertThat(deliveries(accepted)).filteredOn(Delivery::accepted).hasSize(1);
    }

    @Test
    @DisplayName("F29 410 stops; 429 waits for a minute; a redirect is no delivery")
    void answers() throws Exception {
        Accepted gone = ended();
        answer = 410;
        announce(gone);
        assertThat(last(gone).state()).isEqualTo(State.FAILED);
        Accepted busy = ended();
        answer = 429;
        announce(busy);
        assertThat(Duration.between(now, nextAt(busy))).isEqualTo(Duration.ofSeconds(60));
        Accepted moved = ended();
        answer = 301;
        announce(moved);
        assertThat(last(moved).state()).isEqualTo(State.RETRYING);
        assertThat(received).hasSize(3);
    }

    @Test
    @DisplayName(
            "F29 a host that only fails is paused: its events are recorded as tried later, and no connection is made")
    void pausedHost() throws Exception {
        answer = 503;
        for (int i = 0; i < Receivers.FAILURES_TO_PAUSE; i++) {
            announce(ended());
        }
        Accepted spared = ended();
        announce(spared);
        assertThat(received).hasSize(Receivers.FAILURES_TO_PAUSE);
        assertThat(events).contains("paused");
        assertThat(Meters.scrape())
                .as("the metrics say so")
                .containsPattern("(?m)^minilab_webhook_hosts_paused 1")
                .containsPattern("(?m)^minilab_webhook_pauses_total [1-9]")
                .containsPattern("(?m)^minilab_webhook_attempts_seconds_count\\{outcome=\"5xx\"} [1-9]");
        assertThat(last(spared).failure()).isEqualTo("paused");
        assertThat(Duration.between(now, nextAt(spared))).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
    }

    @Test
    @DisplayName("C61 a blocked address counts as a failure and is not connected to")
    void blocked() throws Exception {
        Accepted accepted = ended(new Accepted.Webhook(URI.create("http://10.0.0.1/"), Set.of()));
        announce(accepted);
        assertThat(last(accepted).failure()).isEqualTo("blocked_address");
        assertThat(last(accepted).state()).isEqualTo(State.RETRYING);
    }

    @Test
    @DisplayName("an event that was not asked for is not delivered, nor one of a deleted job")
    void notWanted() throws Exception {
        Accepted other = ended(new Accepted.Webhook(url("/hook"), Set.of(JobStatus.FAILED)));
        assertThat(announce(other)).isEqualTo(Outcome.DONE);
        assertThat(received).isEmpty();
        assertThat(deliveries(other)).isEmpty();
    }

    @Test
    @DisplayName("a redelivery goes out whatever became of the event, and begins the schedule anew if it fails")
    void redelivery() throws Exception {
        Accepted accepted = ended();
        announce(accepted);
        answer = 500;
        redeliver(accepted, new Redelivery(null));
        assertThat(last(accepted).state()).isEqualTo(State.RETRYING);
        assertThat(last(accepted).step()).isEqualTo(1);
        answer = 204;
        now = nextAt(accepted);
        handle(queue.sent().getLast(), 1);
        assertThat(last(accepted).state()).isEqualTo(State.DELIVERED);
        assertThat(received)
                .extracting(r -> r.header("webhook-id"))
                .hasSize(3)
                .containsOnly(received.getFirst().header("webhook-id"));
    }

    @Test
    @DisplayName("a redelivery to another URL is one attempt beside the schedule, which goes on")
    void elsewhere() throws Exception {
        Accepted accepted = ended();
        answer = 500;
        announce(accepted);
        Instant next = nextAt(accepted);
        redeliver(accepted, new Redelivery(url("/other")));
        assertThat(last(accepted).url()).endsWith("/other");
        assertThat(nextAt(accepted)).isEqualTo(next);
        assertThat(last(accepted).step()).isEqualTo(1);
        answer = 204;
        now = next;
        for (String message : List.copyOf(queue.sent())) {
            handle(message, 1);
        }
        assertThat(last(accepted).state()).isEqualTo(State.DELIVERED);
        assertThat(last(accepted).url()).endsWith("/hook");
        assertThat(received).hasSize(3);
    }

    @Test
    @DisplayName("a redelivery to another URL before the first attempt does not take its place")
    void elsewhereFirst() throws Exception {
        Accepted accepted = ended();
        redeliver(accepted, new Redelivery(url("/other")));
        assertThat(last(accepted).state()).isEqualTo(State.PENDING);
        announce(accepted);
        assertThat(deliveries(accepted))
                .extracting(Delivery::url)
                .containsExactly(url("/other").toString(), url("/hook").toString());
        assertThat(last(accepted).state()).isEqualTo(State.DELIVERED);
    }

    @Test
    @DisplayName("F32 messages that are none of ours, or newer than we are, are left alone")
    void foreign() throws Exception {
        assertThat(handle("not json", 1)).isInstanceOf(Outcome.Reject.class);
        assertThat(handle("{\"schema\":2,\"tenant\":\"default\",\"job\":\"" + JobId.create(start) + "\"}", 1))
                .isInstanceOf(Outcome.Reject.class);
        assertThat(handle("{\"schema\":1,\"tenant\":\"default\",\"job\":\"" + JobId.create(start) + "\"}", 1))
                .isEqualTo(Outcome.DONE);
    }
}
