package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.config.Config;
import dev.minilab.failpoint.Failpoint;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import dev.minilab.strict.HttpRelay;
import dev.minilab.worker.Worker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

@DisplayName("Processes that die, or are stopped, in a gap of the path")
@Tag("long")
@Tag("faults")
@Timeout(300)
class GapsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int KILLED = 137;

    private static LocalPair pair;
    private static ObjectStore store;
    private static WebhookReceiver receiver;
    private static byte[] image;

    @BeforeAll
    static void start() throws Exception {
        pair = LocalPair.start(Map.of());
        store = new ObjectStore(Config.load(pair.workerSettings()).store());
        receiver = new WebhookReceiver();
        image = Images.jpeg(300, 200);
    }

    @AfterAll
    static void stop() {
        store.close();
        pair.close();
        receiver.close();
    }

    private static MinilabProcess dying(Failpoint where, Map<String, String> settings, String command)
            throws IOException {
        Map<String, String> env = new TreeMap<>(settings);
        env.put("JAVA_OPTS", MinilabProcess.FRUGAL.get("JAVA_OPTS") + " -Dminilab.failpoint=" + where);
        return MinilabProcess.start(env, command);
    }

    private static Set<String> jobs() {
        Set<String> jobs = new HashSet<>();
        String next = null;
        do {
            ObjectStore.Page page = store.list(Keys.hours(Tenant.DEFAULT), false, next);
            for (String key : page.keys()) {
                Keys.jobObject(key)
                        .filter(Keys.JobObject::isAccepted)
                        .ifPresent(object -> jobs.add(object.job().value()));
            }
            next = page.next();
        } while (next != null);
        return jobs;
    }

    private static Set<String> jobsBeside(Set<String> before) {
        Set<String> made = jobs();
        made.removeAll(before);
        return made;
    }

    private static void assertSucceeds(String id) throws Exception {
        assertThat(pair.client().awaitTerminal(id, PATIENCE).path("status").asString(""))
                .isEqualTo("succeeded");
    }

    @Test
    @DisplayName("F1 the API is killed while a body arrives: the client sees it, and there is no job")
    void duringUpload() throws Exception {
        Set<String> before = jobs();
        try (MinilabProcess api = MinilabProcess.start(pair.apiSettings(), "api")) {
            URI uri = api.awaitUri();
            try (Socket client = new Socket(uri.getHost(), uri.getPort())) {
                OutputStream out = client.getOutputStream();
                out.write(("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: "
                                + image.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                out.write(image, 0, image.length / 2);
                out.flush();
                api.kill();
                assertThat(ends(client)).isTrue();
            }
        }
        assertThat(jobsBeside(before)).isEmpty();
    }

    private static boolean ends(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (SocketException _) {
            return true; // Reset.
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"CLAIMED", "ORIGINAL_STORED", "ACCEPTED_WRITTEN", "ENQUEUED"})
    @DisplayName("F2, F3, F4, I3, I4 the API dies: what was committed ends, and the retry with the key is the same job")
    void api(Failpoint where) throws Exception {
        boolean committed = where.compareTo(Failpoint.ACCEPTED_WRITTEN) >= 0;
        String key = UUID.randomUUID().toString();
        Set<String> before = jobs();
        try (MinilabProcess api = dying(where, pair.apiSettings(), "api")) {
            Client first = new Client(api.awaitUri());
            assertThatThrownBy(() -> first.post("/v1/jobs", "image/jpeg", image, "Idempotency-Key", key))
                    .isInstanceOf(IOException.class);
            assertThat(api.awaitExit(30)).isEqualTo(KILLED);
        }
        Set<String> made = jobsBeside(before);
        assertThat(made).hasSize(committed ? 1 : 0);
        try (Worker _ = pair.startWorker()) {
            for (String id : made) {
                assertSucceeds(id);
            }
            HttpResponse<byte[]> retried = retried(key);
            assertThat(retried.statusCode()).as(Client.text(retried)).isEqualTo(202);
            assertThat(retried.headers().firstValue("Idempotency-Replayed").isPresent())
                    .isEqualTo(committed);
            assertThat(jobsBeside(before)).containsExactly(Client.id(retried));
            assertSucceeds(Client.id(retried));
        }
    }

    /// The first one's lease on the key has to end.
    private static HttpResponse<byte[]> retried(String key) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            HttpResponse<byte[]> answer = pair.client().post("/v1/jobs", "image/jpeg", image, "Idempotency-Key", key);
            if (answer.statusCode() != 409 || System.nanoTime() > end) {
                return answer;
            }
            LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
        }
    }

    private static String uploadAnnounced() throws Exception {
        return pair.client().upload(image, "?webhook_url=" + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8));
    }

    private static Optional<byte[]> result(String id) {
        return store.get(Keys.result(Tenant.DEFAULT, JobId.parse(id).orElseThrow()));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(
            names = {
                "RECEIVED",
                "RENDERED",
                "OUTPUTS_STORED",
                "RESULT_WRITTEN",
                "ANNOUNCED",
                "SETTLED",
                "WEBHOOK_POSTED",
                "DELIVERY_RECORDED"
            })
    @DisplayName("F5, F6, F7, I2, I5 a worker dies: another ends the job, once, and its webhook has one id")
    void worker(Failpoint where) throws Exception {
        String id = uploadAnnounced();
        try (MinilabProcess victim = dying(where, pair.workerSettings(), "worker")) {
            assertThat(victim.awaitExit(60)).isEqualTo(KILLED);
        }
        Optional<byte[]> before = result(id);
        if (where != Failpoint.SETTLED) { // Which a message of another job may be, too.
            assertThat(before.isPresent()).isEqualTo(where.compareTo(Failpoint.RESULT_WRITTEN) >= 0);
        }
        try (Worker _ = pair.startWorker()) {
            assertSucceeds(id);
            awaitDelivered(id);
        }
        before.ifPresent(bytes -> assertThat(result(id)).contains(bytes));
        long posts = receiver.log().stream()
                .filter(received -> received.id().equals("msg_" + id.substring(4) + "_succeeded"))
                .count();
        switch (where) {
            case WEBHOOK_POSTED -> assertThat(posts).isEqualTo(2); // It was told, and nobody wrote that down.
            case ANNOUNCED, SETTLED -> assertThat(posts).isBetween(1L, 2L);
            default -> assertThat(posts).isEqualTo(1);
        }
        assertThat(receiver.log())
                .filteredOn(received -> received.id().contains(id.substring(4)))
                .extracting(WebhookReceiver.Received::id)
                .containsOnly("msg_" + id.substring(4) + "_succeeded");
    }

    private static void awaitDelivered(String id) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonNode job = pair.client().awaitTerminal(id, PATIENCE);
        while (!job.path("webhook").path("status").asString("").equals("delivered")) {
            assertThat(System.nanoTime()).as("delivered in time: %s", job).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            job = pair.client().awaitTerminal(id, PATIENCE);
        }
    }

    @Test
    @DisplayName("F8, F21, I9 a worker is stopped for longer than its visibility and goes on: it finds the job done, "
            + "and changes nothing")
    void stopped() throws Exception {
        CountDownLatch storing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch refused = new CountDownLatch(1);
        HttpRelay.Filter holding = (request, upstream) -> {
            if (request.method().equals("PUT") && request.path().contains("/results/")) {
                storing.countDown();
                await(goOn);
            }
            HttpRelay.Answer answer = upstream.send(request);
            if (request.path().endsWith("/result.json") && answer.status() == 412) {
                refused.countDown();
            }
            return answer;
        };
        try (HttpRelay held = new HttpRelay(SharedInfra.get().storeEndpoint(), holding)) {
            Map<String, String> env = new TreeMap<>(pair.workerSettings());
            env.put("MINILAB_S3_ENDPOINT", held.uri().toString());
            String id = uploadAnnounced();
            try (MinilabProcess victim = MinilabProcess.start(env, "worker")) {
                await(storing);
                victim.signal("STOP");
                byte[] first;
                try (Worker _ = pair.startWorker()) {
                    assertSucceeds(id);
                    first = result(id).orElseThrow();
                }
                goOn.countDown();
                victim.signal("CONT");
                await(refused);
                assertThat(victim.terminate(30)).isZero();
                assertThat(result(id)).contains(first);
                assertThat(victim.log()).doesNotContain("\"level\":\"ERROR\"");
            }
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
