package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.api.IntakeBench.Fault;
import dev.minilab.api.IntakeBench.Gap;
import dev.minilab.api.IntakeBench.Killed;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Sha256;
import dev.minilab.standalone.Images;
import dev.minilab.standalone.TestStore;
import dev.minilab.strict.R2Strict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("I3, I4 one job an Idempotency-Key, whatever dies in between")
class IntakeTest {

    private static final List<Gap> GAPS = List.of(Gap.values());
    private static final List<Fault> FAULTS = List.of(Fault.values());

    private static final Duration LEASE_OVER = Idempotency.LEASE.plusSeconds(1);
    private static final int STEPS = 40;

    @TempDir
    static Path folder;

    private static TestStore store;
    private static byte[][] images;
    private static int tests;

    private IntakeBench bench;
    /// No other test has this key.
    private String key;

    @BeforeAll
    static void start() throws Exception {
        store = TestStore.start(folder);
        images = new byte[][] {Images.jpeg(32, 16), Images.jpeg(16, 32)};
    }

    @AfterAll
    static void stop() throws Exception {
        store.close();
    }

    @BeforeEach
    void fresh() {
        bench = new IntakeBench(store.store(), folder);
        key = "test-" + ++tests;
    }

    private Acceptance accept(int image, @Nullable Gap death) throws Exception {
        return bench.accept(key, key, bench.inline(images[image]), death);
    }

    private static void refused(ErrorCode code, ThrowingCallable request) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /// The jobs that were made for a key, and there are no originals but theirs.
    private List<String> jobs(String externalId) {
        return store.store().list("jobs/" + IntakeBench.TENANT.value() + "/", false, null).keys().stream()
                .filter(name -> name.endsWith("/accepted.json"))
                .filter(name -> new String(store.store().get(name).orElseThrow(), StandardCharsets.UTF_8)
                        .contains("\"external_id\":\"" + externalId + "\""))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("F2, F3, F4 killed in the gap: 409 while the first may be at work, then the retry ends with one job")
    void killed(Gap gap) throws Exception {
        assertThatThrownBy(() -> accept(0, gap)).isInstanceOf(Killed.class);
        boolean committed = gap.compareTo(Gap.ACCEPTED_WRITTEN) >= 0;
        if (!committed) {
            refused(ErrorCode.IDEMPOTENCY_IN_PROGRESS, () -> accept(0, null));
            bench.pass(LEASE_OVER);
        }
        Acceptance retried = accept(0, null);
        assertThat(retried.replayed()).isEqualTo(committed);
        assertThat(accept(0, null).accepted()).isEqualTo(retried.accepted());
        assertThat(jobs(key)).hasSize(1);
        JobId job = retried.accepted().job();
        assertThat(store.store().sha256(Keys.original(IntakeBench.TENANT, job))).contains(Sha256.of(images[0]));
    }

    @Test
    @DisplayName("killed again and again, in every gap before the commit: still one job, and one message of the retry")
    void killedRepeatedly() throws Exception {
        for (Gap gap : List.of(Gap.CLAIMED, Gap.ORIGINAL_STORED, Gap.CLAIMED, Gap.ORIGINAL_STORED)) {
            assertThatThrownBy(() -> accept(0, gap)).isInstanceOf(Killed.class);
            bench.pass(LEASE_OVER);
        }
        assertThat(accept(0, null).replayed()).isFalse();
        assertThat(jobs(key)).hasSize(1);
        assertThat(bench.sent()).isEqualTo(1);
    }

    @Test
    @DisplayName("C57 the key with another request or another image is refused; after 24 hours it stands for anything")
    void reused() throws Exception {
        JobId first = accept(0, null).accepted().job();
        refused(ErrorCode.IDEMPOTENCY_KEY_REUSE, () -> accept(1, null));
        refused(ErrorCode.IDEMPOTENCY_KEY_REUSE, () -> bench.accept(key, "another", bench.inline(images[0]), null));
        bench.pass(Duration.ofHours(24));
        assertThat(accept(1, null).accepted().job()).isNotEqualTo(first);
        assertThat(jobs(key)).hasSize(2);
    }

    @Test
    @DisplayName(
            "C57 another image than the one that a killed request has stored is refused, and the job can be made yet")
    void otherImageAfterDeath() throws Exception {
        assertThatThrownBy(() -> accept(0, Gap.ORIGINAL_STORED)).isInstanceOf(Killed.class);
        bench.pass(LEASE_OVER);
        refused(ErrorCode.IDEMPOTENCY_KEY_REUSE, () -> accept(1, null));
        assertThat(accept(0, null).replayed()).isFalse();
        assertThat(jobs(key)).hasSize(1);
    }

    @Test
    @DisplayName("I3 what was refused leaves no job and no claim: the key stands for what comes next")
    void refusedFirst() throws Exception {
        byte[] noImage = "no image".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> bench.accept(key, key, bench.inline(noImage), null))
                .isNotInstanceOf(Killed.class);
        assertThat(jobs(key)).isEmpty();
        assertThat(bench.accept(key, "another", bench.inline(images[0]), null).replayed())
                .isFalse();
    }

