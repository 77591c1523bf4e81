package dev.minilab.worker.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.RenderConfig.Isolation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Render processes of a worker that was killed")
@Timeout(90)
class OrphansTest {

    @ParameterizedTest
    @EnumSource(names = {"PROCESS", "BUBBLEWRAP"})
    @DisplayName("end by themselves, even when one is in the middle of a decode that hangs")
    void end(Isolation isolation) throws Exception {
        Assumptions.assumeTrue(isolation == Isolation.PROCESS || SandboxTest.works(), "bubblewrap works here");
        Process parent = parent(isolation);
        try {
            List<ProcessHandle> children = children(parent);
            assertThat(children).isNotEmpty().allMatch(ProcessHandle::isAlive);
            parent.destroyForcibly();
            CompletableFuture.allOf(children.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .get(20, TimeUnit.SECONDS);
        } finally {
            parent.destroyForcibly();
        }
    }

    private static Process parent(Isolation isolation) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ParentMain.class.getName(),
                        isolation.wireName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<ProcessHandle> children(Process parent) throws IOException {
        try (var lines = parent.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines()
                    .takeWhile(line -> !line.equals("READY"))
                    .filter(line -> line.matches("\\d+"))
                    .map(line -> ProcessHandle.of(Long.parseLong(line)))
                    .flatMap(Optional::stream)
                    .toList();
        }
    }
}
