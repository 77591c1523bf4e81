package dev.minilab.worker.render;

import dev.minilab.config.RenderConfig;
import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.job.Capabilities;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Renders originals: decode once, then for each output crop, resize, finish and encode.
///
/// That happens in processes that may crash, hang or swell without harm to the worker. A render gets a process when
/// its predicted memory fits what is left of the budget. One that loses its process is tried again in another; a
/// third loss is the image's fault. Callers wait, on virtual threads as well. Thread-safe.
public final class Renderer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Renderer.class);
    private static final int MAX_LOST = 3;

    private final Engine engine;
    private final Admission admission;
    private final Duration limit;
    private final Duration jobLimit;

    Renderer(Engine engine, Admission admission, Duration limit, Duration jobLimit) {
        this.engine = engine;
        this.admission = admission;
        this.limit = limit;
        this.jobLimit = jobLimit;
    }

    /// Starts the render processes and waits until the first is ready.
    ///
    /// @param jobLimit how long a render may wait for its turn; with all its tries it may take twice that
    /// @throws IllegalStateException if the isolation that is asked for cannot be had, or no process starts
    public static Renderer start(RenderConfig config, Duration jobLimit) throws InterruptedException {
        Engine engine = config.isolation() == Isolation.THREAD
                ? new ThreadEngine(config.processes(), Work.ofInstallation())
                : Isolating.start(config);
        LOG.info("Rendering with isolation {}", engine.isolation().wireName());
        return new Renderer(engine, new Admission(config.budget()), config.limit(), jobLimit);
    }

    /// Renders on threads of this JVM, for tests and measurements: what kills the decoder kills all.
    ///
    /// @param limit how long a render may wait for a thread, and how long it may then take
    public static Renderer inThreads(int threads, Duration limit) {
        return new Renderer(
                new ThreadEngine(threads, Work.ofInstallation()), new Admission(Long.MAX_VALUE), limit, limit);
    }

    /// How far renders are kept from everything else.
    public Isolation isolation() {
        return engine.isolation();
    }

    /// The codecs that renders are done with, in the order in which they are asked.
    public List<Capabilities.Codec> codecs() {
        return engine.codecs();
    }

    /// [#render(RenderRequest, Runnable)] for a caller that need not know when it begins.
    public Rendering render(RenderRequest request) throws RenderException, InterruptedException {
        return render(request, () -> {});
    }

    /// Renders all outputs of one original; waits for room and for the work.
    ///
    /// @param begins is run when the wait for room is over, before each try; what it throws ends the render
    /// @throws RenderException if the original cannot be decoded, or not within time and memory, or if it brought
    ///     down three processes (`poison`)
    /// @throws RendererBusyException if there was no room
    public Rendering render(RenderRequest request, Runnable begins) throws RenderException, InterruptedException {
        long end = System.nanoTime() + jobLimit.multipliedBy(2).toNanos();
        try (var _ = admission.enter(Prediction.of(request), jobLimit)) {
            for (int lost = 1; ; lost++) {
                try {
                    Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
                    return engine.render(request, shorter(jobLimit, left), shorter(limit, left), begins);
                } catch (ProcessLostException e) {
                    LOG.warn("Lost render process {} of {} to one image: {}", lost, MAX_LOST, e.getMessage());
                    if (lost == MAX_LOST) {
                        throw Failures.poison(lost, e);
                    }
                }
            }
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    @Override
    public void close() {
        engine.close();
    }
}
