package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("./minilab serve, killed with SIGKILL")
class KillIT {

    private static final int ROUNDS = 4;
    private static final int JOBS_A_ROUND = 12;
    /// Short times, so that what waits for a visibility or the sweeper is seen to come back within the test.
    private static final Map<String, String> SHORT = Map.of(
            "MINILAB_VISIBILITY", "5s",
            "MINILAB_HEARTBEAT", "1s",
            "MINILAB_OVERDUE", "4s",
            "MINILAB_SWEEP_PERIOD", "1s");

    @TempDir
    Path data;

    @Test
    @DisplayName("F9, I26: every job that was accepted ends, and its links work, whenever it is killed")
    void nothingAcceptedIsLost() throws Exception {
        long seed = Long.getLong("minilab.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] image = Images.jpeg(1200, 800);
        List<String> accepted = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            try (MinilabProcess minilab = start()) {
                Client client = new Client(minilab.awaitUri());
                for (int i = 0; i < JOBS_A_ROUND; i++) {
                    accepted.add(client.upload(image, ""));
                }
                LockSupport.parkNanos(Duration.ofMillis(random.nextInt(600)).toNanos());
                minilab.kill();
            }
        }
        try (MinilabProcess minilab = start()) {
            URI uri = minilab.awaitUri();
            Client client = new Client(uri);
            assertThat(accepted).hasSize(ROUNDS * JOBS_A_ROUND);
            for (String id : accepted) {
                JsonNode job = client.awaitTerminal(id, Duration.ofSeconds(60));
                assertThat(job.path("status").asString(""))
                        .as("%s, seed %s", id, seed)
                        .isEqualTo("succeeded");
                for (JsonNode output : job.path("outputs").values()) {
                    assertThat(client.download(output.path("url").asString("")))
                            .hasSize(output.path("bytes").asInt());
                }
            }
        }
    }

    private MinilabProcess start() throws Exception {
        return MinilabProcess.start(SHORT, "serve", "--port", "0", "--data", data.toString());
    }

    @Test
    @DisplayName("a second process is not let into the same data folder")
    void oneProcessAFolder() throws Exception {
        try (MinilabProcess first = start()) {
            first.awaitReady();
            try (MinilabProcess second = start()) {
                assertThat(second.awaitExit(30)).isEqualTo(78);
                assertThat(second.log()).contains("another process is using");
            }
        }
    }
}
