package dev.minilab.standalone;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.Terminated;
import org.elasticmq.server.ElasticMQServer;
import org.elasticmq.server.config.ElasticMQServerConfig;
import scala.Function0;

/// An SQS in this process: ElasticMQ with its messages in an H2 database
/// (<https://github.com/softwaremill/elasticmq>).
///
/// `WRITE_DELAY=0` makes H2 write at once: without it, a kill costs messages that were acknowledged. Each queue has a
/// dead-letter queue named `{queue}-dlq`.
final class EmbeddedQueue implements AutoCloseable {

    static final String REGION = "elasticmq";
    static final String ACCOUNT = "000000000000";

    private final Function0<Terminated> stop;
    private final URI endpoint;

    private EmbeddedQueue(Function0<Terminated> stop, URI endpoint) {
        this.stop = stop;
        this.endpoint = endpoint;
    }

    /// Starts the server. It answers before the queues of an earlier run are back: wait for them.
    static EmbeddedQueue start(
            Path database, String host, int port, List<String> queues, int maxReceiveCount, Duration visibility) {
        var server = new ElasticMQServer(
                new ElasticMQServerConfig(config(database, host, port, queues, maxReceiveCount, visibility)));
        return new EmbeddedQueue(server.start(), Addresses.http(host, port));
    }

    private static Config config(
            Path database, String host, int port, List<String> queues, int maxReceiveCount, Duration visibility) {
        Map<String, Object> all = new TreeMap<>();
        for (String queue : queues) {
            all.put(queue + "-dlq", Map.of());
            all.put(
                    queue,
                    Map.of(
                            "defaultVisibilityTimeout",
                            visibility.toSeconds() + " seconds",
                            "deadLettersQueue",
                            Map.of("name", queue + "-dlq", "maxReceiveCount", maxReceiveCount)));
        }
        Map<String, Object> settings = Map.ofEntries(
                Map.entry("node-address.protocol", "http"),
                Map.entry("node-address.host", host),
                Map.entry("node-address.port", port),
                Map.entry("node-address.context-path", ""),
                Map.entry("generate-node-address", false),
                Map.entry("rest-sqs.enabled", true),
                Map.entry("rest-sqs.bind-hostname", host),
                Map.entry("rest-sqs.bind-port", port),
                Map.entry("rest-sqs.sqs-limits", "strict"),
                Map.entry("queues-storage.enabled", false),
                Map.entry("messages-storage.enabled", true),
                Map.entry("messages-storage.driver-class", "org.h2.Driver"),
                Map.entry(
                        "messages-storage.uri",
                        String.format(Locale.ROOT, "jdbc:h2:%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE", database)),
                Map.entry("messages-storage.username", "sa"),
                Map.entry("messages-storage.password", ""),
                Map.entry("messages-storage.prune-data-on-init", false),
                Map.entry("aws.region", REGION),
                Map.entry("aws.accountId", ACCOUNT),
                Map.entry("pekko.loglevel", "WARNING"),
                Map.entry("pekko.loggers", List.of("org.apache.pekko.event.slf4j.Slf4jLogger")),
                Map.entry("pekko.logging-filter", "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"),
                // It stops when we say so: by itself it would end at the signal, under a worker that still drains.
                Map.entry("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook", false),
                Map.entry("pekko.jvm-exit-on-fatal-error", false));
        return ConfigFactory.parseMap(settings)
                .withFallback(ConfigFactory.parseMap(Map.of("queues", all)))
                .withFallback(ConfigFactory.defaultReference())
                .resolve();
    }

    URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        stop.apply();
    }
}
