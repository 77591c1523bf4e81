package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
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

@DisplayName("C70 Quotas of a tenant")
class QuotasTest {

    private static final Tenant ACME = new Tenant("acme");
    private static final Tenant OTHER = new Tenant("other");
    private static final Instant EVENING = Instant.parse("2026-11-23T23:00:00Z");

    private final Set<JobId> ended = new HashSet<>();
    private int lookUps;
    private Instant now = EVENING;

    private Quotas quotas(int queuedJobs, long bytesADay) {
        return new Quotas(
                (_, job) -> {
                    lookUps++;
                    return ended.contains(job);
                },
                queuedJobs,
                bytesADay,
                () -> now);
    }

    private Accepted accept(Quotas quotas, Tenant tenant, long bytes) {
        Accepted job = Jobs.accepted(tenant, now, Lane.BULK, bytes);
        quotas.accepted(job);
        return job;
    }

    private static Duration refused(Quotas quotas, long bytes) {
        ProblemException problem = catchThrowableOfType(ProblemException.class, () -> quotas.check(ACME, bytes));
        assertThat(problem.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
        return problem.retryAfter().orElseThrow();
    }

    private static void assertAllowed(Quotas quotas, Tenant tenant, long bytes) {
        assertThatCode(() -> quotas.check(tenant, bytes)).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("bound its unfinished jobs, and nobody else's")
    void jobs() {
        Quotas quotas = quotas(2, 0);
        accept(quotas, ACME, 1);
        assertAllowed(quotas, ACME, 1);
        Accepted second = accept(quotas, ACME, 1);

        assertThat(refused(quotas, 1)).isEqualTo(Duration.ofSeconds(10));
        assertAllowed(quotas, OTHER, 1);

        ended.add(second.job());
        assertAllowed(quotas, ACME, 1);
        accept(quotas, ACME, 1);
        refused(quotas, 1);
    }

    @Test
    @DisplayName("look jobs up only when they seem used up, and ten at most each time")
    void lookUps() {
        Quotas quotas = quotas(100, 0);
        List<JobId> open = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            assertAllowed(quotas, ACME, 1);
            open.add(accept(quotas, ACME, 1).job());
        }
        assertThat(lookUps).isZero();
        refused(quotas, 1);
        assertThat(lookUps).isEqualTo(10);

        ended.add(open.get(95));
        for (int i = 0; i < 8; i++) {
            refused(quotas, 1);
        }
        assertAllowed(quotas, ACME, 1);
        assertThat(lookUps).as("it is found in turn").isEqualTo(100);
    }

    @Test
    @DisplayName("bound the bytes of a day of UTC, with what is announced, and start anew at midnight")
    void bytes() {
        Quotas quotas = quotas(0, 1000);
        accept(quotas, ACME, 900);
        assertAllowed(quotas, ACME, 100);
        assertAllowed(quotas, ACME, -1);
        assertThat(refused(quotas, 101)).isEqualTo(Duration.ofHours(1));
        assertAllowed(quotas, OTHER, 1000);

        now = EVENING.plus(Duration.ofHours(1));
        assertAllowed(quotas, ACME, 1000);
        assertThat(lookUps).isZero();
    }

    @Test
    @DisplayName("count nothing unless they are set")
    void off() {
        Quotas quotas = quotas(0, 0);
        accept(quotas, ACME, Long.MAX_VALUE);
        assertAllowed(quotas, ACME, Long.MAX_VALUE);
    }
}
