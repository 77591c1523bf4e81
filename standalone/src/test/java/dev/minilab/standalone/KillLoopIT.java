package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.Config;
import dev.minilab.standalone.KillLoop.Kind;
import dev.minilab.store.ObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `mvn verify -Pkill-loop` runs the long ones; `-Dminilab.seed=…` replays what a run printed.
@DisplayName("Nothing that was accepted is lost, whatever is killed")
class KillLoopIT {

    /// Visibility, a sweep at twice the overdue time, a retry's wait and the job itself, with room for a busy machine.
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final long seed = Long.getLong("minilab.seed", System.nanoTime());

    @TempDir
    Path data;

    private static void assertKept(Audit audit, long seed) {
        System.out.printf("Kill loop, -Dminilab.seed=%d%n%s%n", seed, audit);
        assertThat(audit.broken()).as("seed %s", seed).isEmpty();
    }

    private void everything(int jobs, int deaths) throws Exception {
        try (TestStore bucket = TestStore.start(Files.createDirectories(data.resolve("store")));
                KillLoop loop = new KillLoop(bucket.store(), seed)) {
            loop.everything(data, jobs, deaths);
            assertKept(loop.audit(BOUND), seed);
        }
    }

    @Test
    @DisplayName("I1, I26, F9 everything in one process, killed whole (short form)")
    void shortForm() throws Exception {
        everything(16, 1);
    }

    @Test
    @Tag("long")
    @Tag("kill-loop")
    @DisplayName("I1, I2, I6, I26, F9 everything in one process, killed whole 25 times")
    void everything() throws Exception {
        everything(200, 25);
    }

    @Test
    @Tag("long")
    @Tag("kill-loop")
    @DisplayName("I1, I2, I6, F5 API, workers and render processes, killed 90 times")
    void parts() throws Exception {
        Infra infra = SharedInfra.get();
        try (ObjectStore bucket = new ObjectStore(Config.load(infra.settings()).store());
                KillLoop loop = new KillLoop(bucket, seed)) {
            loop.parts(infra, 360, Map.of(Kind.API, 20, Kind.WORKER, 25, Kind.RENDER, 45));
            assertKept(loop.audit(BOUND), seed);
        }
    }
}
