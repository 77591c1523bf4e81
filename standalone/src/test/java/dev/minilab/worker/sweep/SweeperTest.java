package dev.minilab.worker.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.minilab.job.Accepted;
import dev.minilab.job.DeadLetter;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobError;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.Lane;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The sweeper")
class SweeperTest extends OnSweptBucket {

    @Test
    @DisplayName("F3, F23 sends what is overdue without a result, whoever's it is; not what has one, nor what is young")
    void sendsOverdue() throws Exception {
        Accepted lost = bucket.accept("a", Duration.ofSeconds(130));
        Accepted other = bucket.accept("b", Duration.ofHours(30));
        bucket.accept("a", Duration.ofSeconds(80));
        bucket.end(bucket.accept("a", Duration.ofHours(5)));
        bucket.end(bucket.accept("a", Duration.ofSeconds(140)));
        bucket.sweeper().sweep();
        assertThat(bucket.jobs.sent())
                .hasSize(2)
                .allMatch(body -> body.contains("\"again\":true"))
                .anyMatch(body -> body.contains(lost.job().value()))
                .anyMatch(body -> body.contains(other.job().value()) && body.contains("\"b\""));
    }

    @Test
    @DisplayName("sends a job to the queue of its lane")
    void lanes() throws Exception {
        bucket.accept("a", Duration.ofHours(4), Lane.BULK, null);
        bucket.sweeper().sweep();
        assertThat(bucket.bulk.sent()).hasSize(1);
        assertThat(bucket.jobs.sent()).isEmpty();
    }

    @Test
    @DisplayName("comes by the same job at doubled ages only, for weeks, whichever worker it is that sweeps")
    void backsOff() throws Exception {
        bucket.sweeper().sweep();
        Accepted accepted = bucket.accept("a", Duration.ZERO);
        Instant accepting = accepted.job().createdAt();
        List<Duration> ages = new ArrayList<>();
        for (int i = 0; i < 480; i++) { // Four hours.
            bucket.now = bucket.now.plus(SweptBucket.PERIOD);
            bucket.sweeper().sweep();
            if (!bucket.jobs.sent().isEmpty()) {
                ages.add(Duration.between(accepting, bucket.now));
                bucket.jobs.sent().clear();
            }
        }
        List<Long> marks = List.of(90L, 180L, 360L, 720L, 1440L, 2880L, 5760L);
        assertThat(ages).hasSize(marks.size() + 1);
        for (int i = 0; i < marks.size(); i++) {
            assertThat(ages.get(i).toSeconds()).isBetween(marks.get(i), marks.get(i) + 33 + 30);
        }
        assertThat(ages.getLast())
                .isBetween(Duration.ofHours(2), Duration.ofHours(3).plusMinutes(1));
    }

    @Test
    @DisplayName("of a worker that starts goes on where the others are, and sends no backlog again")
    void newWorker() throws Exception {
        for (int i = 0; i < 20; i++) {
            bucket.accept("a", Duration.ofSeconds(130));
            bucket.accept("a", Duration.ofHours(9));
        }
        bucket.sweeper().sweep();
        assertThat(bucket.jobs.sent()).hasSize(40);
        bucket.now = bucket.now.plusSeconds(31);
        assertThat(bucket.sweeper().sweep()).isTrue();
        assertThat(bucket.jobs.sent()).hasSize(40);
    }

    @Test
    @DisplayName("F31 does nothing where another has just swept, and no harm where two do at once")
    void twoSweepers() throws Exception {
        bucket.accept("a", Duration.ofSeconds(130));
        assertThat(bucket.sweeper().sweep()).isTrue();
        assertThat(bucket.sweeper().sweep()).isFalse();
        bucket.store.delete(Keys.checkpoint()); // The other has not seen it yet.
        assertThat(bucket.sweeper().sweep()).isTrue();
        assertThat(bucket.jobs.sent())
                .hasSize(2)
                .containsOnly(bucket.jobs.sent().getFirst());
    }

    @Test
    @DisplayName("forgets an hour once all in it have ended, and keeps coming by one with a job that has not")
    void openHours() throws Exception {
        Accepted open = bucket.accept("a", Duration.ofHours(4));
        bucket.end(bucket.accept("a", Duration.ofHours(6)));
        bucket.sweeper().sweep();
        assertThat(Checkpoint.read(bucket.store).orElseThrow().openHours())
                .containsOnlyKeys("a")
                .containsValue(List.of(open.job().hour()));
        bucket.end(open);
        bucket.now = bucket.now.plus(Duration.ofHours(3));
        bucket.sweeper().sweep();
        assertThat(Checkpoint.read(bucket.store).orElseThrow().openHours()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"swept_to\":\"2020-01-01T00:00:00Z\",\"open_hours\":{}}"})
    @DisplayName("F33 looks at more than it has to where its checkpoint is damaged or old, and misses nothing")
    void badCheckpoint(String checkpoint) throws Exception {
        bucket.store.put(Keys.checkpoint(), checkpoint.getBytes(StandardCharsets.UTF_8), "application/json");
        bucket.accept("a", Duration.ofSeconds(130));
        bucket.accept("a", Duration.ofHours(9));
        bucket.accept("a", Duration.ofDays(9));
        bucket.sweeper().sweep();
        assertThat(bucket.jobs.sent()).hasSize(3);
    }

