package dev.minilab.worker.render;

import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.job.Capabilities;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Renders on a few platform threads of this JVM, for tests and debugging: what kills the decoder kills all.
final class ThreadEngine implements Engine {

    private final Work work;
    private final ExecutorService threads;
    private final Semaphore slots;

    ThreadEngine(int count, Work work) {
        this.work = work;
        threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().daemon().name("render-", 0).factory());
        slots = new Semaphore(count);
    }

    @Override
    public Isolation isolation() {
        return Isolation.THREAD;
    }

    @Override
    public List<Capabilities.Codec> codecs() {
        return work.codecs();
    }

    @Override
    public Rendering render(RenderRequest request, Duration wait, Duration limit, Runnable begins)
            throws RenderException, InterruptedException {
        if (!slots.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new RendererBusyException("no render thread was free within " + wait.toSeconds() + " s");
        }
        boolean begun = false;
        try {
            begins.run();
            begun = true;
        } finally {
            if (!begun) {
                slots.release();
            }
        }
        Future<Rendering> rendering = threads.submit(() -> {
            try {
                return work.render(request);
            } finally {
                slots.release(); // When the thread is really free: a decode cannot be interrupted.
            }
        });
        try {
            return rendering.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw Failures.tooLong(limit);
        } catch (ExecutionException e) {
            throw Failures.of(e.getCause())
                    .orElseThrow(() -> new IllegalStateException("rendering failed unexpectedly", e));
        } finally {
            rendering.cancel(false);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
