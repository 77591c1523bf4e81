package dev.minilab.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Metrics of a process")
class MetersTest {

    @Test
    @DisplayName("a counter shows with its labels and _total")
    void counts() {
        Meters.count(Metric.JOBS_FINISHED, "bulk", "expired");
        Meters.count(Metric.JOBS_FINISHED, "bulk", "expired");
        assertThat(Meters.scrape())
                .contains("minilab_jobs_finished_total{lane=\"bulk\",status=\"expired\"} 2.0")
                .contains("# TYPE minilab_jobs_finished_total counter");
    }

    @Test
    @DisplayName("a timer shows as a histogram in seconds, and a time before its start as none")
    void times() {
        Meters.time(Metric.STAGE, Duration.ofMillis(40), "test");
        Meters.time(Metric.STAGE, Duration.ofMillis(-40), "test");
        assertThat(Meters.scrape())
                .contains("minilab_stage_seconds_bucket{stage=\"test\",le=\"0.005\"} 1")
                .contains("minilab_stage_seconds_bucket{stage=\"test\",le=\"0.05\"} 2")
                .contains("minilab_stage_seconds_count{stage=\"test\"} 2");
    }

    @Test
    @DisplayName("a gauge is asked when somebody looks, and a second one takes the place of the first")
    void shows() {
        AtomicInteger value = new AtomicInteger(3);
        Meters.gauge(Metric.PERMITS, value::get, "test");
        assertThat(Meters.scrape()).contains("minilab_permits_free{queue=\"test\"} 3.0");
        value.set(4);
        assertThat(Meters.scrape()).contains("minilab_permits_free{queue=\"test\"} 4.0");
        Meters.gauge(Metric.PERMITS, () -> 9, "test");
        assertThat(Meters.scrape())
                .contains("minilab_permits_free{queue=\"test\"} 9.0")
                .doesNotContain("minilab_permits_free{queue=\"test\"} 4.0");
    }

    @Test
    @DisplayName("a block is timed to its end")
    void blocks() {
        try (var _ = Meters.timing(Metric.STAGE, "block")) {
            assertThat(Meters.scrape()).doesNotContain("stage=\"block\"");
        }
        assertThat(Meters.scrape()).contains("minilab_stage_seconds_count{stage=\"block\"} 1");
    }

    @Test
    @DisplayName("docs/metrics.md lists every metric with its kind, its labels and what it tells, and no other")
    void documented() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("../docs/metrics.md")).stream()
                .filter(line -> line.startsWith("| `minilab_"))
                .toList();
        assertThat(rows)
                .containsExactlyElementsOf(Stream.of(Metric.values())
                        .map(m -> "| `" + m.exposedName() + "` | "
                                + m.kind().name().toLowerCase(Locale.ROOT) + " | "
                                + m.labels().stream().map(l -> "`" + l + "`").collect(Collectors.joining(", ")) + " | "
                                + m.description() + " |")
                        .toList());
    }

    @Test
    @DisplayName("wrong labels and wrong kinds are mistakes of ours")
    void mistakes() {
        assertThatIllegalArgumentException().isThrownBy(() -> Meters.count(Metric.JOBS_FINISHED, "bulk"));
        assertThatIllegalArgumentException().isThrownBy(() -> Meters.count(Metric.STAGE, "fetch"));
    }

    @Test
    @DisplayName("the virtual machine shows too")
    void jvm() {
        assertThat(Meters.scrape()).contains("jvm_memory_used_bytes", "process_cpu_usage");
    }
}
