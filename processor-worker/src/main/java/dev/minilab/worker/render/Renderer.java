package dev.minilab.worker.render;

import dev.minilab.job.ErrorCode;
import dev.minilab.worker.codec.Codecs;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.Pipeline;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Renders originals: decode once, then for each output crop, resize, finish and encode.
///
/// Decoding happens on a few platform threads, so that it takes no more cores and memory than it was given and
/// holds no virtual thread's carrier. Thread-safe.
public final class Renderer implements AutoCloseable {

    private final Pipeline pipeline = new Pipeline(Codecs.available());
    private final ExecutorService threads;
    private final Semaphore slots;
    private final Duration limit;

    /// @param renderThreads how many originals are rendered at once
    /// @param limit how long one may wait for a thread, and how long one may then take
    public Renderer(int renderThreads, Duration limit) {
        threads = Executors.newFixedThreadPool(
                renderThreads, Thread.ofPlatform().daemon().name("render-", 0).factory());
        slots = new Semaphore(renderThreads);
        this.limit = limit;
    }

    /// Renders all outputs of one original; waits for a thread and for the work.
    ///
    /// @throws RenderException if the original cannot be decoded, or not in time
    /// @throws RendererBusyException if no thread was free
    public Rendering render(RenderRequest request) throws RenderException, InterruptedException {
        if (!slots.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new RendererBusyException("no render thread was free within " + limit.toSeconds() + " s");
        }
        Future<Rendering> rendering = threads.submit(() -> {
            try {
                return pipeline.render(request);
            } finally {
                slots.release(); // When the thread is really free: a decode cannot be interrupted.
            }
        });
        try {
            return rendering.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new RenderException(
                    ErrorCode.DECODE_TIMEOUT, "rendering took longer than " + limit.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RenderException known -> throw known;
                case OutOfMemoryError memory ->
                    throw new RenderException(ErrorCode.MEMORY_EXCEEDED, "rendering needs too much memory", memory);
                case StackOverflowError stack ->
                    throw new RenderException(ErrorCode.DECODE_FAILED, "the image is nested too deeply", stack);
                case null, default -> throw new IllegalStateException("rendering failed unexpectedly", e);
            }
        } finally {
            rendering.cancel(false);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
