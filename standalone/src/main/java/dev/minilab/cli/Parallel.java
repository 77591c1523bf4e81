package dev.minilab.cli;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Does the same with many things, a few at a time, on virtual threads.
final class Parallel {

    private Parallel() {}

    /// Returns when all of it is done. After an exception nothing new is begun, and the first one is thrown.
    static <T> void each(Iterator<T> things, int atATime, Consumer<T> what) throws InterruptedException {
        Semaphore permits = new Semaphore(atATime);
        List<RuntimeException> failures = new CopyOnWriteArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            while (failures.isEmpty() && things.hasNext()) {
                T thing = things.next();
                permits.acquire();
                threads.execute(() -> {
                    try {
                        what.accept(thing);
                    } catch (RuntimeException e) {
                        failures.add(e);
                    } finally {
                        permits.release();
                    }
                });
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }
}
