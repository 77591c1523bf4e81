package dev.minilab.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// What both sides did in each round. For one thread.
final class Rounds {

    private final List<Round> rounds = new ArrayList<>();

    /// Originals a second of either side.
    record Round(double ours, double theirs) {
        double ratio() {
            return ours / theirs;
        }
    }

    void add(Round round) {
        rounds.add(round);
    }

    double medianOurs() {
        return median(Round::ours);
    }

    double medianTheirs() {
        return median(Round::theirs);
    }

    /// The median of the rounds' ratios: what else the machine does in a round, it does to both sides.
    double medianRatio() {
        return median(Round::ratio);
    }

    double leastRatio() {
        return sorted(Round::ratio).getFirst();
    }

    double greatestRatio() {
        return sorted(Round::ratio).getLast();
    }

    private double median(ToDoubleFunction<Round> value) {
        List<Double> sorted = sorted(value);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private List<Double> sorted(ToDoubleFunction<Round> value) {
        return rounds.stream().mapToDouble(value).sorted().boxed().toList();
    }
}
