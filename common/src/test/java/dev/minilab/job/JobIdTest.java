package dev.minilab.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Job ids")
class JobIdTest {
    private static final String GOOD = "job_01ARZ3NDEKTSV4RRFFQ69G5FAV";

    @Test
    @DisplayName("are job_ and a ULID")
    void grammar() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            JobId id = JobId.create(Instant.ofEpochMilli(random.nextLong(1L << 48)), random);
            assertThat(id.value()).matches("job_[0-7][0123456789ABCDEFGHJKMNPQRSTVWXYZ]{25}");
            assertThat(JobId.parse(id.value())).contains(id);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.001Z",
        "2016-07-30T23:54:10.259Z",
        "2026-11-23T22:59:59.999Z",
        "2262-04-12T00:00:00.5Z",
        "+10889-08-02T05:31:50.655Z",
    })
    @DisplayName("give back the time they were made at, to the millisecond")
    void time(Instant time) {
        assertThat(JobId.create(time).createdAt()).isEqualTo(time);
        assertThat(JobId.create(time.plusNanos(999_999)).createdAt()).isEqualTo(time);
    }

    @Test
    @DisplayName("spell the time as the ULID specification does")
    void vector() {
        // The example of github.com/ulid/javascript: ulid(1469918176385) begins with 01ARYZ6S41.
        assertThat(JobId.create(Instant.ofEpochMilli(1_469_918_176_385L)).value())
                .startsWith("job_01ARYZ6S41");
        assertThat(new JobId("job_7ZZZZZZZZZZZZZZZZZZZZZZZZZ").createdAt())
                .isEqualTo(Instant.ofEpochMilli((1L << 48) - 1));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-23T22:00:00Z,          20261123T22",
        "2026-11-23T22:59:59.999Z,      20261123T22",
        "2026-11-23T23:00:00Z,          20261123T23",
        "2026-12-31T23:59:59.999Z,      20261231T23",
        "2026-03-29T01:30:00Z,          20260329T01",
        "2026-03-29T03:30:00+02:00,     20260329T01",
        "2028-02-29T00:00:00Z,          20280229T00",
    })
    @DisplayName("name their hour in UTC")
    void hour(Instant time, String hour) {
        assertThat(JobId.create(time).hour()).isEqualTo(hour);
    }

    @Test
    @DisplayName("sort by time, as objects and as text")
    void order() {
        Instant start = Instant.parse("2026-11-23T22:00:00Z");
        List<JobId> ids = Stream.iterate(0L, n -> n < 1L << 40, n -> n * 3 + 1)
                .map(ms -> JobId.create(start.plusMillis(ms)))
                .toList();

        assertThat(ids).hasSizeGreaterThan(20).isSorted();
        assertThat(ids.stream().map(JobId::toString)).isSorted();
    }

    @Test
    @DisplayName("of one millisecond are all different")
    void unique() {
        Instant now = Instant.parse("2026-11-23T22:00:00Z");
        Set<JobId> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(JobId.create(now));
        }

        assertThat(ids).hasSize(10_000);
    }

    static Stream<String> junk() {
        return Stream.of(
                "",
                "job_",
                GOOD.substring(4),
                GOOD.substring(0, 29),
                GOOD + "A",
                GOOD + "\n",
                " " + GOOD,
                GOOD.toLowerCase(Locale.ROOT),
                "job_01arz3ndektsv4rrffq69g5fav",
                "JOB_01ARZ3NDEKTSV4RRFFQ69G5FAV",
                "upl_01ARZ3NDEKTSV4RRFFQ69G5FAV",
                "job_81ARZ3NDEKTSV4RRFFQ69G5FAV",
                "job_Z1ARZ3NDEKTSV4RRFFQ69G5FAV",
                "job_01ARZ3NDEKTSV4RRFFQ69G5FAI",
                "job_01ARZ3NDEKTSV4RRFFQ69G5FAL",
                "job_01ARZ3NDEKTSV4RRFFQ69G5FAO",
                "job_01ARZ3NDEKTSV4RRFFQ69G5FAU",
                "job_01ARZ3NDEKTSV4RRFFQ69G5FA\0",
                "job_01ARZ3NDEKTSV4RRFFQ69G5FA١",
                "job_01ARZ3NDEKTSV4RRFFQ69G5FA/",
                "job_../../../../../../../../..",
                "../",
                "..%2f..%2f",
                "\0",
                "\uD800",
                "J".repeat(10_240),
                GOOD + "A".repeat(10_240));
    }

    @ParameterizedTest
    @MethodSource("junk")
    @DisplayName("C6 are not made of anything else, and what was sent is not repeated")
    void junk(String text) {
        assertThat(JobId.parse(text)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new JobId(text)).withMessage("not a job id");
    }
}
