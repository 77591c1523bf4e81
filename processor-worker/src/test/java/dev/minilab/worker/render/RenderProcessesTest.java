package dev.minilab.worker.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.job.ErrorCode;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("F24, F25 Render processes that crash, hang, swell and lie")
@Timeout(120)
class RenderProcessesTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final long MEMORY = 400L << 20;

    @TempDir
    static Path folder;

    private static ProcessEngine engine;
    private static Renderer renderer;

    @BeforeAll
    static void start() throws Exception {
        engine = new ProcessEngine(2, command(), Isolation.PROCESS, MEMORY);
        engine.awaitReady(3);
        renderer = new Renderer(engine, new Admission(1L << 30), LIMIT, WAIT);
    }

    @AfterAll
    static void stop() {
        renderer.close();
    }

    /// As it is in production, but for the optimizing compiler, which makes starts dearer: here are many.
    private static List<String> command() {
        List<String> command = new ArrayList<>(
                ChildCommand.ofThisJvm(EvilMain.class.getName(), 128L << 20).plain());
        command.add(command.indexOf("-XX:+UseSerialGC"), "-XX:TieredStopAtLevel=1");
        return command;
    }

    private static RenderException refused(String told) {
        RenderException refused =
                catchThrowableOfType(RenderException.class, () -> renderer.render(EvilMain.tell(told)));
        assertThat(refused).as(told).isNotNull();
        return refused;
    }

    private static void assertWorks() throws Exception {
        Rendering rendering = renderer.render(WarmUp.request());
        assertThat(rendering.outputs()).hasSize(3);
        assertThat(rendering.outputs().get("jpeg")).isInstanceOfSatisfying(Rendering.Rendered.class, jpeg -> {
            assertThat(jpeg.width()).isEqualTo(48);
            assertThat(jpeg.bytes()).startsWith(0xFF, 0xD8).endsWith(0xFF, 0xD9);
        });
    }

    @Test
    @DisplayName("render what threads render")
    void renders() throws Exception {
        RenderRequest request = WarmUp.request();
        Rendering inProcess = renderer.render(request);
        Rendering inThread = Work.ofInstallation().render(request);
        assertThat(inProcess.outputs().keySet())
                .containsExactlyElementsOf(inThread.outputs().keySet());
        inThread.outputs()
                .forEach((name, output) -> assertThat(inProcess.outputs().get(name))
                        .usingRecursiveComparison()
                        .isEqualTo(output));
    }

    @Test
    @DisplayName("C50, I7 an image that ends every process that decodes it: poison, after exactly three")
    void poison() throws Exception {
        Path decodes = Files.createFile(folder.resolve("decodes"));
        assertThat(refused("halt " + decodes).code()).isEqualTo(ErrorCode.POISON);
        assertThat(decodes).hasContent("xxx");
        assertWorks();
    }

    @Test
    @DisplayName("F24 another process stands in for one that was lost within a second")
    void standsIn() throws Exception {
        try (ProcessEngine single = new ProcessEngine(1, command(), Isolation.PROCESS, MEMORY)) {
            single.awaitReady(2);
            Path decodes = Files.createFile(folder.resolve("stands-in"));
            assertThatThrownBy(() -> single.render(EvilMain.tell("halt " + decodes), WAIT, LIMIT, () -> {}))
                    .isInstanceOf(ProcessLostException.class);
            assertThat(single.render(WarmUp.request(), Duration.ofSeconds(1), LIMIT, () -> {})
                            .outputs())
                    .hasSize(3);
            single.awaitReady(1); // And yet another is made.
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "huge", "wrong"})
    @DisplayName("nonsense in the channel ends the process, as a crash does")
    void nonsense(String told) throws Exception {
        assertThatThrownBy(() -> engine.render(EvilMain.tell(told), WAIT, LIMIT, () -> {}))
                .isInstanceOf(ProcessLostException.class);
        assertWorks();
    }

    @Test
    @DisplayName("I12 a hang is ended within the limit and a second")
    void hang() throws Exception {
        assertWorks(); // So that one process is ready, and only the render is measured.
        long start = System.nanoTime();
        assertThat(refused("hang").code()).isEqualTo(ErrorCode.DECODE_TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(LIMIT, LIMIT.plusSeconds(1));
        assertWorks();
    }

    @ParameterizedTest
    @CsvSource({"native, MEMORY_EXCEEDED", "heap, MEMORY_EXCEEDED", "deep, DECODE_FAILED"})
    @DisplayName("I11 too much memory on the heap or off it, or too deep a stack, ends the render only")
    void memory(String told, ErrorCode code) throws Exception {
        assertThat(refused(told).code()).isEqualTo(code);
        assertWorks();
    }

    @Test
    @DisplayName("a mistake of ours is no fault of the image")
    void mistake() throws Exception {
        assertThatThrownBy(() -> renderer.render(EvilMain.tell("mistake")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a mistake");
        assertWorks();
    }

    @Test
    @DisplayName("what is printed goes past the channel and blocks nobody")
    void prints() throws Exception {
        assertThat(EvilMain.text(renderer.render(EvilMain.tell("print")))).isEqualTo("printed");
    }

    @Test
    @DisplayName("the environment holds nothing of ours")
    void environment() throws Exception {
        String environment = EvilMain.text(renderer.render(EvilMain.tell("environment")));
        assertThat(environment.substring(1, environment.length() - 1).split(", ", -1))
                .extracting(variable -> variable.substring(0, variable.indexOf('=')))
                .contains("LC_ALL")
                .isSubsetOf(
                        "OPENBLAS_NUM_THREADS",
                        "OMP_NUM_THREADS",
                        "MALLOC_ARENA_MAX",
                        "LC_ALL",
                        "PWD",
                        "OLDPWD",
                        "SHLVL",
                        "_");
    }

    @Test
    @DisplayName("I8 a render in flight does not notice that another one hangs and is killed")
    void neighbours() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RenderException> hanging = threads.submit(() -> refused("hang"));
            for (int i = 0; !hanging.isDone(); i++) {
                assertThat(renderer.render(WarmUp.request()).outputs())
                        .as("render %s", i)
                        .hasSize(3);
            }
            assertThat(hanging.get().code()).isEqualTo(ErrorCode.DECODE_TIMEOUT);
        }
    }

    @Test
    @DisplayName("an interrupted caller gets its thread back, and the process is replaced")
    void interrupted() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Rendering> hanging = threads.submit(() -> renderer.render(EvilMain.tell("hang")));
            assertThat(hanging.cancel(true)).isTrue();
        }
        assertWorks();
        assertWorks();
    }

    @Test
    @DisplayName("who finds no process free in time is told so, and has not begun")
    void busy() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RenderException> first = threads.submit(() -> refused("hang"));
            Future<RenderException> second = threads.submit(() -> refused("hang"));
            Renderer impatient = new Renderer(engine, new Admission(1L << 30), LIMIT, Duration.ofMillis(100));
            AtomicInteger begun = new AtomicInteger();
            AtomicInteger rendered = new AtomicInteger();
            assertThatThrownBy(() -> {
                        while (!first.isDone() || !second.isDone()) {
                            impatient.render(WarmUp.request(), begun::incrementAndGet);
                            rendered.incrementAndGet();
                        }
                    })
                    .isInstanceOf(RendererBusyException.class);
            assertThat(begun).hasValue(rendered.get());
            first.get();
            second.get();
        }
    }
}
