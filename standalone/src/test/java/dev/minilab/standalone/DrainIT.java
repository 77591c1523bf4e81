package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.strict.HttpRelay;
import dev.minilab.worker.Worker;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Told to stop")
@Tag("long")
@Tag("faults")
@Timeout(300)
class DrainIT {

    private static final int ROUNDS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration DRAIN_AND_LAST_WORDS = Duration.ofSeconds(15);

    @TempDir
    Path data;

    @Test
    @DisplayName("F26, I10 twenty times under load: in time, nothing is lost, and nothing is done twice")
    void twentyTimes() throws Exception {
        long seed = Long.getLong("minilab.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] image = Images.jpeg(600, 400);
        Map<String, AtomicInteger> results = new ConcurrentHashMap<>();
        HttpRelay.Filter counting = (request, upstream) -> {
            if (request.method().equals("PUT") && request.path().endsWith("/result.json")) {
                results.computeIfAbsent(request.path(), _ -> new AtomicInteger())
                        .incrementAndGet();
            }
            return upstream.send(request);
        };
        try (WebhookReceiver receiver = new WebhookReceiver();
                LocalPair pair = LocalPair.start(Map.of("MINILAB_OVERDUE", "10m"), counting, HttpRelay.Filter.NONE)) {
            String query = "?webhook_url=" + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8);
            List<String> ids = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                Worker worker = pair.startWorker();
                for (int i = 0; i < 4; i++) {
                    ids.add(pair.client().upload(image, query));
                }
                LockSupport.parkNanos(Duration.ofMillis(random.nextInt(400)).toNanos());
                long start = System.nanoTime();
                worker.close();
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .as("round %s, seed %s", round, seed)
                        .isLessThan(DRAIN_AND_LAST_WORDS);
            }
            List<String> announced = new ArrayList<>();
            try (Worker _ = pair.startWorker()) {
                for (String id : ids) {
                    assertThat(pair.client()
                                    .awaitTerminal(id, PATIENCE)
                                    .path("status")
                                    .asString(""))
                            .isEqualTo("succeeded");
                }
                while (announced.size() < ids.size()) {
                    announced.add(receiver.await(60).id());
                }
            }
            assertThat(announced)
                    .as("seed %s", seed)
                    .containsExactlyInAnyOrderElementsOf(ids.stream()
                            .map(id -> "msg_" + id.substring(4) + "_succeeded")
                            .toList());
            assertThat(receiver.waiting()).isZero();
            assertThat(results.values()).as("seed %s", seed).hasSize(ids.size()).allMatch(times -> times.get() == 1);
        }
    }

    @Test
    @DisplayName("F26 a second SIGTERM: the job under way is finished all the same, and it exits with 0")
    void twice() throws Exception {
        CountDownLatch storing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        HttpRelay.Filter holding = (request, upstream) -> {
            if (request.method().equals("PUT") && request.path().contains("/results/")) {
                storing.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return upstream.send(request);
        };
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (LocalPair pair = LocalPair.start(Map.of(), holding, HttpRelay.Filter.NONE)) {
            Map<String, String> env = new TreeMap<>(pair.workerSettings());
            env.put("MINILAB_WORKER_PORT", Integer.toString(port));
            try (MinilabProcess worker = MinilabProcess.start(env, "worker")) {
                worker.awaitReady();
                String id = pair.client().upload(Images.jpeg(300, 200), "");
                assertThat(storing.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                worker.signal("TERM");
                awaitUnready(port);
                worker.signal("TERM");
                goOn.countDown();
                assertThat(worker.awaitExit(30)).isZero();
                assertThat(pair.client()
                                .awaitTerminal(id, PATIENCE)
                                .path("attempts")
                                .asInt())
                        .isEqualTo(1);
            }
        }
    }

    private static void awaitUnready(int port) throws Exception {
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
                .build();
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (isReady(http, ready)) {
                assertThat(System.nanoTime()).isLessThan(end);
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }

    private static boolean isReady(HttpClient http, HttpRequest ready) throws Exception {
        try {
            return http.send(ready, BodyHandlers.discarding()).statusCode() != 503;
        } catch (IOException _) {
            return false; // Not even there any more.
        }
    }

    @Test
    @DisplayName("F26 SIGTERM during the start: it is gone soon, and the next start is as any other")
    void duringStart() throws Exception {
        try (MinilabProcess starting =
                MinilabProcess.start(Map.of(), "serve", "--port", "0", "--data", data.toString())) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!Files.exists(data.resolve("lock"))) {
                assertThat(System.nanoTime()).isLessThan(end);
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
            assertThat(starting.terminate(20)).isIn(0, 143);
        }
        try (MinilabProcess next = MinilabProcess.start(
                Map.of("MINILAB_RENDER_ISOLATION", "thread"), "serve", "--port", "0", "--data", data.toString())) {
            Client client = new Client(next.awaitUri());
            String id = client.upload(Images.jpeg(100, 80), "");
            assertThat(client.awaitTerminal(id, PATIENCE).path("status").asString(""))
                    .isEqualTo("succeeded");
            assertThat(next.terminate(30)).isZero();
        }
    }
}
