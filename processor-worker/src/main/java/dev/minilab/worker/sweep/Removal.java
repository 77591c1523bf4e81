package dev.minilab.worker.sweep;

import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Removes many objects, a few at a time: R2 has no call for that.
final class Removal {

    private static final int AT_ONCE = 16;

    private final ObjectStore store;

    Removal(ObjectStore store) {
        this.store = store;
    }

    /// Returns when all are gone.
    ///
    /// @throws StoreException if one cannot be removed; others may be gone by then
    void remove(List<String> keys) throws InterruptedException {
        if (keys.isEmpty()) {
            return;
        }
        try (ExecutorService threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            List<Future<?>> removing = new ArrayList<>();
            keys.forEach(key -> removing.add(threads.submit(() -> store.delete(key))));
            for (Future<?> one : removing) {
                one.get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
