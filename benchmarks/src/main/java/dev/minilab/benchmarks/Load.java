package dev.minilab.benchmarks;

import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.render.Renderer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Callers that ask for the same thing again and again.
final class Load {

    private Load() {}

    /// How many originals a second are rendered.
    ///
    /// @param callers how many ask at once
    static double rate(Renderer renderer, RenderRequest request, int callers, Duration time)
            throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + time.toNanos();
        Callable<Double> caller = () -> call(renderer, request, end);
        try (var threads = Executors.newFixedThreadPool(callers)) {
            List<Future<Double>> rates = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                rates.add(threads.submit(caller));
            }
            double sum = 0;
            for (Future<Double> rate : rates) {
                sum += rate.get();
            }
            return sum;
        }
    }

    /// Counts to the end of the last render, so that none is counted in part.
    private static double call(Renderer renderer, RenderRequest request, long end)
            throws RenderException, InterruptedException {
        long start = System.nanoTime();
        int done = 0;
        while (System.nanoTime() < end) {
            renderer.render(request);
            done++;
        }
        return done * 1e9 / (System.nanoTime() - start);
    }
}
