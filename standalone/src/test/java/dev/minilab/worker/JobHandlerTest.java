package dev.minilab.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.EgressClient;
import dev.minilab.egress.TargetUrl;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.Result;
import dev.minilab.job.Sha256;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.queue.Message;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobRemains;
import dev.minilab.record.WebhookQueue;
import dev.minilab.standalone.TestQueue;
import dev.minilab.standalone.TestStore;
import dev.minilab.store.ObjectStore;
import dev.minilab.worker.consume.Outcome;
import dev.minilab.worker.render.Renderer;
import dev.minilab.worker.source.SourceFetcher;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The path of one job, with what can happen on it")
class JobHandlerTest {

    private static final Instant NOW = Instant.parse("2026-11-24T00:10:00Z");
    private static final int MAX_ATTEMPTS = 5;
    private static final Duration SOON = Duration.ofSeconds(20);

    /// What happens while a job runs: its first output is about to be stored.
    private static final AtomicReference<Runnable> BEFORE_OUTPUT = new AtomicReference<>();

    @TempDir
    static Path folder;

    private static TestStore embedded;
    private static ObjectStore store;
    private static JobRecords records;
    private static Renderer renderer;
    private static EgressClient egress;
    private static byte[] image;

    private TestQueue webhooks;
    private JobHandler handler;

