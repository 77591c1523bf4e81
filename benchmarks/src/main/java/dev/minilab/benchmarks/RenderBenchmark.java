package dev.minilab.benchmarks;

import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspection.Model;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import dev.minilab.worker.render.Renderer;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
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

/// How many originals a second are rendered, by as many threads as there are cores.
///
/// The original is the file of `-Dminilab.image=…`, or a drawn one of 2725×2225 pixels.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Threads(Threads.MAX)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 3, time = 5)
@Fork(1)
public class RenderBenchmark {

    /// What is asked for.
    @Param({"jpeg-720", "jpeg-1600-800-320", "webp-1600-800-320"})
    public String task = "";

    private final Map<String, OutputSpec> outputs = new LinkedHashMap<>();
    private final Renderer renderer =
            Renderer.inThreads(Runtime.getRuntime().availableProcessors(), Duration.ofMinutes(2));
    private byte[] original = {};
    private Inspection inspection = new Inspection(ImageFormat.JPEG, 1, 1, 1, 1, Model.RGB, 8, false, false);

    @Setup
    public void prepare() throws IOException, InspectException {
        String image = System.getProperty("minilab.image");
        original = image == null ? draw() : Files.readAllBytes(Path.of(image));
        inspection = new Inspector(Limits.defaults()).inspect(new ByteArrayInputStream(original));
        String[] parts = task.split("-", -1);
        ImageFormat format = ImageFormat.ofWireName(parts[0]).orElseThrow();
        for (int i = 1; i < parts.length; i++) {
            outputs.put(
                    parts[i],
                    new OutputSpec(
                            Integer.valueOf(parts[i]), null, Fit.INSIDE, Position.CENTRE, true, format, 80, null));
        }
    }

    @TearDown
    public void close() {
        renderer.close();
    }

    @Benchmark
    public Rendering render() throws RenderException, InterruptedException {
        return renderer.render(new RenderRequest(original, inspection, outputs, Map.of()));
    }

    private static byte[] draw() throws IOException {
        BufferedImage image = new BufferedImage(2725, 2225, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        var g = image.createGraphics();
        g.setPaint(new GradientPaint(0, 0, Color.BLUE, 2725, 2225, Color.ORANGE));
        g.fillRect(0, 0, 2725, 2225);
        for (int i = 0; i < 4000; i++) {
            g.setColor(new Color(random.nextInt(0x1000000)));
            g.fillOval(random.nextInt(2725), random.nextInt(2225), random.nextInt(60), random.nextInt(60));
        }
        g.dispose();
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", bytes);
        return bytes.toByteArray();
    }
}
