package dev.minilab.standalone;

import dev.minilab.api.IngestApi;
import dev.minilab.config.Config;
import dev.minilab.config.ConfigException;
import dev.minilab.health.Shutdown;
import dev.minilab.trace.Tracing;
import dev.minilab.worker.Worker;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A whole Minilab in one process: embedded servers, API and worker, through the entry points that run separately in
/// the cloud.
final class Standalone implements AutoCloseable {

    /// Where webhooks may go when everything runs on one machine for its user alone.
    private static final String LOOPBACK = "127.0.0.0/8,::1/128";

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final URI uri;
    private final Config config;

    private Standalone(Deque<AutoCloseable> parts, URI uri, Config config) {
        this.parts.addAll(parts);
        this.uri = uri;
        this.config = config;
    }

    /// Starts everything.
    ///
    /// @param env settings that are not about bucket and queues, which are embedded
    /// @param storePort the port of the embedded store, 0 for any
    /// @param queuePort the port of the embedded queue, 0 for any
    static Standalone start(Path data, String host, int port, int storePort, int queuePort, Map<String, String> env) {
        Map<String, String> settings = new TreeMap<>(env);
        refuseCloudSettings(settings);
        settings.put("MINILAB_HOST", host);
        settings.put("MINILAB_PORT", Integer.toString(port));
        Config asked = Config.load(settings); // Mistakes show before anything is started.
        IngestApi.check(asked);
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            parts.push(Tracing.start(asked.tracing(), "minilab"));
            Infra infra = Infra.start(data, settings, "127.0.0.1", storePort, queuePort);
            parts.push(infra);
            infra.settings().forEach(settings::putIfAbsent);
            settings.putIfAbsent("MINILAB_LONG_POLL", "1s");
            settings.putIfAbsent("MINILAB_DRAIN", "12s"); // API and worker stop one after the other.
            settings.putIfAbsent("MINILAB_WEBHOOK_INBOX", "true");
            if (asked.api().onLoopback()) {
                settings.putIfAbsent("MINILAB_EGRESS_ALLOW", LOOPBACK);
            }
            Config config = Config.load(settings);
            parts.push(Worker.start(config));
            IngestApi api = IngestApi.start(config);
            parts.push(api);
            return new Standalone(parts, api.uri(), config);
        } catch (RuntimeException | Error e) {
            Shutdown.closeAll(parts);
            throw e;
        }
    }

    private static void refuseCloudSettings(Map<String, String> settings) {
        List<String> wrong = settings.keySet().stream()
                .filter(name -> name.startsWith("MINILAB_S3_")
                        || name.startsWith("MINILAB_R2_")
                        || name.startsWith("MINILAB_SQS_"))
                .map(name -> name + " has no place here: bucket and queues are embedded."
                        + " Use `./minilab api` and `./minilab worker` for your own")
                .toList();
        if (!wrong.isEmpty()) {
            throw new ConfigException(wrong);
        }
    }

    URI uri() {
        return uri;
    }

    Config config() {
        return config;
    }

    @Override
    public void close() {
        Shutdown.closeAll(parts);
    }
}
