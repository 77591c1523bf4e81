package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.JobStatus;
import dev.minilab.job.Result;
import dev.minilab.record.JobSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A watch on a job")
@Timeout(20)
class JobWatchTest {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final JobSnapshot job = Jobs.queued(Instant.now());

    private static JobSnapshot canceled(JobSnapshot job) {
        Result result = Result.canceled(job.accepted().job(), null, 0, Instant.now());
        return new JobSnapshot(job.accepted(), null, result, null);
    }

    @Test
    @DisplayName("goes on after a look that failed as nobody expected")
    void unexpected() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        try (JobWatch watch = new JobWatch(
                seen -> switch (looks.incrementAndGet()) {
                    case 1 -> throw new IllegalArgumentException("made for a test");
                    case 2 -> throw new AssertionError("made for a test");
                    default -> canceled(seen);
                },
                1)) {
            assertThat(watch.await(job, PATIENCE).status()).isEqualTo(JobStatus.CANCELED);
        }
        assertThat(looks).hasValue(3);
    }

    @Test
    @DisplayName("ends with what is known when its time is over, or the API drains")
    void ends() throws Exception {
        JobWatch watch = new JobWatch(seen -> seen, 2);
        assertThat(watch.await(job, Duration.ofMillis(50))).isEqualTo(job);
        Thread closing = Thread.ofVirtual().start(watch::close);
        assertThat(watch.await(job, PATIENCE)).isEqualTo(job);
        closing.join();
    }
}
