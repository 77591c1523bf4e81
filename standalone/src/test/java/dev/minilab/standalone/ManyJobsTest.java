package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Accepted;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.Result;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.record.JobList;
import dev.minilab.record.JobRecords;
import dev.minilab.strict.HttpRelay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The jobs are written as files, past the embedded store, which would take minutes.
@DisplayName("The list of jobs, in a bucket of 100,000")
@Tag("long")
@Tag("faults")
class ManyJobsTest {

    private static final int JOBS = 100_000;
    private static final Instant NEWEST = Instant.parse("2026-11-24T10:59:59Z");
    private static final int ROUNDS = 20;
    private static final int PAGE = 50;

    @TempDir
    static Path folder;

    @BeforeAll
    static void write() throws Exception {
        try (TestStore store = TestStore.start(folder)) {
            write(store, new Tenant("days"), Duration.ofDays(3).dividedBy(JOBS / 2));
            write(store, new Tenant("hour"), Duration.ofMinutes(50).dividedBy(JOBS / 2));
        }
    }

    private static void write(TestStore store, Tenant tenant, Duration between) throws IOException {
        JobRecords records = new JobRecords(store.store());
        Accepted newest = TestJobs.accepted(tenant, JobId.create(NEWEST), NEWEST, null);
        records.accept(newest);
        records.finish(newest, ended(newest));
        for (int i = 1; i < JOBS / 2; i++) {
            Instant at = NEWEST.minus(between.multipliedBy(i));
            Accepted accepted = TestJobs.accepted(tenant, JobId.create(at), at, null);
            Path file = folder.resolve("minilab").resolve(Keys.accepted(tenant, accepted.job()));
            Files.createDirectories(file.getParent());
            Files.write(file, Json.write(accepted));
            Files.write(file.resolveSibling("result.json"), Json.write(ended(accepted)));
        }
    }

    private static Result ended(Accepted job) {
        return new Result(
                1, job.job(), JobStatus.SUCCEEDED, job.acceptedAt(), job.acceptedAt(), 1, Map.of(), null, null);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"days,108", "hour,108"})
    @DisplayName("I22 the first page costs two reads a job and a handful of listings, in three days or in one hour")
    void firstPage(String name, int mostRequests) throws Exception {
        Tenant tenant = new Tenant(name);
        try (TestStore store = TestStore.start(folder)) {
            long[] millis = new long[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                millis[round] = page(store, tenant);
            }
            System.out.printf(
                    "first page of %d jobs of %d in %s: %d ms at first, then %s%n",
                    PAGE, JOBS, name, millis[0], Arrays.toString(millis));
        }
        AtomicInteger requests = new AtomicInteger();
        try (TestStore store = TestStore.start(folder, (request, upstream) -> {
            requests.incrementAndGet();
            long start = System.nanoTime();
            HttpRelay.Answer answer = upstream.send(request);
            if (request.target().contains("list-type")) {
                System.out.printf("listing: %d ms%n", Json.millis(System.nanoTime() - start));
            }
            return answer;
        })) {
            requests.set(0);
            page(store, tenant);
            System.out.printf("requests to the store: %d%n", requests.get());
            assertThat(requests.get()).isLessThanOrEqualTo(mostRequests);
        }
    }

    private static long page(TestStore store, Tenant tenant) {
        try (JobList list = new JobList(store.store(), new JobRecords(store.store()), InstantSource.system())) {
            long start = System.nanoTime();
            JobList.Page page = list.page(tenant, _ -> true, PAGE, null);
            long millis = Json.millis(System.nanoTime() - start);
            assertThat(page.jobs()).hasSize(PAGE);
            assertThat(page.jobs().getFirst().accepted().acceptedAt()).isEqualTo(NEWEST);
            return millis;
        }
    }
}
