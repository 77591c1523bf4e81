package dev.minilab.worker.render;

import dev.minilab.job.Capabilities;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import dev.minilab.worker.render.Frames.MalformedMessageException;
import dev.minilab.worker.render.Messages.Greeting;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One render process, from its start to its end. It renders one original at a time, for one caller at a time, and is
/// killed when a render takes too long or too much memory, is interrupted, or when it speaks nonsense.
final class RenderProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RenderProcess.class);

    /// How often the memory of a process is looked at while it renders.
    private static final Duration WATCH_PERIOD = Duration.ofMillis(50);

    /// What a JVM ends with that was told to end when its heap is full.
    private static final int OUT_OF_MEMORY = 3;

    /// All that a process may know of our environment: how many threads OpenCV's parts take, and that text is UTF-8.
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "OPENBLAS_NUM_THREADS", "1",
            "OMP_NUM_THREADS", "1",
            "MALLOC_ARENA_MAX", "2",
            "LC_ALL", "C.UTF-8");

    private final Process process;
    private final long memory;
    private final ChildLog log;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final ExecutorService channel;
    private final SharedMemory memoryOfBoth;
    /// The same, once the process says that it has it too.
    private SharedMemory shared = SharedMemory.NONE;

    private volatile List<ProcessHandle> family;
    private volatile ProcessHandle renderer;
    private volatile boolean killed;

    private RenderProcess(Process process, SharedMemory memoryOfBoth, long memory) {
        this.process = process;
        this.memoryOfBoth = memoryOfBoth;
        this.memory = memory;
        log = new ChildLog(process.pid(), process.getErrorStream());
        out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), Pipes.BYTES));
        in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
        ThreadFactory threads =
                Thread.ofPlatform().daemon().name("render-" + process.pid()).factory();
        channel = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads) {
            @Override
            protected void terminated() {
                memoryOfBoth.close(); // Nobody can be using it any more.
            }
        };
        family = List.of(process.toHandle());
        renderer = process.toHandle();
        var _ = process.onExit().thenRun(channel::shutdown);
    }

    /// Starts a process. Under bubblewrap it dies with the thread that calls this.
    ///
    /// @param memory the bytes it may hold
    static RenderProcess start(List<String> command, long memory) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(new java.io.File("/"));
        builder.environment().clear();
        builder.environment().putAll(ENVIRONMENT);
        SharedMemory shared = memoryForBoth();
        builder.environment().put("SHARED", shared.path());
        @Nullable Process process = null;
        boolean started = false;
        try {
            process = builder.start();
            RenderProcess its = new RenderProcess(process, shared, memory);
            started = true;
            return its;
        } finally {
            if (!started) {
                if (process != null) {
                    process.destroyForcibly();
                }
                shared.close();
            }
        }
    }

    private static SharedMemory memoryForBoth() {
        try {
            return SharedMemory.create();
        } catch (IOException e) {
            LOG.warn("No memory can be shared with a render process, which costs a millisecond for every megabyte", e);
            return SharedMemory.NONE;
        }
    }

    long pid() {
        return process.pid();
    }

    boolean usable() {
        return !killed && process.isAlive();
    }

    CompletableFuture<?> onExit() {
        return process.onExit();
    }

    /// Finds the processes that make up this one: under bubblewrap there are three, of which one is the JVM, by far
    /// the largest. To be called once it answers.
    void learnFamily() {
        family = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        renderer = family.stream()
                .max(Comparator.comparingLong(ResidentMemory::of))
                .orElse(renderer);
    }

    /// Tells a process the codecs that are known, before anything else, and waits for what it answers: those it has.
    List<Capabilities.Codec> greet(List<Capabilities.Codec> known, Duration limit)
            throws RenderException, ProcessLostException, InterruptedException {
        return ask(
                () -> {
                    Frames.write(out, SharedMemory.NONE, Messages.of(new Greeting(known, memoryOfBoth.token())));
                    Greeting answer = Messages.greeting(Frames.read(in, SharedMemory.NONE, RenderMain.MAX_GREETING));
                    memoryOfBoth.hide();
                    shared = answer.memory().isEmpty() ? SharedMemory.NONE : memoryOfBoth;
                    return answer.codecs();
                },
                limit);
    }

    /// Renders within a time.
    ///
    /// @throws RenderException if the original cannot be rendered, `decode_timeout` and `memory_exceeded` included
    /// @throws ProcessLostException if the process ended by itself, or spoke nonsense
    Rendering render(RenderRequest request, Duration limit)
            throws RenderException, ProcessLostException, InterruptedException {
        log.renew();
        return ask(() -> exchange(request), limit);
    }

    private <T> T ask(Callable<T> question, Duration limit)
            throws RenderException, ProcessLostException, InterruptedException {
        Future<T> reply;
        try {
            reply = channel.submit(question);
        } catch (RejectedExecutionException e) {
            throw new ProcessLostException("it had ended before", e);
        }
        boolean kept = false;
        try {
            T answer = await(reply, limit);
            kept = true;
            return answer;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException lost -> throw lost(lost);
                case RenderException refused -> {
                    kept = true;
                    throw refused;
                }
                case IllegalStateException mistake -> {
                    kept = true;
                    throw mistake;
                }
                case null, default -> throw new IllegalStateException(e);
            }
        } finally {
            if (!kept) {
                close();
            }
        }
    }

    private Rendering exchange(RenderRequest request) throws IOException, RenderException {
        Frames.write(out, shared, Messages.of(request));
        return Messages.rendering(Frames.read(in, shared, RenderMain.MAX_REPLY), request);
    }

    private <T> T await(Future<T> reply, Duration limit)
            throws RenderException, ExecutionException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            long left = limit.toNanos() - (System.nanoTime() - start);
            if (left <= 0) {
                throw Failures.tooLong(limit);
            }
            try {
                return reply.get(Math.min(left, WATCH_PERIOD.toNanos()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                if (ResidentMemory.of(renderer) > memory) {
                    throw Failures.tooMuchMemory(null);
                }
            }
        }
    }

    private ProcessLostException lost(IOException cause) throws RenderException, InterruptedException {
        if (cause instanceof MalformedMessageException || !process.waitFor(1, TimeUnit.SECONDS)) {
            return new ProcessLostException("it spoke nonsense: " + cause.getMessage(), cause);
        }
        if (process.exitValue() == OUT_OF_MEMORY) {
            throw Failures.tooMuchMemory(cause);
        }
        return new ProcessLostException("it ended with " + process.exitValue(), cause);
    }

    /// Kills it.
    @Override
    public void close() {
        killed = true;
        family.reversed().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