    @BeforeAll
    static void start() throws Exception {
        embedded = TestStore.start(folder, (request, upstream) -> {
            if (request.method().equals("PUT") && request.path().contains("/results/")) {
                BEFORE_OUTPUT.get().run();
            }
            return upstream.send(request);
        });
        store = embedded.store();
        records = new JobRecords(store);
        egress = new EgressClient(new AddressPolicy(List.of()));
        renderer = Renderer.inThreads(2, Duration.ofSeconds(30));
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(400, 200, BufferedImage.TYPE_INT_RGB), "jpeg", bytes);
        image = bytes.toByteArray();
    }

    @AfterAll
    static void stop() throws Exception {
        renderer.close();
        egress.close();
        embedded.close();
    }

    @BeforeEach
    void fresh() {
        BEFORE_OUTPUT.set(() -> {});
        webhooks = new TestQueue();
        handler = handler(webhooks);
    }

    private static JobHandler handler(TestQueue webhooks) {
        Inspector inspector = new Inspector(Limits.defaults());
        AddressPolicy publicOnly = new AddressPolicy(List.of());
        var fetcher = new SourceFetcher(egress, publicOnly, new TargetUrl.Rules(false, Set.of()), 1 << 20, folder);
        return new JobHandler(
                store,
                new Originals(store, inspector, fetcher, 1 << 20),
                records,
                new WebhookQueue(webhooks),
                inspector,
                renderer,
                MAX_ATTEMPTS,
                InstantSource.fixed(NOW));
    }

    private static Accepted accept(@Nullable Instant deadline) {
        JobId job = JobId.create(NOW.minusSeconds(3));
        Accepted accepted = new Accepted(
                Accepted.SCHEMA,
                job,
                Tenant.DEFAULT,
                NOW.minusSeconds(3),
                new Source(ImageFormat.JPEG, 400, 200, image.length, Sha256.of(image), 1, 1),
                Map.of("small", OutputSpec.inside(100)),
                "product",
                3,
                new Accepted.Webhook(URI.create("https://example.com/"), Set.of()),
                null,
                Map.of(),
                deadline,
                Lane.INTERACTIVE,
                null,
                null);
        store.put(Keys.original(accepted.tenant(), job), image, "image/jpeg");
        records.accept(accepted);
        return accepted;
    }

    private static Accepted acceptUrl(String url) {
        Accepted accepted = new Accepted(
                Accepted.SCHEMA,
                JobId.create(NOW.minusSeconds(3)),
                Tenant.DEFAULT,
                NOW.minusSeconds(3),
                null,
                Map.of("small", OutputSpec.inside(100)),
                null,
                null,
                null,
                null,
                Map.of(),
                null,
                Lane.INTERACTIVE,
                null,
                URI.create(url));
        records.accept(accepted);
        return accepted;
    }

    private static Message message(Accepted accepted, int attempt) {
        TestQueue queue = new TestQueue();
        new JobQueue(queue).send(accepted.tenant(), accepted.job());
        return new Message("m", queue.sent().getFirst(), "handle", attempt);
    }

    private static Result result(Accepted accepted) {
        return records.result(accepted.tenant(), accepted.job()).orElseThrow();
    }

    @Test
    @DisplayName("renders, stores, records, announces")
    void succeeds() throws Exception {
        Accepted accepted = accept(null);
        assertThat(handler.handle(message(accepted, 1))).isEqualTo(Outcome.DONE);

        Result result = result(accepted);
        assertThat(result.status()).isEqualTo(JobStatus.SUCCEEDED);
        Result.Stored stored = result.outputs().values().iterator().next().stored();
        assertThat(stored).isNotNull();
        String key = Keys.output(accepted.tenant(), accepted.job(), "small", ImageFormat.JPEG);
        assertThat(store.get(key)).hasValueSatisfying(bytes -> {
            assertThat(bytes).hasSize((int) stored.bytes());
            assertThat(Sha256.of(bytes)).isEqualTo(stored.sha256());
        });
        assertThat(webhooks.sent()).hasSize(1);
    }

    @Test
    @DisplayName("F7 redelivered after its result: nothing changes, and the announcement goes out again")
    void redelivered() throws Exception {
        Accepted accepted = accept(null);
        handler.handle(message(accepted, 1));
        byte[] before =
                store.get(Keys.result(accepted.tenant(), accepted.job())).orElseThrow();
        store.delete(Keys.original(accepted.tenant(), accepted.job())); // Whoever rendered again would fail.
        assertThat(handler.handle(message(accepted, 2))).isEqualTo(Outcome.DONE);
        assertThat(store.get(Keys.result(accepted.tenant(), accepted.job()))).contains(before);
        assertThat(webhooks.sent()).hasSize(2).containsOnly(webhooks.sent().getFirst());
        assertThat(webhooks.delays()).as("the first has been delivered by then").containsExactly(Duration.ZERO, SOON);
    }

    @Test
    @DisplayName("I2 eight deliveries at once: one result")
    void duplicates() throws Exception {
        Accepted accepted = accept(null);
        List<Future<Outcome>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                int attempt = i + 1;
                outcomes.add(threads.submit(() -> handler.handle(message(accepted, attempt))));
            }
        }
        for (Future<Outcome> outcome : outcomes) {
            assertThat(outcome.get()).isEqualTo(Outcome.DONE);
        }
        assertThat(result(accepted).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(store.list(Keys.hour(accepted.tenant(), accepted.job().hour()) + accepted.job(), false, null)
                        .keys())
                .filteredOn(key -> !key.contains("/attempts/"))
                .hasSize(2);
    }

    @Test
    @DisplayName("F15 the original is gone: failed, without another try")
    void originalGone() throws Exception {
        Accepted accepted = accept(null);
        store.delete(Keys.original(accepted.tenant(), accepted.job()));
        assertThat(handler.handle(message(accepted, 1))).isEqualTo(Outcome.DONE);
        assertThat(errorOf(accepted)).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
    }

    @Test
    @DisplayName("F14, I23 the original is not what was uploaded: tried again, at last failed as integrity")
    void originalAltered() throws Exception {
        Accepted accepted = accept(null);
        byte[] altered = image.clone();
        altered[altered.length / 2] ^= 1;
        store.put(Keys.original(accepted.tenant(), accepted.job()), altered, "image/jpeg");
        for (int attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
            assertThat(handler.handle(message(accepted, attempt))).isInstanceOf(Outcome.RetryAfter.class);
            assertThat(records.result(accepted.tenant(), accepted.job())).isEmpty();
        }
        assertThat(handler.handle(message(accepted, MAX_ATTEMPTS))).isEqualTo(Outcome.DONE);
        assertThat(errorOf(accepted)).isEqualTo(ErrorCode.INTEGRITY);
    }

    @Test
    @DisplayName("C64 a source that cannot be reached is tried again, and fails at last; a blocked one fails at once")
    void unreachableSource() throws Exception {
        Accepted away = acceptUrl("https://nobody.invalid/photo.jpg");
        assertThat(handler.handle(message(away, 1))).isInstanceOf(Outcome.RetryAfter.class);
        assertThat(handler.handle(message(away, MAX_ATTEMPTS))).isEqualTo(Outcome.DONE);
        assertThat(errorOf(away)).isEqualTo(ErrorCode.SOURCE_UNREACHABLE);
        Accepted inside = acceptUrl("https://10.0.0.1/photo.jpg");
        assertThat(handler.handle(message(inside, 1))).isEqualTo(Outcome.DONE);
        assertThat(errorOf(inside)).isEqualTo(ErrorCode.BLOCKED_ADDRESS);
    }

    private static ErrorCode errorOf(Accepted accepted) throws IOException {
        Result result = result(accepted);
        if (result.error() == null) {
            throw new IOException("it did not fail: " + result);
        }
        assertThat(result.status()).isEqualTo(JobStatus.FAILED);
        return result.error().code();
    }

    private static List<String> outputs(Accepted accepted) {
        return store.list(Keys.outputs(accepted.tenant(), accepted.job()), false, null)
                .keys();
    }

    @Test
    @DisplayName("a job that is canceled while it runs stays canceled; the worker that comes late removes its outputs")
    void canceledWhileRunning() throws Exception {
        Accepted accepted = accept(null);
        Result canceled = Result.canceled(accepted.job(), null, 0, NOW);
        BEFORE_OUTPUT.set(() -> records.finish(accepted, canceled));
        assertThat(handler.handle(message(accepted, 1))).isEqualTo(Outcome.DONE);
        assertThat(result(accepted)).isEqualTo(canceled);
        assertThat(outputs(accepted)).isEmpty();
        assertThat(store.head(Keys.original(accepted.tenant(), accepted.job())))
                .as("the original, which a retry needs")
                .isPresent();
    }

    @Test
    @DisplayName("a job that is deleted while it runs stays gone: its worker cannot bring it back")
    void deletedWhileRunning() throws Exception {
        Accepted accepted = accept(null);
        BEFORE_OUTPUT.set(() -> {
            records.bury(accepted.tenant(), accepted.job(), NOW);
            new JobRemains(store).remove(accepted.tenant(), accepted.job());
        });
        assertThat(handler.handle(message(accepted, 1))).isEqualTo(Outcome.DONE);
        assertThat(result(accepted).deletedAt()).isEqualTo(NOW);
        assertThat(outputs(accepted)).isEmpty();
        assertThat(store.head(Keys.original(accepted.tenant(), accepted.job()))).isEmpty();
    }

    @Test
    @DisplayName("a job whose deadline has passed expires, unrendered")
    void expires() throws Exception {
        Accepted accepted = accept(NOW.minusSeconds(1));
        assertThat(handler.handle(message(accepted, 1))).isEqualTo(Outcome.DONE);
        assertThat(result(accepted).status()).isEqualTo(JobStatus.EXPIRED);
        assertThat(result(accepted).outputs()).isEmpty();
        assertThat(webhooks.sent()).hasSize(1);
    }

    @Test
    @DisplayName("F32 messages that are none of ours, or newer than we are, are left alone; jobs that are not there are"
            + " done")
    void foreignMessages() throws Exception {
        assertThat(handler.handle(new Message("m", "not json", "h", 1))).isInstanceOf(Outcome.Reject.class);
        assertThat(handler.handle(new Message(
                        "m",
                        "{\"schema\":2,\"tenant\":\"default\",\"job\":\"" + JobId.create(NOW) + "\",\"more\":1}",
                        "h",
                        1)))
                .isInstanceOf(Outcome.Reject.class);
        assertThat(handler.handle(new Message(
                        "m", "{\"schema\":1,\"tenant\":\"default\",\"job\":\"" + JobId.create(NOW) + "\"}", "h", 1)))
                .isEqualTo(Outcome.DONE);
    }
}
