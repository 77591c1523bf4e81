package dev.minilab.worker.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.Config;
import dev.minilab.egress.EgressException.Failure;
import dev.minilab.worker.webhook.DeliveryResult.Delivered;
import dev.minilab.worker.webhook.DeliveryResult.Gone;
import dev.minilab.worker.webhook.DeliveryResult.Refused;
import dev.minilab.worker.webhook.DeliveryResult.Skipped;
import dev.minilab.worker.webhook.DeliveryResult.Unanswered;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("I19 The schedule of webhooks")
class WebhookScheduleTest {

    private static final DeliveryResult BUSY = new Refused(500, "", Optional.empty());
    private static final WebhookSchedule SCHEDULE =
            new WebhookSchedule(Config.load(Map.of()).webhooks().schedule());
    /// The middle of the jitter.
    private static final RandomGenerator MIDDLE = new Fixed(0.5);

    private record Fixed(double value) implements RandomGenerator {
        @Override
        public double nextDouble() {
            return value;
        }

        @Override
        public long nextLong() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    @DisplayName("has ten attempts within 75 hours and 35 minutes, then ends")
    void tenSteps() {
        List<String> waits = List.of("PT5S", "PT5M", "PT30M", "PT2H", "PT5H", "PT10H", "PT14H", "PT20H", "PT24H");
        for (int step = 1; step <= 9; step++) {
            assertThat(SCHEDULE.waitAfter(step, BUSY, MIDDLE)).contains(Duration.parse(waits.get(step - 1)));
            assertThat(SCHEDULE.endsWith(step)).isFalse();
        }
        assertThat(SCHEDULE.endsWith(10)).isTrue();
        assertThat(SCHEDULE.waitAfter(10, BUSY, MIDDLE)).isEmpty();
    }

    @Test
    @DisplayName("jitters by 20 % either way, and by no more")
    void jitter() {
        assertThat(SCHEDULE.waitAfter(3, BUSY, new Fixed(0))).contains(Duration.ofMinutes(24));
        assertThat(SCHEDULE.waitAfter(3, BUSY, new Fixed(Math.nextDown(1.0))).orElseThrow())
                .isBetween(Duration.ofMinutes(36).minusMillis(1), Duration.ofMinutes(36));
        Random random = new Random(7);
        List<Duration> waits = Stream.generate(
                        () -> SCHEDULE.waitAfter(2, BUSY, random).orElseThrow())
                .limit(1000)
                .toList();
        assertThat(waits)
                .allMatch(wait ->
                        wait.compareTo(Duration.ofMinutes(4)) >= 0 && wait.compareTo(Duration.ofMinutes(6)) <= 0);
        assertThat(Set.copyOf(waits)).hasSizeGreaterThan(900);
    }

    @Test
    @DisplayName("ends with success, and where the receiver is gone")
    void ends() {
        assertThat(SCHEDULE.waitAfter(1, new Delivered(204, ""), MIDDLE)).isEmpty();
        assertThat(SCHEDULE.waitAfter(1, new Gone(410, ""), MIDDLE)).isEmpty();
    }

    @Test
    @DisplayName(
            "F29 leaves a receiver alone for a minute after a timeout or 429, and for as long as it asks, up to a day")
    void breathers() {
        assertThat(wait(1, new Unanswered(Failure.TIMEOUT))).isEqualTo(Duration.ofSeconds(60));
        assertThat(wait(1, new Unanswered(Failure.UNREACHABLE))).isEqualTo(Duration.ofSeconds(5));
        assertThat(wait(1, new Refused(429, "", Optional.empty()))).isEqualTo(Duration.ofSeconds(60));
        assertThat(wait(1, new Refused(429, "", Optional.of(Duration.ZERO)))).isEqualTo(Duration.ofSeconds(60));
        assertThat(wait(1, new Refused(429, "", Optional.of(Duration.ofSeconds(90)))))
                .isEqualTo(Duration.ofSeconds(90));
        assertThat(wait(1, new Refused(503, "", Optional.of(Duration.ofSeconds(1)))))
                .isEqualTo(Duration.ofSeconds(5));
        assertThat(wait(2, new Refused(429, "", Optional.empty()))).isEqualTo(Duration.ofMinutes(5));
        assertThat(wait(1, new Refused(503, "", Optional.of(Duration.ofDays(400)))))
                .isEqualTo(Duration.ofHours(24));
        assertThat(wait(1, new Skipped(Duration.ofMinutes(4)))).isEqualTo(Duration.ofMinutes(4));
    }

    private static Duration wait(int step, DeliveryResult result) {
        return SCHEDULE.waitAfter(step, result, MIDDLE).orElseThrow();
    }
}
