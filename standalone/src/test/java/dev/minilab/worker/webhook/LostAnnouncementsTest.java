package dev.minilab.worker.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobRecords;
import dev.minilab.record.WebhookQueue;
import dev.minilab.standalone.TestJobs;
import dev.minilab.standalone.TestQueue;
import dev.minilab.standalone.TestStore;
import dev.minilab.worker.sweep.JobFolder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("F23 Announcements that the queue has lost")
class LostAnnouncementsTest {

    private static final Duration OVERDUE = Duration.ofSeconds(90);
    private static final Accepted.Webhook WEBHOOK =
            new Accepted.Webhook(URI.create("https://example.com/"), Set.of(JobStatus.SUCCEEDED));

    @TempDir
    Path folder;

    private final TestQueue queue = new TestQueue();
    private TestStore embedded;
    private JobRecords records;
    private LostAnnouncements announcements;
    private Instant now = Instant.parse("2026-11-24T10:30:00Z");

    @BeforeEach
    void start() throws Exception {
        embedded = TestStore.start(folder);
        records = new JobRecords(embedded.store());
        announcements = new LostAnnouncements(records, new WebhookQueue(queue), OVERDUE, () -> now);
    }

    @AfterEach
    void stop() throws Exception {
        embedded.close();
    }

    private JobId ended(Accepted.@Nullable Webhook webhook, JobStatus status) {
        return TestJobs.ended(records, now, webhook, status).job();
    }

    private boolean visit(JobId job, String... deliveries) {
        Set<String> names = new HashSet<>(Set.of("accepted.json", "result.json"));
        names.addAll(List.of(deliveries));
        return announcements.visit(new JobFolder(Tenant.DEFAULT, job, names));
    }

    @Test
    @DisplayName("a job that ended without a delivery is announced whenever the sweep comes by, once that is overdue")
    void announces() {
        JobId job = ended(WEBHOOK, JobStatus.SUCCEEDED);
        assertThat(visit(job)).isTrue();
        assertThat(queue.sent()).isEmpty();
        now = now.plus(OVERDUE);
        assertThat(visit(job)).isTrue();
        assertThat(visit(job)).isTrue();
        assertThat(queue.sent()).hasSize(2).allMatch(message -> message.contains(job.value()));
        assertThat(visit(job, "deliveries/1.json")).as("delivered meanwhile").isFalse();
        assertThat(queue.sent()).hasSize(2);
    }

    @Test
    @DisplayName("a job that wants no webhook, or none of its end, is not announced and need not be looked at again")
    void wantsNone() {
        JobId none = ended(null, JobStatus.SUCCEEDED);
        JobId other = ended(WEBHOOK, JobStatus.FAILED);
        now = now.plus(OVERDUE);
        assertThat(visit(none)).isFalse();
        assertThat(visit(other)).isFalse();
        assertThat(queue.sent()).isEmpty();
    }

    @Test
    @DisplayName("a job whose first attempt was recorded meanwhile is not announced")
    void recorded() {
        JobId job = ended(WEBHOOK, JobStatus.SUCCEEDED);
        now = now.plus(OVERDUE);
        records.deliver(
                records.accepted(Tenant.DEFAULT, job).orElseThrow(),
                new Delivery(
                        "msg_1",
                        "job.succeeded",
                        1,
                        1,
                        "https://example.com/",
                        now,
                        5,
                        500,
                        null,
                        "",
                        Delivery.State.RETRYING,
                        now));
        assertThat(visit(job)).isFalse();
        assertThat(queue.sent()).isEmpty();
    }
}
