package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.job.Accepted;
import dev.minilab.job.JobId;
import dev.minilab.job.Lane;
import dev.minilab.job.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("I22 The backlog")
class BacklogTest {

    private static final Instant START = Instant.parse("2026-11-23T22:00:00Z");
    private static final Duration MAX_AGE = Duration.ofSeconds(100);

    private final Set<JobId> ended = new HashSet<>();
    private final List<JobId> lookedAt = new ArrayList<>();
    private Instant now = START;
    private final Backlog backlog = backlog(MAX_AGE);

    private Backlog backlog(Duration maxAge) {
        return new Backlog(
                (_, job) -> {
                    lookedAt.add(job);
                    return ended.contains(job);
                },
                maxAge,
                () -> now);
    }

    private Accepted accept(Lane lane) {
        Accepted job = Jobs.accepted(Tenant.DEFAULT, now, lane, 1);
        backlog.accepted(job);
        return job;
    }

    private ProblemException refused() {
        return catchThrowableOfType(ProblemException.class, backlog::check);
    }

    @ParameterizedTest
    @CsvSource({"101,5", "104,5", "130,30", "400,300", "5000,600"})
    @DisplayName("refuses once the oldest job has waited too long, and tells to come back when it has caught up")
    void refuses(int waited, int retryAfter) {
        accept(Lane.INTERACTIVE);
        now = START.plusSeconds(waited);
        backlog.look();

        ProblemException problem = refused();
        assertThat(problem.code().status()).isEqualTo(503);
        assertThat(problem.retryAfter()).hasValue(Duration.ofSeconds(retryAfter));
    }

    @Test
    @DisplayName("accepts up to the limit, and again once the jobs have ended")
    void recovers() {
        Accepted first = accept(Lane.INTERACTIVE);
        now = START.plusSeconds(50);
        Accepted second = accept(Lane.INTERACTIVE);
        now = START.plus(MAX_AGE);
        backlog.look();
        assertThatCode(backlog::check).doesNotThrowAnyException();

        now = now.plusSeconds(1);
        backlog.look();
        assertThat(refused()).isNotNull();

        ended.add(first.job());
        backlog.look();
        assertThatCode(backlog::check).as("the second has waited for 51 s").doesNotThrowAnyException();

        now = now.plusSeconds(50);
        backlog.look();
        assertThat(refused()).isNotNull();
        ended.add(second.job());
        backlog.look();
        assertThatCode(backlog::check).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("does not count bulk jobs, which are there to wait")
    void bulk() {
        accept(Lane.BULK);
        now = START.plusSeconds(1000);
        backlog.look();

        assertThatCode(backlog::check).doesNotThrowAnyException();
        assertThat(lookedAt).isEmpty();
    }

    @Test
    @DisplayName("looks at a sample: a hundred jobs in the longest wait, and two a look")
    void sample() {
        for (int i = 0; i < 10_000; i++) {
            ended.add(accept(Lane.INTERACTIVE).job());
            now = now.plusMillis(10);
        }
        backlog.look();
        assertThat(lookedAt).hasSizeBetween(90, 101);

        Accepted open = accept(Lane.INTERACTIVE);
        lookedAt.clear();
        backlog.look();
        backlog.look();
        assertThat(lookedAt).containsExactly(open.job(), open.job());
    }

    @Test
    @DisplayName("has no limit unless one is set")
    void off() {
        Backlog unlimited = backlog(Duration.ZERO);
        unlimited.accepted(Jobs.accepted(Tenant.DEFAULT, now, Lane.INTERACTIVE, 1));
        now = START.plus(Duration.ofDays(9));
        unlimited.look();

        assertThatCode(unlimited::check).doesNotThrowAnyException();
        assertThat(lookedAt).isEmpty();
    }
}
