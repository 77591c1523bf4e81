package dev.minilab.benchmarks;

import dev.minilab.inspect.InspectException;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import dev.minilab.worker.render.Renderer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// How many originals a second are rendered, by as many threads as there are cores, with the virtual machine set up
/// as in a render process.
///
/// The originals are the files of `-Dminilab.image=…` and `-Dminilab.png=…`, or drawn ones.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Threads(Threads.MAX)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 3, time = 5)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"
        })
public class RenderBenchmark {

    /// What is asked for: the name of a [Task].
    @Param({"JPEG", "PNG", "JPEGS", "WEBPS"})
    public String task = "";

    private final Renderer renderer =
            Renderer.inThreads(Runtime.getRuntime().availableProcessors(), Duration.ofMinutes(2));
    private @Nullable RenderRequest request;

    @Setup
    public void prepare() throws IOException, InspectException {
        Task wanted = Task.valueOf(task);
        String file = System.getProperty(wanted.original() == Original.PHOTOGRAPH ? "minilab.image" : "minilab.png");
        byte[] original = wanted.original().read(file == null ? null : Path.of(file));
        request = Original.request(original, wanted.outputs());
    }

    @TearDown
    public void close() {
        renderer.close();
    }

    @Benchmark
    public Rendering render() throws RenderException, InterruptedException {
        if (request == null) {
            throw new IllegalStateException("not prepared");
        }
        return renderer.render(request);
    }
}
