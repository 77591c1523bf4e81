package dev.minilab.worker.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Accepted;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.Result;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import dev.minilab.record.WebhookQueue;
import dev.minilab.standalone.TestQueue;
import dev.minilab.standalone.TestStore;
import dev.minilab.worker.webhook.LostAnnouncements;
import dev.minilab.worker.webhook.PendingWebhooks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The sweeper sends again what the queue has lost")
class SweeperTest {

    private static final Duration OVERDUE = Duration.ofSeconds(90);
    private static final Instant START = Instant.parse("2026-11-24T10:30:00Z");

    @TempDir
    Path folder;

    private TestStore embedded;
    private JobRecords records;
    private final TestQueue jobs = new TestQueue();
    private final TestQueue webhooks = new TestQueue();
    private Instant now = START;

    @BeforeEach
    void start() throws Exception {
        embedded = TestStore.start(folder);
        records = new JobRecords(embedded.store());
    }

    @AfterEach
    void stop() throws Exception {
        embedded.close();
    }

    private Sweeper sweeper() {
        var queue = new WebhookQueue(webhooks);
        return new Sweeper(
                embedded.store(),
                new JobQueue(jobs),
                new PendingWebhooks(embedded.store(), records, queue, OVERDUE, () -> now),
                new LostAnnouncements(records, queue, OVERDUE, () -> now),
                Duration.ofSeconds(30),
                OVERDUE,
                () -> now);
    }

    private Accepted accept(String tenant, Duration age) {
        Instant created = now.minus(age);
        Accepted accepted = new Accepted(
                Accepted.SCHEMA,
                JobId.create(created),
                new Tenant(tenant),
                created,
                new Source(ImageFormat.JPEG, 4, 2, 10, "0".repeat(64), 1, 1),
                Map.of("small", OutputSpec.inside(100)),
                null,
                null,
                null,
                null,
                Map.of(),
                null,
                Lane.INTERACTIVE,
                null,
                null);
        records.accept(accepted);
        return accepted;
    }

    private void end(Accepted accepted) {
        records.finish(accepted, new Result(1, accepted.job(), JobStatus.SUCCEEDED, now, now, 1, Map.of(), null, null));
    }

    @Test
    @DisplayName(
            "F3, F23 a job that is overdue without a result is sent, whoever's it is; one with a result is not, nor a"
                    + " young one")
    void sendsOverdue() throws Exception {
        Accepted lost = accept("a", Duration.ofSeconds(100));
        Accepted other = accept("b", Duration.ofHours(30));
        accept("a", Duration.ofSeconds(80));
        end(accept("a", Duration.ofHours(5)));
        assertThat(sweeper().sweep()).isEqualTo(2);
        assertThat(jobs.sent())
                .anyMatch(body -> body.contains(lost.job().value()))
                .anyMatch(body -> body.contains(other.job().value()) && body.contains("\"b\""));
    }

    @Test
    @DisplayName("is patient: the same job again only at twice its age, so that a long queue does not grow by sweeping")
    void backsOff() throws Exception {
        accept("a", Duration.ofSeconds(100));
        Sweeper sweeper = sweeper();
        int[] sent = new int[20];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = sweeper.sweep();
            now = now.plusSeconds(30);
        }
        // Ages 100, 130, 160, 190 (past 180), …, 370 (past 360), …: the marks at 90, 180 and 360 s.
        assertThat(sent).containsExactly(1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    @DisplayName("F31 two sweepers at once: each sends once, which is harmless")
    void twoSweepers() throws Exception {
        accept("a", Duration.ofSeconds(100));
        assertThat(sweeper().sweep() + sweeper().sweep()).isEqualTo(2);
        assertThat(jobs.sent()).hasSize(2).containsOnly(jobs.sent().getFirst());
    }

    @Test
    @DisplayName("F35 keys outside our grammar are ignored, such as what a killed store leaves behind")
    void foreignKeys() throws Exception {
        Accepted real = accept("a", Duration.ofSeconds(100));
        end(real);
        embedded.store().put(Keys.accepted(real.tenant(), real.job()) + "-" + UUID.randomUUID(), new byte[1], "x/x");
        embedded.store().put("jobs/UPPER/20261124T10/x/accepted.json", new byte[1], "x/x");
        embedded.store().put("jobs/a/not-an-hour/x/accepted.json", new byte[1], "x/x");
        assertThat(sweeper().sweep()).isZero();
    }

    @Test
    @DisplayName("a job that nobody finished for two weeks is given up")
    void window() throws Exception {
        accept("a", Duration.ofDays(15));
        assertThat(sweeper().sweep()).isZero();
    }
}
