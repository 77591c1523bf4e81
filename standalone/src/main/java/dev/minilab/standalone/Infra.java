package dev.minilab.standalone;

import dev.minilab.config.Config;
import dev.minilab.config.ConfigException;
import dev.minilab.health.Shutdown;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.QueueException;
import dev.minilab.queue.Queues;
import dev.minilab.store.ObjectStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The two embedded servers on one data folder, with bucket and queues ready, and the settings with which an API and
/// a worker find them.
final class Infra implements AutoCloseable {

    private static final Duration RESTORE_LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final String BUCKET = "minilab";
    private static final List<String> QUEUES = List.of("minilab-jobs", "minilab-bulk", "minilab-webhooks");

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, String> settings = new LinkedHashMap<>();

    private Infra() {}

    /// Starts both.
    ///
    /// @param env may hold the secrets (`MINILAB_S3_ACCESS_KEY_ID`, `MINILAB_S3_SECRET_ACCESS_KEY`,
    /// `MINILAB_WEBHOOK_SECRET`) that
    /// the installation would otherwise make up for itself
    /// @param host where to listen; both servers have it
    /// @param storePort the port of the store, 0 for any
    /// @param queuePort the port of the queue, 0 for any
    static Infra start(Path data, Map<String, String> env, String host, int storePort, int queuePort) {
        Infra infra = new Infra();
        try {
            infra.build(data, env, host, storePort, queuePort);
            return infra;
        } catch (ConfigException e) {
            infra.close();
            throw e;
        } catch (Exception e) {
            infra.close();
            throw new ConfigException(List.of("The embedded servers do not start: " + e), e);
        }
    }

    private void build(Path data, Map<String, String> env, String host, int storePort, int queuePort) throws Exception {
        DataFolder folder = part(DataFolder.open(data));
        DataFolder.Secrets secrets = folder.secrets().overriddenBy(env);
        EmbeddedStore store = part(EmbeddedStore.start(folder.store(), host, Addresses.port(host, storePort), secrets));
        EmbeddedQueue queue = part(EmbeddedQueue.start(
                folder.queueDatabase(),
                host,
                Addresses.port(host, queuePort),
                QUEUES,
                Config.Worker.MAX_RECEIVE_COUNT,
                Duration.ofSeconds(60)));
        var endpoints = new DataFolder.Endpoints(store.endpoint(), queue.endpoint());
        settings.putAll(settings(secrets, endpoints));
        settings.put("MINILAB_SPOOL_DIR", folder.spool().toString());
        prepare(Config.load(settings));
        folder.announce(endpoints);
    }

    /// The settings with which another process reaches the servers that run on a data folder.
    ///
    /// @throws ConfigException if none do
    static Map<String, String> settingsOfRunning(Path data) {
        DataFolder.Endpoints endpoints = DataFolder.endpoints(data); // First: secrets are made where there are none.
        return settings(DataFolder.secrets(data), endpoints);
    }

    private static Map<String, String> settings(DataFolder.Secrets secrets, DataFolder.Endpoints endpoints) {
        return Map.of(
                "MINILAB_S3_ENDPOINT", endpoints.store().toString(),
                "MINILAB_S3_BUCKET", BUCKET,
                "MINILAB_S3_ACCESS_KEY_ID", secrets.accessKeyId(),
                "MINILAB_S3_SECRET_ACCESS_KEY", secrets.secretAccessKey(),
                "MINILAB_SQS_ENDPOINT", endpoints.queue().toString(),
                "MINILAB_SQS_REGION", EmbeddedQueue.REGION,
                "MINILAB_SQS_ACCESS_KEY_ID", secrets.accessKeyId(),
                "MINILAB_SQS_SECRET_ACCESS_KEY", secrets.secretAccessKey(),
                "MINILAB_WEBHOOK_SECRET", secrets.webhookSecret());
    }

    private static void prepare(Config config) throws InterruptedException {
        try (ObjectStore store = new ObjectStore(config.store());
                Queues queues = new Queues(config.queue())) {
            store.createBucket();
            for (String name : QUEUES) {
                awaitRestored(queues.open(name));
                awaitRestored(queues.open(name + "-dlq"));
            }
        }
    }

    private static void awaitRestored(MessageQueue queue) throws InterruptedException {
        long end = System.nanoTime() + RESTORE_LIMIT.toNanos();
        while (true) {
            try {
                queue.check();
                return;
            } catch (QueueException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(POLL);
            }
        }
    }

    /// The `MINILAB_` variables that lead to these servers.
    Map<String, String> settings() {
        return settings;
    }

    URI storeEndpoint() {
        return URI.create(settings.getOrDefault("MINILAB_S3_ENDPOINT", ""));
    }

    URI queueEndpoint() {
        return URI.create(settings.getOrDefault("MINILAB_SQS_ENDPOINT", ""));
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
