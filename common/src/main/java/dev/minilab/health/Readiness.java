package dev.minilab.health;

import dev.minilab.json.Json;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.QueueException;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Whether bucket and queue answer. An answer is kept for a few seconds, so that probes cost little. Thread-safe.
public final class Readiness {

    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
    private static final Duration KEPT = Duration.ofSeconds(3);

    /// What was found: `ok`, or which part does not answer.
    public record State(boolean store, boolean queue, boolean draining) {
        public boolean ready() {
            return store && queue && !draining;
        }

        public byte[] json() {
            ObjectNode json = Json.object().put("status", ready() ? "ready" : draining ? "draining" : "unavailable");
            json.putObject("checks").put("store", word(store)).put("queue", word(queue));
            return Json.write(json);
        }

        private static String word(boolean ok) {
            return ok ? "ok" : "unavailable";
        }
    }

    private final ObjectStore store;
    private final MessageQueue queue;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable State last;
    private long lastAt;
    private volatile boolean draining;

    public Readiness(ObjectStore store, MessageQueue queue) {
        this.store = store;
        this.queue = queue;
    }

    /// From now on the process is not ready: it is about to stop.
    public void drain() {
        draining = true;
    }

    public State state() {
        lock.lock();
        try {
            State state = last;
            if (state == null || System.nanoTime() - lastAt > KEPT.toNanos()) {
                state = new State(storeAnswers(), queueAnswers(), false);
                last = state;
                lastAt = System.nanoTime();
            }
            return new State(state.store(), state.queue(), draining);
        } finally {
            lock.unlock();
        }
    }

    private boolean storeAnswers() {
        try {
            store.check();
            return true;
        } catch (StoreException e) {
            LOG.warn("Not ready: {}", e.getMessage());
            return false;
        }
    }

    private boolean queueAnswers() {
        try {
            queue.check();
            return true;
        } catch (QueueException e) {
            LOG.warn("Not ready: {}", e.getMessage());
            return false;
        }
    }
}
