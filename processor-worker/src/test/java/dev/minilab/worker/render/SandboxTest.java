package dev.minilab.worker.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.job.ErrorCode;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.Rendering;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A render process under bubblewrap")
@EnabledIf("works")
@Timeout(120)
class SandboxTest {

    private static final ChildCommand CHILD = ChildCommand.ofThisJvm(EvilMain.class.getName(), 128L << 20);
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long MEMORY = 400L << 20;

    @TempDir
    static Path folder;

    private static ProcessEngine plain;
    private static ProcessEngine sandboxed;

    static boolean works() throws InterruptedException {
        var found = Bubblewrap.find(System.getenv().getOrDefault("PATH", ""));
        return found.isPresent() && found.get().problem(CHILD).isEmpty();
    }

    @BeforeAll
    static void start() throws Exception {
        plain = new ProcessEngine(1, CHILD.plain(), Isolation.PROCESS, MEMORY);
        plain.awaitReady(1);
        Bubblewrap sandbox =
                Bubblewrap.find(System.getenv().getOrDefault("PATH", "")).orElseThrow();
        sandboxed = new ProcessEngine(1, CHILD.sandboxed(sandbox), Isolation.BUBBLEWRAP, MEMORY);
        sandboxed.awaitReady(2);
    }

    @AfterAll
    static void stop() {
        plain.close();
        sandboxed.close();
    }

    private static String ask(ProcessEngine engine, String told) throws Exception {
        return EvilMain.text(engine.render(EvilMain.tell(told), WAIT, LIMIT, () -> {}));
    }

    private static void assertRenders(ProcessEngine engine) throws Exception {
        assertThat(engine.render(WarmUp.request(), WAIT, LIMIT, () -> {}).outputs())
                .hasSize(3)
                .allSatisfy((_, output) -> assertThat(output).isInstanceOf(Rendering.Rendered.class));
    }

    @Test
    @DisplayName("shares memory with the worker as a plain one does")
    void shared() throws Exception {
        assertThat(ask(plain, "shared")).isEqualTo("shared");
        assertThat(ask(sandboxed, "shared")).isEqualTo("shared");
    }

    @Test
    @DisplayName("renders everything that a plain one renders")
    void renders() throws Exception {
        assertRenders(plain);
        assertRenders(sandboxed);
    }

    @Test
    @DisplayName("reaches no network")
    void noNetwork() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String told = "network " + server.getLocalPort();
            assertThat(ask(plain, told)).isEqualTo("connected");
            assertThat(ask(sandboxed, told)).isEqualTo("refused");
        }
    }

    @Test
    @DisplayName("sees no file that it does not need")
    void noFiles() throws Exception {
        String told = "file " + Files.createFile(folder.resolve("secret"));
        assertThat(ask(plain, told)).isEqualTo("seen");
        assertThat(ask(sandboxed, told)).isEqualTo("unseen");
        assertThat(ask(sandboxed, "file /etc/passwd")).isEqualTo("unseen");
    }

    @Test
    @DisplayName("is ended when it takes too much memory, and replaced")
    void memory() throws Exception {
        RenderException refused = catchThrowableOfType(
                RenderException.class, () -> sandboxed.render(EvilMain.tell("native"), WAIT, LIMIT, () -> {}));
        assertThat(refused.code()).isEqualTo(ErrorCode.MEMORY_EXCEEDED);
        assertRenders(sandboxed);
    }
}
