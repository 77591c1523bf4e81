package dev.minilab.worker.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.RenderConfig.Isolation;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
        ChildCommand like = ChildCommand.ofThisJvm(ParentMain.class.getName(), 128L << 20);
        String classPath =
                like.classPath().stream().map(String::valueOf).collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(like.java().toString(), "-cp", classPath, like.mainClass(), isolation.wireName())
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
