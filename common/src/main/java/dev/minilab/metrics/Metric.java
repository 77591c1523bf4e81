package dev.minilab.metrics;

import java.util.List;

/// Every metric of Minilab: its name, its labels and what it tells. One file spells them, and docs/metrics.md, the
/// dashboard and the alerts are held to it by tests.
///
/// Names and units follow <https://prometheus.io/docs/practices/naming/>: seconds, bytes, `_total` for what only
/// grows.
public enum Metric {
    HTTP_REQUESTS(
            Kind.TIMER,
            "minilab.http.requests",
            "Requests answered, by the route's pattern",
            "method",
            "route",
            "status"),
    UPLOAD_BYTES(Kind.COUNTER, "minilab.upload.bytes", "Bytes of originals that were accepted", "lane"),
    JOBS_ACCEPTED(Kind.COUNTER, "minilab.jobs.accepted", "Jobs that were answered 202", "lane"),
    JOBS_FINISHED(Kind.COUNTER, "minilab.jobs.finished", "Jobs that this process ended", "lane", "status"),
    JOB_ERRORS(Kind.COUNTER, "minilab.job.errors", "Jobs and outputs that failed, by error code", "code"),
    JOB_QUEUED(Kind.TIMER, "minilab.job.queued", "From being accepted to the first attempt", "lane"),
    JOB_DURATION(Kind.TIMER, "minilab.job.duration", "From being accepted to the end", "lane"),
    STAGE(
            Kind.TIMER,
            "minilab.stage",
            "The stages of a job in the worker: fetch, render, store, record, announce",
            "stage"),
    OUTPUT_BYTES(Kind.COUNTER, "minilab.output.bytes", "Bytes of outputs that were stored", "format"),
    RENDER_PROCESSES(Kind.GAUGE, "minilab.render.processes", "Render processes alive"),
    RENDERS_ACTIVE(Kind.GAUGE, "minilab.renders.active", "Renders going on"),
    RENDER_PROCESSES_REPLACED(
            Kind.COUNTER,
            "minilab.render.processes.replaced",
            "Render processes that crashed or were killed at a limit"),
    PERMITS(Kind.GAUGE, "minilab.permits.free", "Messages that a consumer could take up now", "queue"),
    QUEUE_MESSAGES(
            Kind.GAUGE,
            "minilab.queue.messages",
            "Messages in a queue as SQS estimates them: visible, in_flight or delayed",
            "queue",
            "state"),
    QUEUE_OLDEST_AGE(
            Kind.GAUGE,
            "minilab.queue.oldest.age.seconds",
            "For how long the oldest visible message waits at most, as this worker sees it; 0 where none waits",
            "queue"),
    SWEEPS(Kind.TIMER, "minilab.sweeps", "Sweeps: done, skipped after another worker's, or failed", "outcome"),
    SWEEPER_RESENT(Kind.COUNTER, "minilab.sweeper.resent", "Jobs that the sweeper sent again", "lane"),
    WEBHOOK_ATTEMPTS(
            Kind.TIMER,
            "minilab.webhook.attempts",
            "Attempts to deliver webhooks: 2xx, 4xx and so on, 410 and 429 by themselves, or why there was no answer",
            "outcome"),
    WEBHOOK_EVENTS(Kind.COUNTER, "minilab.webhook.events", "Webhooks that are delivered, or failed for good", "state"),
    WEBHOOK_PAUSES(
            Kind.COUNTER, "minilab.webhook.pauses", "Hosts that were left alone for a while because they only fail"),
    WEBHOOK_HOSTS_PAUSED(Kind.GAUGE, "minilab.webhook.hosts.paused", "Hosts that are left alone at the moment"),
    STORE_CALLS(
            Kind.TIMER,
            "minilab.store.calls",
            "Calls to the object store by operation, and how they ended",
            "call",
            "outcome"),
    QUEUE_CALLS(
            Kind.TIMER,
            "minilab.queue.calls",
            "Calls to the queues by operation, and how they ended",
            "call",
            "outcome");

    /// How a metric is shown: a counter gets `_total`, a timer `_seconds` with buckets, a gauge its name alone.
    public enum Kind {
        COUNTER,
        TIMER,
        GAUGE
    }

    private final Kind kind;
    private final String meter;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // What List.of makes is immutable.
    private final List<String> labels;

    Metric(Kind kind, String meter, String description, String... labels) {
        this.kind = kind;
        this.meter = meter;
        this.description = description;
        this.labels = List.of(labels);
    }

    Kind kind() {
        return kind;
    }

    String meter() {
        return meter;
    }

    /// What it tells, in one sentence.
    public String description() {
        return description;
    }

    /// The names of its labels, in the order in which [Meters] takes their values.
    public List<String> labels() {
        return labels;
    }

    /// Its name in Prometheus' text format, without the suffixes of a timer's parts (`_bucket`, `_count`, `_sum`).
    public String exposedName() {
        String name = meter.replace('.', '_');
        return switch (kind) {
            case COUNTER -> name + "_total";
            case TIMER -> name + "_seconds";
            case GAUGE -> name;
        };
    }
}
