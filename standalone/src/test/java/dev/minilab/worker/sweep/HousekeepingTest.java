package dev.minilab.worker.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Accepted;
import dev.minilab.job.DeadLetter;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.job.UploadId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The sweeper keeps the bucket clean")
class HousekeepingTest extends OnSweptBucket {

    private static final Tenant TENANT = new Tenant("a");

    private static void put(String key) {
        bucket.store.put(key, new byte[] {1}, "x/x");
    }

    @Test
    @DisplayName("F1, F2 an original that never became a job goes once its hour has settled, and not before")
    void originals() throws Exception {
        Accepted job = bucket.accept("a", Duration.ofHours(4));
        bucket.end(job);
        String orphan = Keys.original(TENANT, JobId.create(job.job().createdAt()));
        put(orphan);
        String alone = Keys.original(new Tenant("b"), JobId.create(bucket.now.minus(Duration.ofHours(9))));
        put(alone);
        String young = Keys.original(TENANT, JobId.create(bucket.now.minus(Duration.ofMinutes(100))));
        put(young);
        bucket.sweeper().sweep();
        assertThat(bucket.keys())
                .doesNotContain(orphan, alone)
                .contains(
                        young,
                        Keys.original(TENANT, job.job()),
                        Keys.output(TENANT, job.job(), "small", ImageFormat.JPEG));
        bucket.now = bucket.now.plus(Duration.ofHours(3));
        bucket.sweeper().sweep();
        assertThat(bucket.keys()).doesNotContain(young).hasSize(4);
    }

    @Test
    @DisplayName("F35 what a store leaves behind when it is killed goes, whatever it was writing; other keys stay")
    void temporaries() throws Exception {
        Accepted job = bucket.accept("a", Duration.ofHours(4));
        bucket.end(job);
        List<String> before = bucket.keys();
        List<String> left = List.of(
                Keys.original(TENANT, job.job()) + "-" + UUID.randomUUID(),
                Keys.accepted(TENANT, job.job()) + "-" + UUID.randomUUID(),
                Keys.result(TENANT, job.job()) + "-" + UUID.randomUUID(),
                Keys.output(TENANT, job.job(), "small", ImageFormat.JPEG) + "-" + UUID.randomUUID());
        left.forEach(HousekeepingTest::put);
        List<String> foreign = List.of(
                Keys.originals(TENANT, job.job().hour()) + "readme.txt", "watermarks/a/logo-" + UUID.randomUUID());
        foreign.forEach(HousekeepingTest::put);
        bucket.sweeper().sweep();
        assertThat(bucket.keys()).containsAll(before).containsAll(foreign).doesNotContainAnyElementsOf(left);
    }

    @Test
    @DisplayName("outputs of no job go")
    void outputsOfNobody() throws Exception {
        bucket.end(bucket.accept("a", Duration.ofHours(4)));
        String stray = Keys.output(TENANT, JobId.create(bucket.now.minus(Duration.ofHours(4))), "x", ImageFormat.WEBP);
        put(stray);
        bucket.sweeper().sweep();
        assertThat(bucket.keys()).doesNotContain(stray);
    }

    @Test
    @DisplayName("direct uploads go after a day, claims after two, dead letters after two weeks, each in its time")
    void leftovers() throws Exception {
        Instant real = Instant.now();
        String upload = Keys.upload(TENANT, UploadId.create(real));
        String torn = Keys.upload(TENANT, UploadId.create(real)) + "-" + UUID.randomUUID();
        List<String> claims = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            claims.add(Keys.claim(TENANT, Integer.toHexString(i) + "0".repeat(63)));
        }
        claims.forEach(HousekeepingTest::put);
        put(upload);
        put(torn);
        put("uploads/notes.txt");
        bucket.deadLetters.add(new DeadLetter(TENANT, JobId.create(real), ErrorCode.POISON, "x", real));
        Leftovers leftovers = new Leftovers(bucket.store);
        sweepHours(leftovers, real, 23);
        assertThat(bucket.keys()).hasSize(16 + 2 + 1 + 1);
        sweepHours(leftovers, real.plus(Duration.ofHours(24)), 20);
        assertThat(bucket.keys()).hasSize(16 + 1 + 1).doesNotContain(upload, torn);
        sweepHours(leftovers, real.plus(Duration.ofHours(49)), 17);
        assertThat(bucket.keys()).doesNotContainAnyElementsOf(claims).hasSize(2);
        sweepHours(leftovers, real.plus(Duration.ofDays(14)), 2);
        assertThat(bucket.keys()).containsExactly("uploads/notes.txt");
    }

    /// A sweep with each half hour.
    private static void sweepHours(Leftovers leftovers, Instant from, int hours) throws InterruptedException {
        for (int i = 0; i < 2 * hours; i++) {
            Instant since = from.plus(Duration.ofMinutes(30L * i));
            leftovers.run(since, since.plus(Duration.ofMinutes(30)));
        }
    }

    @Test
    @DisplayName("retention removes everything of jobs that have ended and are old enough, and nothing else")
    void retention() throws Exception {
        Accepted old = bucket.accept("a", Duration.ofDays(31));
        bucket.end(old);
        bucket.begun(old, 3);
        put(Keys.delivery(TENANT, old.job(), 1));
        put(Keys.started(TENANT, old.job()));
        bucket.end(bucket.accept("b", Duration.ofDays(40)));
        List<String> going = bucket.keys();
        Accepted unfinished = bucket.accept("a", Duration.ofDays(31));
        Accepted young = bucket.accept("a", Duration.ofDays(29));
        bucket.end(young);
        Retention retention = new Retention(bucket.store, Duration.ofDays(30));
        retention.run(bucket.now.minus(Duration.ofHours(1)), bucket.now);
        assertThat(bucket.keys())
                .doesNotContainAnyElementsOf(going)
                .contains(
                        Keys.accepted(TENANT, unfinished.job()),
                        Keys.original(TENANT, unfinished.job()),
                        Keys.result(TENANT, young.job()),
                        Keys.output(TENANT, young.job(), "small", ImageFormat.JPEG));
    }

    @Test
    @DisplayName("retention finishes what a sweep before it has only begun")
    void retentionBrokenOff() throws Exception {
        Accepted old = bucket.accept("a", Duration.ofDays(2));
        bucket.end(old);
        bucket.store.delete(Keys.accepted(TENANT, old.job()));
        new Retention(bucket.store, Duration.ofDays(1)).run(bucket.now.minus(Duration.ofHours(1)), bucket.now);
        assertThat(bucket.keys()).isEmpty();
    }

    @Test
    @DisplayName("a short retention is kept to the second, and looked for no more often than it needs")
    void shortRetention() throws Exception {
        bucket.end(bucket.accept("a", Duration.ofSeconds(61)));
        Accepted young = bucket.accept("a", Duration.ofSeconds(50));
        bucket.end(young);
        Retention retention = new Retention(bucket.store, Duration.ofMinutes(1));
        retention.run(bucket.now, bucket.now);
        assertThat(bucket.keys()).hasSize(8);
        retention.run(bucket.now.minusSeconds(10), bucket.now);
        assertThat(bucket.keys()).hasSize(4).contains(Keys.result(TENANT, young.job()));
    }
}
