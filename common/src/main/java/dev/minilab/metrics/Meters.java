package dev.minilab.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Counts and times what this process does, once for all its parts: a process has one registry, as it has one log.
/// Thread-safe, and cheap enough for every call.
///
/// Labels take values of small sets only: never an id, a URL or a tenant, of which there is no end.
public final class Meters {

    /// Prometheus' media type for [#scrape].
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofMinutes(5),
        Duration.ofMinutes(30)
    };

    private static final PrometheusMeterRegistry REGISTRY = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    static {
        new JvmMemoryMetrics().bindTo(REGISTRY);
        new JvmThreadMetrics().bindTo(REGISTRY);
        new ProcessorMetrics().bindTo(REGISTRY);
        new FileDescriptorMetrics().bindTo(REGISTRY);
        new UptimeMetrics().bindTo(REGISTRY);
        bindForGood(new JvmGcMetrics());
    }

    private Meters() {}

    /// Listens to the garbage collector until the process ends, which is what it is for.
    @SuppressWarnings("resource")
    private static void bindForGood(JvmGcMetrics metrics) {
        metrics.bindTo(REGISTRY);
    }

    /// Adds one.
    public static void count(Metric metric, String... labels) {
        add(metric, 1, labels);
    }

    /// Adds an amount that is not negative.
    public static void add(Metric metric, long amount, String... labels) {
        require(metric, Metric.Kind.COUNTER);
        Counter.builder(metric.meter())
                .description(metric.description())
                .tags(tags(metric, labels))
                .register(REGISTRY)
                .increment((double) amount);
    }

    /// Notes that something took so long; a negative duration counts as none.
    public static void time(Metric metric, Duration duration, String... labels) {
        require(metric, Metric.Kind.TIMER);
        Timer.builder(metric.meter())
                .description(metric.description())
                .tags(tags(metric, labels))
                .serviceLevelObjectives(BUCKETS)
                .register(REGISTRY)
                .record(duration.isNegative() ? Duration.ZERO : duration);
    }

    /// Notes the time since `startNanos`, a value of [System#nanoTime].
    public static void timeSince(Metric metric, long startNanos, String... labels) {
        time(metric, Duration.ofNanos(System.nanoTime() - startNanos), labels);
    }

    /// Times a block: `try (var _ = Meters.timing(Metric.STAGE, "fetch")) { … }`.
    public static Timing timing(Metric metric, String... labels) {
        long start = System.nanoTime();
        return () -> timeSince(metric, start, labels);
    }

    /// Ends when it is closed.
    public interface Timing extends AutoCloseable {
        @Override
        void close();
    }

    /// Shows a value whenever somebody looks. A second gauge with the same labels takes the place of the first.
    public static void gauge(Metric metric, Supplier<Number> value, String... labels) {
        require(metric, Metric.Kind.GAUGE);
        List<Tag> tags = tags(metric, labels);
        var before = REGISTRY.find(metric.meter()).tags(tags).meter();
        if (before != null) {
            REGISTRY.remove(before);
        }
        Gauge.builder(metric.meter(), value)
                .description(metric.description())
                .tags(tags)
                .strongReference(true)
                .register(REGISTRY);
    }

    /// All metrics in Prometheus' text format.
    public static String scrape() {
        return REGISTRY.scrape(CONTENT_TYPE);
    }

    private static List<Tag> tags(Metric metric, String[] labels) {
        if (labels.length != metric.labels().size()) {
            throw new IllegalArgumentException(metric + " has the labels " + metric.labels());
        }
        List<Tag> tags = new ArrayList<>(labels.length);
        for (int i = 0; i < labels.length; i++) {
            tags.add(Tag.of(metric.labels().get(i), labels[i]));
        }
        return tags;
    }

    private static void require(Metric metric, Metric.Kind kind) {
        if (metric.kind() != kind) {
            throw new IllegalArgumentException(metric + " is a " + metric.kind());
        }
    }
}
