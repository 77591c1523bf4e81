package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Accepted;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobId;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobList;
import dev.minilab.record.JobRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The list of jobs, on an hour of more jobs than a listing's page holds")
class JobListTest {

    private static final Tenant TENANT = new Tenant("acme");
    private static final Instant HOUR = Instant.parse("2026-11-24T10:00:00Z");
    private static final int JOBS = 1_150;

    @TempDir
    static Path folder;

    private static TestStore store;
    private static JobRecords records;
    private static final List<JobId> NEWEST_FIRST = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        store = TestStore.start(folder);
        records = new JobRecords(store.store());
        try (var writers = Executors.newFixedThreadPool(16)) {
            for (int i = 0; i < JOBS; i++) {
                Instant created =
                        HOUR.plus(Duration.ofSeconds(3).multipliedBy(i)).plusMillis(i % 7);
                JobId job = JobId.create(created);
                NEWEST_FIRST.addFirst(job);
                boolean oldest = i == 0;
                writers.execute(() -> records.accept(accepted(job, created, oldest)));
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        store.close();
    }

    private static Accepted accepted(JobId job, Instant created, boolean oldest) {
        return new Accepted(
                Accepted.SCHEMA,
                job,
                TENANT,
                created,
                new Source(ImageFormat.JPEG, 4, 2, 10, "0".repeat(64), 1, 1),
                Map.of("small", OutputSpec.inside(100)),
                null,
                null,
                null,
                oldest ? "oldest" : null,
                Map.of(),
                null,
                Lane.INTERACTIVE,
                null,
                null);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30, 57, 58, 600})
    @DisplayName("shows every job once, the newest first, over all pages, whatever the time of whoever lists")
    void pages(int minutes) {
        List<JobId> shown = new ArrayList<>();
        InstantSource clock = InstantSource.fixed(HOUR.plus(Duration.ofMinutes(minutes)));
        try (JobList list = new JobList(store.store(), records, clock)) {
            JobId before = null;
            do {
                JobList.Page page = list.page(TENANT, _ -> true, 100, before);
                page.jobs().forEach(job -> shown.add(job.accepted().job()));
                before = page.next();
            } while (before != null);
        }
        List<JobId> sorted = new ArrayList<>(NEWEST_FIRST);
        sorted.sort(Collections.reverseOrder());
        assertThat(shown).isEqualTo(sorted).hasSize(JOBS);
    }

    @Test
    @DisplayName("answers after a bounded number of reads where a filter lets nothing through, and finds it in the end")
    void bounded() {
        try (JobList list = new JobList(store.store(), records, InstantSource.system())) {
            JobList.Page first = list.page(TENANT, JobList.filter(null, "oldest"), 20, null);
            assertThat(first.jobs()).isEmpty();
            assertThat(NEWEST_FIRST.indexOf(first.next()))
                    .as("jobs that were read: a thousand, and what was asked for together with the last")
                    .isBetween(999, 1_018);
            JobList.Page second = list.page(TENANT, JobList.filter(null, "oldest"), 20, first.next());
            assertThat(second.jobs()).hasSize(1);
            assertThat(second.next()).isNull();
        }
    }
}
