package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.api.Idempotency.Request;
import dev.minilab.api.Idempotency.Turn;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import dev.minilab.record.Claims;
import dev.minilab.record.JobRecords;
import dev.minilab.standalone.TestJobs;
import dev.minilab.standalone.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random histories of requests, of which some die at any point, against what a model of the keys allows.
/// `-Dminilab.seed=…` replays one.
@DisplayName("I3, I4 Idempotency keys, against a model")
@Timeout(120)
class IdempotencyModelTest {

    private static final int STEPS = 25;
    private static final List<Duration> PAUSES = List.of(
            Duration.ZERO,
            Duration.ofSeconds(5),
            Idempotency.LEASE.plusSeconds(1),
            Duration.ofHours(2),
            Duration.ofHours(25));

    @TempDir
    static Path folder;

    private static TestStore embedded;
    private static JobRecords records;
    private static Claims claims;

    /// A key that stands for a job.
    private record Made(String asked, JobId job, Instant claimedAt) {}

    private Instant now = Instant.parse("2026-11-24T00:10:00Z");
    /// By key: the job that it made last, and what was asked for by claims that made none.
    private final Map<String, Made> made = new HashMap<>();

    @BeforeAll
    static void start() throws Exception {
        embedded = TestStore.start(folder);
        records = new JobRecords(embedded.store());
        claims = new Claims(embedded.store());
    }

    @AfterAll
    static void stop() throws Exception {
        embedded.close();
    }

    static LongStream seeds() {
        Long given = Long.getLong("minilab.seed");
        return given == null ? LongStream.rangeClosed(1, 12) : LongStream.of(given);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @DisplayName(
            "one key makes one job within a day, whatever dies; another request is refused; and it makes one in the"
                    + " end")
    void history(long seed) throws Exception {
        Random random = new Random(seed);
        Tenant tenant = new Tenant("t" + seed);
        Idempotency idempotency = new Idempotency(claims, records, () -> now);
        for (int step = 0; step < STEPS; step++) {
            now = now.plus(PAUSES.get(random.nextInt(3) == 0 ? 2 + random.nextInt(3) : random.nextInt(2)));
            String key = "key " + random.nextInt(3);
            String asked = "request " + (random.nextInt(4) == 0 ? 2 : 1);
            request(idempotency, tenant, key, asked, random.nextInt(4));
        }
        for (int i = 0; i < 3; i++) {
            assertMakesOneInTheEnd(idempotency, tenant, "key " + i);
        }
    }

    /// @param fate where the request dies: 0 after its claim, 1 it gives up with nothing written, 2 with something
    /// written; 3 it lives
    private @Nullable ErrorCode request(Idempotency idempotency, Tenant tenant, String key, String asked, int fate)
            throws ProblemException {
        Optional<Made> live = Optional.ofNullable(made.get(key))
                .filter(job -> now.isBefore(job.claimedAt().plus(Duration.ofHours(24))));
        try {
            Request request = Idempotency.request(tenant, key, asked);
            Optional<Accepted> found = idempotency.find(request);
            if (found.isPresent()) {
                assertThat(live.map(Made::job))
                        .as("a key that stands for nothing was replayed")
                        .contains(found.get().job());
                assertThat(live.map(Made::asked)).contains(asked);
                return null;
            }
            assertThat(live).as("a key was forgotten").isEmpty();
            Turn turn = idempotency.claim(request);
            switch (fate) {
                case 1 -> idempotency.giveUp(turn, true);
                case 2 -> idempotency.giveUp(turn, false);
                case 3 -> {
                    Accepted accepted = TestJobs.accepted(tenant, turn.job(), now, null);
                    assertThat(records.accept(accepted)).as("accepted once").isEqualTo(accepted);
                    made.put(key, new Made(asked, turn.job(), turn.claim().createdAt()));
                }
                default -> {} // Killed.
            }
            return null;
        } catch (ProblemException e) {
            if (live.isPresent()) {
                assertThat(e.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSE);
                assertThat(asked).isNotEqualTo(live.get().asked());
            } else {
                assertThat(e.code()).isIn(ErrorCode.IDEMPOTENCY_KEY_REUSE, ErrorCode.IDEMPOTENCY_IN_PROGRESS);
            }
            return e.code();
        }
    }

    /// A day after the last claim at the latest.
    private void assertMakesOneInTheEnd(Idempotency idempotency, Tenant tenant, String key) throws ProblemException {
        now = now.plus(Duration.ofHours(25));
        assertThat(request(idempotency, tenant, key, "request 1", 3)).isNull();
        JobId job = made.getOrDefault(key, new Made("", JobId.create(now), now)).job();
        assertThat(records.accepted(tenant, job)).isPresent();
        assertThat(request(idempotency, tenant, key, "request 1", 3)).isNull();
        assertThat(request(idempotency, tenant, key, "request 2", 3)).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSE);
    }
}