    @Test
    @DisplayName("I24, F28 comes by everything although another worker's clock is a quarter of an hour ahead")
    void skewedClock() throws Exception {
        Instant right = bucket.now;
        bucket.sweeper().sweep();
        List<Accepted> accepted = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            bucket.now = right.plus(SweptBucket.PERIOD.multipliedBy(i));
            accepted.add(bucket.accept("a", Duration.ZERO));
            bucket.now = bucket.now.plus(i % 2 == 0 ? Duration.ofMinutes(15) : Duration.ZERO);
            bucket.sweeper().sweep();
        }
        assertThat(accepted.subList(0, 32))
                .allSatisfy(job -> assertThat(bucket.jobs.sent())
                        .anyMatch(body -> body.contains(job.job().value())));
    }

    @ParameterizedTest
    @ValueSource(longs = {-3600, 3600})
    @DisplayName("F28 goes on after a jump of the clock by an hour, and loses nothing")
    void clockJumps(long seconds) throws Exception {
        bucket.sweeper().sweep();
        Accepted before = bucket.accept("a", Duration.ofSeconds(10));
        bucket.now = bucket.now.plusSeconds(seconds);
        Accepted after = bucket.accept("a", Duration.ZERO);
        for (int i = 0; i < 130; i++) {
            bucket.sweeper().sweep();
            bucket.now = bucket.now.plus(SweptBucket.PERIOD);
        }
        for (Accepted job : List.of(before, after)) {
            assertThat(bucket.jobs.sent())
                    .anyMatch(body -> body.contains(job.job().value()));
        }
    }

    @Test
    @DisplayName("F35 passes over keys outside our grammar, such as what a killed store leaves behind")
    void foreignKeys() throws Exception {
        Accepted real = bucket.accept("a", Duration.ofSeconds(130));
        bucket.end(real);
        bucket.store.put(Keys.accepted(real.tenant(), real.job()) + "-" + UUID.randomUUID(), new byte[1], "x/x");
        bucket.store.put("jobs/UPPER/20261124T10/x/accepted.json", new byte[1], "x/x");
        bucket.store.put("jobs/a/not-an-hour/x/accepted.json", new byte[1], "x/x");
        bucket.store.put("jobs/a/20269924T10/x/accepted.json", new byte[1], "x/x");
        bucket.sweeper().sweep();
        assertThat(bucket.jobs.sent()).isEmpty();
    }

    @Test
    @DisplayName("ends a job whose deadline has passed as expired, and announces that")
    void expires() throws Exception {
        Accepted late = bucket.accept("a", Duration.ofSeconds(130), Lane.INTERACTIVE, bucket.now.minusSeconds(1));
        Accepted inTime = bucket.accept("a", Duration.ofSeconds(130), Lane.INTERACTIVE, bucket.now.plusSeconds(1));
        bucket.sweeper().sweep();
        assertThat(bucket.result(late).status()).isEqualTo(JobStatus.EXPIRED);
        assertThat(bucket.webhooks.sent()).hasSize(1);
        assertThat(bucket.records.result(inTime.tenant(), inTime.job())).isEmpty();
    }

    @Test
    @DisplayName("I7 gives up a job over which workers have ended again and again")
    void poison() throws Exception {
        Accepted poison = bucket.accept("a", Duration.ofSeconds(130));
        bucket.begun(poison, SweptBucket.MAX_ATTEMPTS);
        Accepted unlucky = bucket.accept("a", Duration.ofSeconds(130));
        bucket.begun(unlucky, SweptBucket.MAX_ATTEMPTS - 1);
        bucket.sweeper().sweep();
        assertFailed(poison, ErrorCode.POISON);
        assertThat(bucket.result(poison).attempts()).isEqualTo(SweptBucket.MAX_ATTEMPTS);
        assertThat(bucket.deadLetters.all())
                .extracting(DeadLetter::job, DeadLetter::code)
                .containsExactly(tuple(poison.job(), ErrorCode.POISON));
        assertThat(bucket.records.result(unlucky.tenant(), unlucky.job())).isEmpty();
        assertThat(bucket.jobs.sent()).hasSize(1);
    }

    @Test
    @DisplayName("I1 gives up after two weeks what nobody has finished: every job ends")
    void window() throws Exception {
        Accepted accepted = bucket.accept("a", Duration.ofDays(15));
        bucket.sweeper().sweep();
        assertFailed(accepted, ErrorCode.INTERNAL);
        assertThat(bucket.jobs.sent()).isEmpty();
        assertThat(bucket.webhooks.sent()).hasSize(1);
    }

    @Test
    @DisplayName("F33 ends a job whose request cannot be read as failed, once")
    void unreadable() throws Exception {
        Accepted accepted = bucket.accept("a", Duration.ofSeconds(130));
        bucket.store.put(Keys.accepted(accepted.tenant(), accepted.job()), new byte[] {'{'}, "application/json");
        bucket.sweeper().sweep();
        assertFailed(accepted, ErrorCode.INTEGRITY);
        assertThat(bucket.jobs.sent()).isEmpty();
        assertThat(bucket.deadLetters.all()).hasSize(1);
    }

    private static void assertFailed(Accepted accepted, ErrorCode code) {
        assertThat(bucket.result(accepted).status()).isEqualTo(JobStatus.FAILED);
        JobError error = bucket.result(accepted).error();
        assertThat(error).isNotNull().extracting(JobError::code).isEqualTo(code);
    }
}
