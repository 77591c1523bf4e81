package dev.minilab.worker.render;

import dev.minilab.config.RenderConfig;
import dev.minilab.config.RenderConfig.Isolation;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses how render processes are kept from everything else: by bubblewrap where it works, and else, where that was
/// not asked for, by being processes.
final class Isolating {

    private static final Logger LOG = LoggerFactory.getLogger(Isolating.class);

    private Isolating() {}

    /// Starts the processes and waits until the first is ready.
    ///
    /// @throws IllegalStateException if bubblewrap is asked for and does not work, or if no process starts
    static ProcessEngine start(RenderConfig config) throws InterruptedException {
        ChildCommand child = ChildCommand.ofThisJvm(RenderMain.class.getName(), config.heap());
        if (!ResidentMemory.known()) {
            LOG.warn("The memory of processes cannot be seen on this system: only Java's heap is limited");
        }
        Optional<Bubblewrap> sandbox = sandbox(child, config.isolation());
        if (sandbox.isEmpty()) {
            return ready(new ProcessEngine(config.processes(), child.plain(), Isolation.PROCESS, config.memory()));
        }
        // Native libraries are unpacked where a sandboxed process may only read: by one that has met no stranger,
        // the one more than none that are asked for.
        ready(new ProcessEngine(0, child.plain(), Isolation.PROCESS, config.memory()))
                .close();
        try {
            return ready(new ProcessEngine(
                    config.processes(), child.sandboxed(sandbox.get()), Isolation.BUBBLEWRAP, config.memory()));
        } catch (IllegalStateException e) {
            if (config.isolation() == Isolation.BUBBLEWRAP) {
                throw e;
            }
            LOG.warn("Render processes do not start under bubblewrap, and so go without", e);
            return ready(new ProcessEngine(config.processes(), child.plain(), Isolation.PROCESS, config.memory()));
        }
    }

    private static ProcessEngine ready(ProcessEngine engine) throws InterruptedException {
        try {
            engine.awaitReady(1);
            return engine;
        } catch (InterruptedException | RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private static Optional<Bubblewrap> sandbox(ChildCommand child, Isolation wanted) throws InterruptedException {
        Optional<Bubblewrap> found = Bubblewrap.find(System.getenv().getOrDefault("PATH", ""));
        Optional<String> problem = found.isEmpty()
                ? Optional.of("bwrap is not on the PATH")
                : found.get().problem(child);
        if (problem.isPresent() && wanted == Isolation.BUBBLEWRAP) {
            throw new IllegalStateException(
                    "MINILAB_RENDER_ISOLATION is bubblewrap, and that does not work here: " + problem.get());
        }
        problem.ifPresent(why -> LOG.info("Render processes are not sandboxed: {}", why));
        return problem.isPresent() ? Optional.empty() : found;
    }
}
