package dev.minilab.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The wait before an attempt is repeated")
class RetryPolicyTest {
    @ParameterizedTest
    @CsvSource({
        "1,          PT5S",
        "2,          PT20S",
        "3,          PT1M20S",
        "4,          PT5M20S",
        "5,          PT15M",
        "6,          PT15M",
        "12,         PT15M",
        "40,         PT15M",
        "1000,       PT15M",
        "2147483647, PT15M",
        "0,          PT5S",
        "-7,         PT5S",
    })
    @DisplayName("grows fourfold with each attempt, to 15 minutes and no further")
    void ceiling(int attempt, Duration longest) {
        assertThat(RetryPolicy.ceiling(attempt)).isEqualTo(longest);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 100})
    @DisplayName("is longer than nothing and never longer than its ceiling")
    void bounds(int attempt) {
        RandomGenerator random = new Random(42);
        for (int i = 0; i < 10_000; i++) {
            assertThat(RetryPolicy.after(attempt, random))
                    .isPositive()
                    .isLessThanOrEqualTo(RetryPolicy.ceiling(attempt));
        }
    }

    @Test
    @DisplayName("is spread over all of the time below the ceiling")
    void jitter() {
        RandomGenerator random = new Random(42);
        int[] tenths = new int[10];
        for (int i = 0; i < 10_000; i++) {
            tenths[(int) Math.min(9, RetryPolicy.after(2, random).toMillis() / 2000)]++;
        }

        assertThat(IntStream.of(tenths)).allMatch(count -> count > 800 && count < 1200);
    }

    @Test
    @DisplayName("follows from the attempt and from chance alone")
    void pure() {
        assertThat(RetryPolicy.after(3, new Random(7))).isEqualTo(RetryPolicy.after(3, new Random(7)));
    }
}
