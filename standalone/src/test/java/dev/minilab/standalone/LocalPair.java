package dev.minilab.standalone;

import dev.minilab.api.IngestApi;
import dev.minilab.config.Config;
import dev.minilab.health.Shutdown;
import dev.minilab.strict.HttpRelay;
import dev.minilab.strict.HttpRelay.Filter;
import dev.minilab.worker.Worker;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/// An API and a worker in the JVM of a test, on the shared embedded pair, with a filter before each server.
/// Times are short, and renders run in threads.
final class LocalPair implements AutoCloseable {

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("MINILAB_PORT", "0"),
            Map.entry("MINILAB_EGRESS_ALLOW", "127.0.0.0/8"),
            Map.entry("MINILAB_VISIBILITY", "3s"),
            Map.entry("MINILAB_HEARTBEAT", "1s"),
            Map.entry("MINILAB_OVERDUE", "3s"),
            Map.entry("MINILAB_SWEEP_PERIOD", "1s"),
            Map.entry("MINILAB_LONG_POLL", "1s"),
            Map.entry("MINILAB_DRAIN", "10s"),
            Map.entry("MINILAB_RENDER_ISOLATION", "thread"),
            Map.entry("MINILAB_RENDER_PROCESSES", "1"),
            Map.entry("MINILAB_CONCURRENCY", "4"));

    /// What the API sees of the store, what workers see of it, and what both see of the queues.
    final HttpRelay apiStore;

    final HttpRelay workerStore;
    final HttpRelay queue;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, String> env = new TreeMap<>();
    private final IngestApi api;
    private final Client client;

    private LocalPair(Map<String, String> more, Filter store, Filter messages) throws IOException {
        Infra infra = SharedInfra.get();
        apiStore = part(new HttpRelay(infra.storeEndpoint(), store));
        workerStore = part(new HttpRelay(infra.storeEndpoint(), store));
        queue = part(new HttpRelay(infra.queueEndpoint(), messages));
        env.putAll(infra.settings());
        env.putAll(SETTINGS);
        env.putAll(more);
        env.put("MINILAB_S3_PUBLIC_ENDPOINT", infra.storeEndpoint().toString());
        env.put("MINILAB_SQS_ENDPOINT", queue.uri().toString());
        api = startApi();
        client = new Client(api.uri());
    }

    /// An API alone.
    static LocalPair start(Map<String, String> more) throws IOException {
        return start(more, Filter.NONE, Filter.NONE);
    }

    /// An API alone, on servers that filters make different.
    static LocalPair start(Map<String, String> more, Filter store, Filter messages) throws IOException {
        return new LocalPair(more, store, messages);
    }

    private IngestApi startApi() {
        return part(IngestApi.start(Config.load(apiSettings())));
    }

    /// A worker, for the test to close.
    Worker startWorker() {
        return Worker.start(Config.load(workerSettings()));
    }

    /// The settings of a worker, for one that is a process.
    Map<String, String> workerSettings() {
        Map<String, String> its = new TreeMap<>(env);
        its.put("MINILAB_S3_ENDPOINT", workerStore.uri().toString());
        return its;
    }

    /// The settings of an API that is a process.
    Map<String, String> apiSettings() {
        Map<String, String> its = new TreeMap<>(env);
        its.put("MINILAB_S3_ENDPOINT", apiStore.uri().toString());
        return its;
    }

    Client client() {
        return client;
    }

    URI uri() {
        return api.uri();
    }

    /// Lets everything through again.
    void mend() {
        apiStore.filter(Filter.NONE);
        workerStore.filter(Filter.NONE);
        queue.filter(Filter.NONE);
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        Shutdown.closeAll(parts);
    }
}