    @Test
    @DisplayName("an object of the bucket that changes between two requests of one key is never mixed up: the second is"
            + " refused, and the first's version makes the job")
    void objectChanges() throws Exception {
        String object = "shop/" + key + ".jpg";
        store.store().put(object, images[0], "image/jpeg");
        assertThatThrownBy(() -> bench.accept(key, key, bench.stored(object), Gap.CLAIMED))
                .isInstanceOf(Killed.class);
        bench.pass(LEASE_OVER);
        store.store().put(object, images[1], "image/jpeg");
        refused(ErrorCode.SOURCE_CHANGED, () -> bench.accept(key, key, bench.stored(object), null));
        store.store().put(object, images[0], "image/jpeg");
        JobId job =
                bench.accept(key, key, bench.stored(object), null).accepted().job();
        assertThat(store.store().get(Keys.original(IntakeBench.TENANT, job))).contains(images[0]);
        assertThat(jobs(key)).hasSize(1);
    }

    @Test
    @DisplayName("R2's rules hold for claims too")
    void onR2() throws Exception {
        try (TestStore strict = TestStore.start(
                Files.createDirectory(folder.resolve("strict")), new R2Strict(InstantSource.system()))) {
            IntakeBench onR2 = new IntakeBench(strict.store(), folder);
            assertThatThrownBy(() -> onR2.accept(key, key, onR2.inline(images[0]), Gap.ORIGINAL_STORED))
                    .isInstanceOf(Killed.class);
            onR2.pass(LEASE_OVER);
            Acceptance made = onR2.accept(key, key, onR2.inline(images[0]), null);
            assertThat(onR2.accept(key, key, onR2.inline(images[0]), null).accepted())
                    .isEqualTo(made.accepted());
        }
    }

    /// `-Dminilab.seed=…` replays one.
    static LongStream seeds() {
        Long given = Long.getLong("minilab.seed");
        return given == null ? LongStream.of(1, 2, 3, System.nanoTime()) : LongStream.of(given);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @DisplayName("C57, C58 any sequence of requests, deaths, failures, pairs and hours ends as a simple model says")
    void anySequence(long seed) throws Exception {
        Random random = new Random(seed);
        List<Duration> times =
                List.of(Duration.ofSeconds(5), LEASE_OVER, LEASE_OVER, Duration.ofHours(1), Duration.ofHours(24));
        List<IntakeModel> keys = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            keys.add(new IntakeModel("model-" + seed + "-" + i));
        }
        for (int step = 0; step < STEPS; step++) {
            if (random.nextInt(4) == 0) {
                bench.pass(times.get(random.nextInt(times.size())));
            }
            step(random, keys.get(random.nextInt(keys.size())), "step " + step);
        }
        for (IntakeModel model : keys) {
            assertThat(jobs(model.key() + "-0").size()
                            + jobs(model.key() + "-1").size())
                    .as(model.key())
                    .isEqualTo(model.made());
        }
    }

    private void step(Random random, IntakeModel model, String step) throws Exception {
        int request = random.nextInt(4) == 0 ? 1 : 0;
        int image = random.nextInt(4) == 0 ? 1 : 0;
        Gap death = random.nextInt(3) == 0 ? GAPS.get(random.nextInt(GAPS.size())) : null;
        Fault fault = death == null && random.nextInt(4) == 0 ? FAULTS.get(random.nextInt(FAULTS.size())) : null;
        boolean pair = death == null && fault == null && random.nextInt(3) == 0;
        IntakeModel.Expected expected = model.request(bench.now(), request, image, death, fault);
        List<Object> outcomes = pair
                ? pair(() -> outcome(model, request, image, null, null))
                : List.of(outcome(model, request, image, death, fault));
        List<Object> others = new ArrayList<>();
        for (Object outcome : outcomes) {
            if (outcome instanceof JobId job) {
                model.sees(job, step);
            } else {
                others.add(outcome);
            }
        }
        switch (expected) {
            case JOB ->
                assertThat(others)
                        .as(step)
                        .hasSizeLessThan(outcomes.size())
                        .allMatch(ErrorCode.IDEMPOTENCY_IN_PROGRESS::equals);
            case KILLED -> assertThat(others).as(step).containsExactly(Killed.class);
            case BROKEN -> assertThat(others).as(step).containsExactly(ErrorCode.BAD_REQUEST);
            case FAILED -> assertThat(others).as(step).containsExactly(IllegalStateException.class);
            case REUSE ->
                assertThat(others)
                        .as(step)
                        .contains(ErrorCode.IDEMPOTENCY_KEY_REUSE)
                        .hasSameSizeAs(outcomes);
            case IN_PROGRESS ->
                assertThat(others).as(step).hasSameSizeAs(outcomes).containsOnly(ErrorCode.IDEMPOTENCY_IN_PROGRESS);
        }
    }

    private Object outcome(IntakeModel model, int request, int image, @Nullable Gap death, @Nullable Fault fault)
            throws Exception {
        String asked = model.key() + "-" + request;
        try {
            Acceptance acceptance = fault == Fault.STORE_FAILS
                    ? bench.acceptFailing(model.key(), asked, bench.inline(images[image]))
                    : bench.accept(
                            model.key(),
                            asked,
                            fault == null ? bench.inline(images[image]) : bench.broken(images[image]),
                            death);
            return acceptance.accepted().job();
        } catch (ProblemException e) {
            return e.code();
        } catch (IllegalStateException _) {
            return IllegalStateException.class;
        } catch (Killed _) {
            return Killed.class;
        }
    }

    private static List<Object> pair(Callable<Object> request) throws InterruptedException, ExecutionException {
        List<Object> outcomes = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Object> answer : threads.invokeAll(List.of(request, request))) {
                outcomes.add(answer.get());
            }
        }
        return outcomes;
    }
}
