package dev.minilab.config;

import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.Cidr;
import dev.minilab.egress.TargetUrl;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Everything that an installation can be told, read from `MINILAB_` variables and, for traces, from those that
/// OpenTelemetry named; the tables in README.md explain each.
///
/// All processes read all of it, so that one environment serves api and worker alike. Immutable.
public record Config(
        Store store,
        Queue queue,
        Api api,
        AccessConfig access,
        Worker worker,
        WebhookConfig webhooks,
        Egress egress,
        Limits limits,
        TracingConfig tracing) {

    /// Reads and validates an environment.
    ///
    /// @throws ConfigException with every mistake at once
    public static Config load(Map<String, String> env) {
        Settings settings = new Settings(env);
        Config config = new Config(
                StoreSettings.read(settings),
                Queue.read(settings),
                Api.read(settings),
                AccessConfig.read(settings),
                Worker.read(settings),
                WebhookConfig.read(settings),
                Egress.read(settings),
                Limits.read(settings),
                TracingConfig.read(settings));
        settings.text("MINILAB_LOG_FORMAT");
        settings.text("MINILAB_LOG_LEVEL");
        settings.text("MINILAB_API_URL"); // These two are for commands that call the API.
        settings.text("MINILAB_API_KEY");
        settings.finish();
        return config;
    }

    /// An access key pair.
    public record Credentials(String accessKeyId, Secret secretAccessKey) {
        static @Nullable Credentials read(Settings settings, String prefix) {
            String id = settings.text(prefix + "_ACCESS_KEY_ID");
            String secret = settings.text(prefix + "_SECRET_ACCESS_KEY");
            if ((id == null) != (secret == null)) {
                settings.mistake(
                        prefix + (id == null ? "_ACCESS_KEY_ID" : "_SECRET_ACCESS_KEY"),
                        "is missing while its other half is set");
            }
            return id == null || secret == null ? null : new Credentials(id, new Secret(secret));
        }
    }

    /// Where the bucket is. Without an endpoint it is Amazon's of the region; without credentials the AWS default
    /// chain supplies them.
    ///
    /// `publicEndpoint` is the address that signed links carry.
    public record Store(
            @Nullable URI endpoint,
            @Nullable URI publicEndpoint,
            String region,
            String bucket,
            @Nullable Credentials credentials,
            Duration urlTtl) {}

    /// Where the queues are. Without an endpoint they are Amazon's of the region; without credentials the AWS default
    /// chain supplies them.
    public record Queue(
            @Nullable URI endpoint,
            String region,
            String jobs,
            String bulk,
            String webhooks,
            @Nullable Credentials credentials) {
        static Queue read(Settings settings) {
            Queue queue = new Queue(
                    settings.endpoint("MINILAB_SQS_ENDPOINT"),
                    settings.text("MINILAB_SQS_REGION", "us-east-1"),
                    name(settings, "MINILAB_SQS_JOBS_QUEUE", "minilab-jobs"),
                    name(settings, "MINILAB_SQS_BULK_QUEUE", "minilab-bulk"),
                    name(settings, "MINILAB_SQS_WEBHOOKS_QUEUE", "minilab-webhooks"),
                    Credentials.read(settings, "MINILAB_SQS"));
            if (queue.jobs().equals(queue.bulk())) {
                settings.mistake("MINILAB_SQS_BULK_QUEUE", "must be another queue than MINILAB_SQS_JOBS_QUEUE");
            }
            if (List.of(queue.jobs(), queue.bulk()).contains(queue.webhooks())) {
                settings.mistake("MINILAB_SQS_WEBHOOKS_QUEUE", "must be another queue than those of the jobs");
            }
            return queue;
        }

        /// The queue to which SQS moves what was handed out too often: `{queue}-dlq`.
        public static String deadLettersOf(String queue) {
            return queue + "-dlq";
        }

        private static String name(Settings settings, String name, String fallback) {
            return settings.parsed(name, fallback, "a queue name: 1 to 80 letters, digits, - and _", text -> {
                if (!text.matches("[A-Za-z0-9_-]{1,80}")) {
                    throw new IllegalArgumentException();
                }
                return text;
            });
        }
    }

    /// Where the API listens and who may call it. Port 0 picks a free one; without a keys file no key is needed.
    ///
    /// `spoolFolder` holds uploads of unknown length while they arrive; `presetsFile` adds to the built-in presets;
    /// `inbox` has it receive webhooks itself, for its console to show.
    public record Api(
            String host,
            int port,
            @Nullable Path keysFile,
            Path spoolFolder,
            @Nullable Path presetsFile,
            boolean inbox) {
        static Api read(Settings settings) {
            String host = settings.text("MINILAB_HOST", "127.0.0.1");
            Path keysFile = settings.path("MINILAB_API_KEYS_FILE");
            if (keysFile == null && !loopback(host)) {
                settings.mistake(
                        "MINILAB_API_KEYS_FILE",
                        "is missing: without API keys the service binds loopback addresses only, and MINILAB_HOST is "
                                + host);
            }
            Path spool = settings.path("MINILAB_SPOOL_DIR");
            return new Api(
                    host,
                    settings.integer("MINILAB_PORT", 8080, 0, 65535),
                    keysFile,
                    spool == null ? Path.of(System.getProperty("java.io.tmpdir"), "minilab-spool") : spool,
                    settings.path("MINILAB_PRESETS_FILE"),
                    settings.flag("MINILAB_WEBHOOK_INBOX", false));
        }

        /// Whether only this machine can call.
        public boolean onLoopback() {
            return loopback(host);
        }

        private static boolean loopback(String host) {
            return Stream.of("localhost", "127.0.0.1", "::1", "[::1]").anyMatch(host::equals)
                    || host.matches("127(\\.\\d{1,3}){3}");
        }
    }

    /// How the worker works: jobs in flight, how it renders, the times that govern queue and sweeper, and the port of
    /// its health checks, 0 for none.
    public record Worker(
            int concurrency,
            RenderConfig render,
            Duration visibility,
            Duration heartbeat,
            Duration jobLimit,
            Duration longPoll,
            Duration sweepPeriod,
            Duration overdue,
            Duration drain,
            @Nullable Duration retention,
            int healthPort) {

        /// For how long SQS hides a message in all, heartbeats and all.
        private static final Duration LONGEST_HIDDEN = Duration.ofHours(12);

        /// How often SQS hands out a message before it moves it to the dead-letter queue.
        public static final int MAX_RECEIVE_COUNT = 5;

        static Worker read(Settings settings) {
            Duration jobLimit = settings.duration("MINILAB_JOB_LIMIT", seconds(120), seconds(1), Duration.ofHours(1));
            RenderConfig render = RenderConfig.read(settings, jobLimit);
            Worker worker = new Worker(
                    settings.integer("MINILAB_CONCURRENCY", 2 * render.processes() + 4, 1, 1000),
                    render,
                    settings.duration("MINILAB_VISIBILITY", seconds(60), seconds(2), Duration.ofHours(12)),
                    settings.duration("MINILAB_HEARTBEAT", seconds(20), Duration.ofMillis(500), Duration.ofHours(1)),
                    jobLimit,
                    settings.duration("MINILAB_LONG_POLL", seconds(5), seconds(0), seconds(20)),
                    settings.duration("MINILAB_SWEEP_PERIOD", seconds(30), seconds(1), Duration.ofHours(1)),
                    settings.duration("MINILAB_OVERDUE", seconds(90), seconds(1), Duration.ofHours(1)),
                    settings.duration("MINILAB_DRAIN", seconds(25), seconds(0), Duration.ofMinutes(15)),
                    settings.duration("MINILAB_RETENTION", seconds(1), Duration.ofDays(3650)),
                    settings.integer("MINILAB_WORKER_PORT", 0, 0, 65535));
            if (worker.visibility().compareTo(worker.heartbeat().multipliedBy(2)) <= 0) {
                settings.mistake(
                        "MINILAB_VISIBILITY",
                        "must be more than twice MINILAB_HEARTBEAT, or one late heartbeat hands a running job to a"
                                + " second worker");
            }
            if (worker.longestHidden().compareTo(LONGEST_HIDDEN) > 0) {
                settings.mistake(
                        "MINILAB_VISIBILITY",
                        "is too long: twice MINILAB_JOB_LIMIT and twice this must fit into the 12 hours for which SQS"
                                + " hides a message at most");
            }
            if (worker.drain().compareTo(worker.longPoll()) <= 0) {
                settings.mistake(
                        "MINILAB_DRAIN",
                        "must be more than MINILAB_LONG_POLL, or a worker that stops leaves what its last receive"
                                + " gets");
            }
            return worker;
        }

        /// For how long work on a message may go on: a wait for a render process, a render, and some room.
        public Duration longestWork() {
            return jobLimit.multipliedBy(2).plus(visibility);
        }

        private Duration longestHidden() {
            return longestWork().plus(visibility);
        }
    }

    /// What strangers' URLs may reach: addresses allowed although private, others denied although public, whether
    /// plain
    /// http will do, and on which ports beside 443 and 80.
    public record Egress(List<Cidr> allow, List<Cidr> deny, boolean http, Set<Integer> ports) {
        public Egress {
            allow = List.copyOf(allow);
            deny = List.copyOf(deny);
            ports = Set.copyOf(ports);
        }

        static Egress read(Settings settings) {
            return new Egress(
                    ranges(settings, "MINILAB_EGRESS_ALLOW"),
                    ranges(settings, "MINILAB_EGRESS_DENY"),
                    settings.flag("MINILAB_EGRESS_HTTP", false),
                    settings.parsed(
                            "MINILAB_EGRESS_PORTS",
                            Set.of(),
                            "a comma-separated list of ports such as 8443,9443",
                            Egress::ports));
        }

        private static List<Cidr> ranges(Settings settings, String name) {
            return settings.parsed(
                    name,
                    List.of(),
                    "a comma-separated list of CIDRs such as 127.0.0.0/8,::1/128",
                    text -> Stream.of(text.split(","))
                            .map(String::strip)
                            .map(Cidr::parse)
                            .toList());
        }

        private static Set<Integer> ports(String text) {
            Set<Integer> ports = Stream.of(text.split(","))
                    .map(String::strip)
                    .map(Integer::valueOf)
                    .collect(Collectors.toSet());
            return new TargetUrl.Rules(false, ports).extraPorts();
        }

        /// The addresses that may be connected to: not those of this machine either, unless they are allowed.
        public AddressPolicy policy() {
            return new AddressPolicy(
                    allow,
                    Stream.concat(deny.stream(), Cidr.ofThisMachine().stream()).toList());
        }

        /// The URLs that may be named.
        public TargetUrl.Rules rules() {
            return new TargetUrl.Rules(http, ports);
        }
    }

    /// What one upload may be: bytes as sent, and pixels of all frames together.
    public record Limits(long maxUploadBytes, long maxPixels) {
        static Limits read(Settings settings) {
            return new Limits(
                    settings.bytes("MINILAB_MAX_UPLOAD_BYTES", 25L << 20, 1, 1L << 30),
                    settings.number("MINILAB_MAX_PIXELS", 50_000_000, 1, 1_000_000_000));
        }
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
