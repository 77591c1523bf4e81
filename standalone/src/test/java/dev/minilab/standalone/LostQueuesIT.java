package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.Config;
import dev.minilab.queue.QueueAdmin;
import dev.minilab.worker.Worker;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Queues that are gone")
@Tag("long")
@Tag("faults")
@Timeout(300)
class LostQueuesIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int JOBS = 10;

    private static final Map<String, String> NAMES = Map.of(
            "MINILAB_SQS_JOBS_QUEUE", "lost-jobs",
            "MINILAB_SQS_BULK_QUEUE", "lost-bulk",
            "MINILAB_SQS_WEBHOOKS_QUEUE", "lost-webhooks");

    private final Set<String> accepted = new HashSet<>();
    private byte[] image;
    private WebhookReceiver receiver;

    @BeforeEach
    void receive() throws IOException {
        image = Images.jpeg(300, 200);
        receiver = new WebhookReceiver();
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    private void upload(Client client) throws IOException, InterruptedException {
        String query = "?webhook_url=" + URLEncoder.encode(receiver.url(), StandardCharsets.UTF_8);
        for (int i = 0; i < JOBS; i++) {
            HttpResponse<byte[]> answer = client.post("/v1/jobs" + query, "image/jpeg", image);
            assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
            accepted.add(Client.id(answer));
        }
    }

    private void assertAllEndAndAreAnnounced(Client client) throws IOException, InterruptedException {
        for (String id : accepted) {
            assertThat(client.awaitTerminal(id, PATIENCE).path("status").asString(""))
                    .isEqualTo("succeeded");
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (announced() < accepted.size() && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
        assertThat(announced()).isEqualTo(accepted.size());
    }

    private long announced() {
        return receiver.log().stream()
                .map(WebhookReceiver.Received::id)
                .distinct()
                .count();
    }

    private static List<String> withDeadLetters(Config.Queue queues) {
        return Stream.of(queues.jobs(), queues.bulk(), queues.webhooks())
                .flatMap(name -> Stream.of(Config.Queue.deadLettersOf(name), name))
                .toList();
    }

    private static void create(Config.Queue queues) {
        try (QueueAdmin admin = new QueueAdmin(queues)) {
            withDeadLetters(queues).forEach(admin::create);
            for (String name : List.of(queues.jobs(), queues.bulk(), queues.webhooks())) {
                admin.set(name, Config.Queue.deadLettersOf(name));
            }
        }
    }

    /// As anyone may who has the permission.
    private static void delete(Config.Queue queues) throws IOException, InterruptedException {
        URI endpoint = SharedInfra.get().queueEndpoint();
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (String name : withDeadLetters(queues)) {
                HttpRequest request = HttpRequest.newBuilder(endpoint)
                        .header("X-Amz-Target", "AmazonSQS.DeleteQueue")
                        .header("Content-Type", "application/x-amz-json-1.0")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"QueueUrl\": \"%s/000000000000/%s\"}".formatted(endpoint, name)))
                        .build();
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            }
        }
    }

    @Test
    @DisplayName(
            "F23, I1, I19 all queues deleted while jobs wait, run and are uploaded, and created again: all jobs end")
    void deleted() throws Exception {
        CountDownLatch storing = new CountDownLatch(1);
        Map<String, String> env = new TreeMap<>(SharedInfra.get().settings());
        env.putAll(NAMES);
        Config.Queue queues = Config.load(env).queue();
        create(queues);
        try (LocalPair pair = LocalPair.start(NAMES)) {
            pair.workerStore.filter((request, upstream) -> {
                if (request.method().equals("PUT") && request.path().contains("/results/")) {
                    storing.countDown();
                }
                return upstream.send(request);
            });
            upload(pair.client());
            try (Worker _ = pair.startWorker()) {
                storing.await();
                delete(queues);
                upload(pair.client());
                create(queues);
                assertAllEndAndAreAnnounced(pair.client());
            } finally {
                delete(queues);
            }
        }
    }

    @Test
    @DisplayName("F23, I1, I19 everything in one process, killed, and its queues removed from the disk: all jobs end")
    void removed(@TempDir Path data) throws Exception {
        image = Images.jpeg(3000, 2000); // Takes longer to render than to upload.
        Map<String, String> env = new TreeMap<>(KillLoop.SHORT);
        env.put("MINILAB_RENDER_ISOLATION", "thread");
        String[] serve = {"serve", "--port", "0", "--data", data.toString()};
        try (MinilabProcess minilab = MinilabProcess.start(env, serve)) {
            upload(new Client(minilab.awaitUri()));
            minilab.kill();
            assertThat(announced()).isLessThan(accepted.size());
        }
        try (Stream<Path> files = Files.walk(data.resolve("queue"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        try (MinilabProcess minilab = MinilabProcess.start(env, serve)) {
            assertAllEndAndAreAnnounced(new Client(minilab.awaitUri()));
        }
    }
}
