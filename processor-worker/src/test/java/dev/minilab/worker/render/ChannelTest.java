package dev.minilab.worker.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The channel of a render process")
class ChannelTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("is never a file: started by hand, a process ends and leaves what is behind descriptor 3 alone")
    void byHand() throws Exception {
        Path file = Files.writeString(folder.resolve("precious"), "precious");
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RenderMain.class.getName());
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "exec 3<\"$0\"; exec \"$@\"", file.toString());
        builder.command().addAll(java);
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("descriptor 3 is no pipe");
        assertThat(process.exitValue()).isNotZero();
        assertThat(file).hasContent("precious");
    }
}
