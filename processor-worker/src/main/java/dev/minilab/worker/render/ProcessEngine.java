package dev.minilab.worker.render;

import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.job.Capabilities;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A pool of render processes and one more, kept at its size: whichever ends, whyever, is replaced at once. The one
/// more works while another waits for its request to arrive, so that no core waits.
///
/// A process gets its first request only after it has rendered a small one of ours, so that its code is loaded. That
/// takes a second or two, for which the others stand in. When processes end before they get that far, the next is
/// started after a pause that grows to 30 s. Thread-safe.
final class ProcessEngine implements Engine {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessEngine.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int SPARE = 1;
    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 30_000;

    private final List<String> command;
    private final Isolation isolation;
    private final long memory;
    private final RenderRequest warmUp = WarmUp.request();
    /// One thread for as long as this lives, since processes under bubblewrap die with the thread that started them.
    private final ScheduledExecutorService starter = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("render-starter").factory());

    private final Set<RenderProcess> all = ConcurrentHashMap.newKeySet();
    /// The last to have worked is the first to work again: its code and its caches are warm.
    private final BlockingDeque<RenderProcess> idle = new LinkedBlockingDeque<>();
    private final Semaphore slots;
    private final Semaphore readied = new Semaphore(0);
    private final AtomicInteger failedStarts = new AtomicInteger();
    private volatile List<Capabilities.Codec> codecs = List.of();
    private volatile boolean closed;

    /// Starts the processes, and returns before they are ready.
    ///
    /// @param memory the bytes that each may hold
    ProcessEngine(int count, List<String> command, Isolation isolation, long memory) {
        this.command = List.copyOf(command);
        this.isolation = isolation;
        this.memory = memory;
        slots = new Semaphore(count + SPARE, true);
        Meters.gauge(Metric.RENDER_PROCESSES, all::size);
        Meters.gauge(Metric.RENDERS_ACTIVE, () -> count + SPARE - slots.availablePermits());
        for (int i = 0; i < count + SPARE; i++) {
            starter.execute(this::startOne);
        }
    }

    /// Waits until so many more processes have become ready than were waited for before.
    ///
    /// @throws IllegalStateException if they have not within 60 s
    void awaitReady(int processes) throws InterruptedException {
        if (!readied.tryAcquire(processes, START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("no render process could be started");
        }
    }

    @Override
    public Isolation isolation() {
        return isolation;
    }

    @Override
    public List<Capabilities.Codec> codecs() {
        return codecs;
    }

    @Override
    public Rendering render(RenderRequest request, Duration wait, Duration limit, Runnable begins)
            throws RenderException, ProcessLostException, InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        if (!slots.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS)) {
            throw busy(wait);
        }
        try {
            RenderProcess process = take(deadline).orElseThrow(() -> busy(wait));
            try {
                begins.run();
                return process.render(request, limit);
            } finally {
                if (process.usable()) {
                    idle.addFirst(process);
                }
            }
        } finally {
            slots.release();
        }
    }

    private Optional<RenderProcess> take(long deadline) throws InterruptedException {
        RenderProcess process;
        do {
            process = idle.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } while (process != null && !process.usable());
        return Optional.ofNullable(process);
    }

    private static RendererBusyException busy(Duration wait) {
        return new RendererBusyException("no render process was free within " + wait.toSeconds() + " s");
    }

    private void startOne() {
        if (closed) {
            return;
        }
        try {
            RenderProcess process = RenderProcess.start(command, memory);
            all.add(process);
            if (closed) {
                process.close();
            }
            var _ = process.onExit().thenRun(() -> ended(process));
            Thread.ofVirtual().name("render-warm-up-" + process.pid()).start(() -> warmUp(process));
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("Cannot start a render process", e);
            failedStarts.incrementAndGet();
            startAnother();
        }
    }

    private void warmUp(RenderProcess process) {
        long start = System.nanoTime();
        try {
            codecs = process.greet(codecs, START_LIMIT);
            process.render(warmUp, START_LIMIT);
            process.learnFamily();
            failedStarts.set(0);
            idle.add(process);
            readied.release();
            LOG.debug("Render process {} is ready after {} ms", process.pid(), (System.nanoTime() - start) / 1_000_000);
        } catch (RenderException | ProcessLostException | RuntimeException e) {
            if (!closed) {
                LOG.error("Render process {} does not work", process.pid(), e);
            }
            failedStarts.incrementAndGet();
            process.close();
        } catch (InterruptedException e) {
            process.close();
        }
    }

    private void ended(RenderProcess process) {
        all.remove(process);
        idle.remove(process);
        if (!closed) {
            Meters.count(Metric.RENDER_PROCESSES_REPLACED);
        }
        startAnother();
    }

    private synchronized void startAnother() {
        if (closed) {
            return;
        }
        int failed = failedStarts.get();
        long pause = failed == 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(failed, 20));
        var _ = starter.schedule(this::startOne, pause, TimeUnit.MILLISECONDS);
    }

    /// Kills all processes.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            starter.shutdown();
        }
        all.forEach(RenderProcess::close);
        idle.clear();
    }
}
