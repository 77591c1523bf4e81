package dev.minilab.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.Config;
import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.job.Capabilities;
import dev.minilab.job.Keys;
import dev.minilab.job.WorkerId;
import dev.minilab.record.WorkerReports;
import dev.minilab.standalone.TestStore;
import dev.minilab.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What a worker says it can do")
@Timeout(60)
class CapabilityReporterTest {

    private static final Instant NOW = Instant.parse("2026-11-24T00:10:00Z");

    @TempDir
    Path folder;

    private TestStore embedded;
    private ObjectStore store;
    private WorkerReports reports;

    @BeforeEach
    void start() throws Exception {
        embedded = TestStore.start(folder);
        store = embedded.store();
        reports = new WorkerReports(store);
    }

    @AfterEach
    void stop() throws Exception {
        embedded.close();
    }

    private static Capabilities capabilities() {
        return WorkerCapabilities.of(
                Config.load(Map.of("MINILAB_RENDER_PROCESSES", "3")),
                Isolation.PROCESS,
                List.of(),
                NOW.minusSeconds(9));
    }

    @Test
    @DisplayName("is there from its start until it stops")
    void fromStartToStop() {
        Capabilities said = capabilities();
        try (var reporter = new CapabilityReporter(reports, said, InstantSource.fixed(NOW))) {
            reporter.start();
            assertThat(reports.since(NOW.minus(Duration.ofMinutes(30)))).containsExactly(said.reportedAt(NOW));
            assertThat(said.maxRenders()).isEqualTo(3);
        }
        assertThat(store.list(Keys.workers(), false, null).keys()).isEmpty();
    }

    @Test
    @DisplayName("does not count when it is old, damaged or none of ours")
    void othersDoNotCount() {
        Capabilities silent = said(Duration.ofMinutes(31));
        Capabilities busy = said(Duration.ofMinutes(29));
        store.put(Keys.worker(WorkerId.create(NOW)), "{\"worker\":".getBytes(StandardCharsets.UTF_8), "x/x");
        store.put("workers/notes.json", "{}".getBytes(StandardCharsets.UTF_8), "x/x");

        assertThat(reports.since(NOW.minus(Duration.ofMinutes(30)))).containsExactly(busy);
        assertThat(reports.since(NOW.minus(Duration.ofHours(1)))).containsExactlyInAnyOrder(silent, busy);
    }

    private Capabilities said(Duration ago) {
        Capabilities said = WorkerCapabilities.of(Config.load(Map.of()), Isolation.PROCESS, List.of(), NOW)
                .reportedAt(NOW.minus(ago));
        reports.write(said);
        return said;
    }

    @Test
    @DisplayName("is removed by others a day after it was killed")
    void killed() {
        said(Duration.ofHours(25));
        Capabilities recent = said(Duration.ofHours(23));
        reports.removeBefore(NOW.minus(Duration.ofDays(1)));

        assertThat(reports.since(Instant.EPOCH)).isEqualTo(List.of(recent));
    }
}
