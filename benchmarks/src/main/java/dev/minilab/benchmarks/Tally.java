package dev.minilab.benchmarks;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/// What a load was answered: how often with which status, and how fast. Thread-safe.
final class Tally {

    private static final int MOST = 4_000_000;

    private final Map<String, LongAdder> answers = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final int[] micros = new int[MOST];
    private final LongAdder bare = new LongAdder();
    private int measured;

    void answered(String call, Wire.Answer answer, long nanos) {
        answers.computeIfAbsent(call + " " + answer.status(), _ -> new LongAdder())
                .increment();
        if ((answer.status() == 503 || answer.status() == 429) && !answer.retryAfter()) {
            bare.increment();
        }
        synchronized (micros) {
            if (measured < MOST) {
                micros[measured++] = (int) Math.min(Integer.MAX_VALUE, nanos / 1000);
            }
        }
    }

    void failed(Exception e) {
        failures.computeIfAbsent(e.toString(), _ -> new LongAdder()).increment();
    }

    /// How many answers had that status.
    long of(int status) {
        return answers.entrySet().stream()
                .filter(answer -> answer.getKey().endsWith(" " + status))
                .mapToLong(answer -> answer.getValue().sum())
                .sum();
    }

    /// How many connections broke, and how many refusals did not say when to come back.
    long broken() {
        return failures.values().stream().mapToLong(LongAdder::sum).sum() + bare.sum();
    }

    void print(double seconds) {
        int[] sorted = Arrays.copyOf(micros, measured);
        Arrays.sort(sorted);
        IO.println("%,d answers in %.0f s: %,.0f a second".formatted(measured, seconds, measured / seconds));
        answers.forEach((call, count) -> IO.println("  %-28s %,9d".formatted(call, count.sum())));
        IO.println("latency from the moment each was due, ms: p50 %.1f, p95 %.1f, p99 %.1f, most %.1f"
                .formatted(at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99), at(sorted, 1)));
        new TreeMap<>(failures).forEach((what, count) -> IO.println("broken: %s: %d".formatted(what, count.sum())));
    }

    private static double at(int[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, share * sorted.length)] / 1000.0;
    }
}
