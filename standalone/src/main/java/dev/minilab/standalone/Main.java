package dev.minilab.standalone;

import dev.minilab.api.IngestApi;
import dev.minilab.cli.BackfillCommand;
import dev.minilab.cli.CapabilitiesCommand;
import dev.minilab.cli.CompletionCommand;
import dev.minilab.cli.DoctorCommand;
import dev.minilab.cli.Failures;
import dev.minilab.cli.JobCommand;
import dev.minilab.cli.JobsCommand;
import dev.minilab.cli.ReportOption;
import dev.minilab.cli.SetupCommand;
import dev.minilab.cli.SubmitCommand;
import dev.minilab.cli.VersionCommand;
import dev.minilab.config.Config;
import dev.minilab.config.ConfigException;
import dev.minilab.health.Shutdown;
import dev.minilab.trace.Tracing;
import dev.minilab.webhook.SigningKey;
import dev.minilab.webhook.WebhookSecret;
import dev.minilab.worker.Worker;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The command line. Exit codes: 0 done, 1 failed, 2 used wrongly, 78 configured wrongly (as in BSD's sysexits).
@Command(
        name = "minilab",
        description = "Asynchronous image processing on S3 and SQS, or with nothing but this.",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        subcommands = {
            Main.Serve.class,
            Main.DemoCommand.class,
            Main.Api.class,
            Main.WorkerCommand.class,
            Main.InfraCommand.class,
            KeysCommand.class,
            Main.SecretsCommand.class,
            WebhooksCommand.class,
            DlqCommand.class,
            SubmitCommand.class,
            BackfillCommand.class,
            DoctorCommand.class,
            SetupCommand.class,
            JobsCommand.class,
            JobCommand.class,
            CapabilitiesCommand.class,
            VersionCommand.class,
            CompletionCommand.class
        })
public final class Main {

    private static final String LOOPBACK = "127.0.0.1";

    private Main() {}

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler(new Failures());
    }

    public static void main(String[] args) {
        int code = 1;
        try {
            code = commandLine().execute(args);
        } catch (Throwable e) {
            LoggerFactory.getLogger(Main.class).error("Unexpectedly at an end", e);
        } finally {
            System.exit(code);
        }
    }

    /// The version of the jar.
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"minilab " + (version == null ? "(development)" : version)};
        }
    }

    /// Keeps the process up until SIGTERM or SIGINT, then closes what it runs.
    private static int runUntilStopped(AutoCloseable running) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                running.close();
                            } catch (Exception e) {
                                System.err.println("minilab: stopping failed: " + e);
                            }
                            stopped.countDown();
                            // A JVM that ends by a signal exits with 143; a drained one has done what it was told.
                            Runtime.getRuntime().halt(0);
                        },
                        "shutdown"));
        stopped.await();
        return 0;
    }

    @Command(name = "serve", description = "Run everything in this process: S3, SQS, API and worker.")
    static final class Serve implements Callable<Integer> {
        @Option(names = "--host", description = "Where to listen (default: ${DEFAULT-VALUE}).", defaultValue = LOOPBACK)
        private String host = LOOPBACK;

        @Option(
                names = "--port",
                description = "The port, 0 for a free one (default: ${DEFAULT-VALUE}).",
                defaultValue = "8080")
        private int port;

        @Option(
                names = "--data",
                description = "The folder that everything is kept in (default: ${DEFAULT-VALUE}).",
                defaultValue = "data")
        private Path data = Path.of("data");

        @Option(names = "--s3-port", description = "The port of the embedded S3 (default: the port + 1).")
        private @Nullable Integer storePort;

        @Option(names = "--sqs-port", description = "The port of the embedded SQS (default: the port + 2).")
        private @Nullable Integer queuePort;

        @Override
        public Integer call() throws InterruptedException {
            Standalone standalone = Standalone.start(
                    data,
                    host,
                    port,
                    storePort != null ? storePort : next(1),
                    queuePort != null ? queuePort : next(2),
                    System.getenv());
            greet(standalone.uri());
            return runUntilStopped(standalone);
        }

        private int next(int offset) {
            return port == 0 || port + offset > 65535 ? 0 : Addresses.preferred(LOOPBACK, port + offset);
        }

        private static void greet(URI uri) {
            PrintStream out = System.out;
            out.println("READY " + uri);
            out.println();
            out.println("  curl -H 'Content-Type: image/jpeg' --data-binary @photo.jpg " + uri + "/v1/jobs");
            out.println(
                    "  curl -F image=@photo.jpg -F 'job={\"outputs\":{\"thumb\":{\"width\":320,\"format\":\"webp\"}}}"
                            + ";type=application/json' " + uri + "/v1/jobs");
            out.println("  curl " + uri + "/v1/jobs/JOB_ID");
            out.flush();
        }
    }

    @Command(name = "demo", description = "Send one image through everything, and leave its thumbnails here.")
    static final class DemoCommand implements Callable<Integer> {
        @Parameters(
                arity = "0..1",
                paramLabel = "IMAGE",
                description = "A JPEG or PNG; without one, an image is drawn.")
        private @Nullable Path image;

        @Override
        public Integer call() throws Exception {
            return new Demo(System.out).run(image, Path.of("").toAbsolutePath());
        }
    }

    @Command(name = "api", description = "Run the HTTP API alone, configured by the environment.")
    static final class Api implements Callable<Integer> {
        @Override
        public Integer call() throws InterruptedException {
            Config config = Config.load(System.getenv());
            Deque<AutoCloseable> parts = new ArrayDeque<>(List.of(Tracing.start(config.tracing(), "minilab-api")));
            IngestApi api = IngestApi.start(config);
            parts.push(api);
            System.out.println("READY " + api.uri());
            System.out.flush();
            return runUntilStopped(() -> Shutdown.closeAll(parts));
        }
    }

    @Command(name = "worker", description = "Run a worker alone, configured by the environment.")
    static final class WorkerCommand implements Callable<Integer> {
        @Override
        public Integer call() throws InterruptedException {
            Config config = Config.load(System.getenv());
            Deque<AutoCloseable> parts = new ArrayDeque<>(List.of(Tracing.start(config.tracing(), "minilab-worker")));
            parts.push(Worker.start(config));
            System.out.println("READY worker");
            System.out.flush();
            return runUntilStopped(() -> Shutdown.closeAll(parts));
        }
    }

    @Command(name = "infra", description = "Run the embedded S3 and SQS alone, for an API and workers beside it.")
    static final class InfraCommand implements Callable<Integer> {
        @Option(names = "--host", description = "Where to listen (default: ${DEFAULT-VALUE}).", defaultValue = LOOPBACK)
        private String host = LOOPBACK;

        @Option(names = "--data", description = "The data folder (default: ${DEFAULT-VALUE}).", defaultValue = "data")
        private Path data = Path.of("data");

        @Option(
                names = "--s3-port",
                description = "The port of the S3 (default: ${DEFAULT-VALUE}).",
                defaultValue = "9000")
        private int storePort;

        @Option(
                names = "--sqs-port",
                description = "The port of the SQS (default: ${DEFAULT-VALUE}).",
                defaultValue = "9324")
        private int queuePort;

        @Override
        public Integer call() throws InterruptedException {
            Infra infra = Infra.start(data, System.getenv(), host, storePort, queuePort);
            System.out.println("READY " + infra.storeEndpoint() + " " + infra.queueEndpoint());
            System.out.flush();
            return runUntilStopped(infra);
        }
    }

    @Command(name = "secrets", description = "Show the secrets of an embedded installation, as settings.")
    static final class SecretsCommand implements Callable<Integer> {
        @Option(names = "--data", description = "The data folder (default: ${DEFAULT-VALUE}).", defaultValue = "data")
        private Path data = Path.of("data");

        @Option(
                names = "--new",
                description = "Print a new webhook secret and signing key instead, for an installation of your own.")
        private boolean fresh;

        @CommandLine.Mixin
        private ReportOption how = new ReportOption();

        @Override
        public Integer call() {
            if (fresh) {
                SecureRandom random = new SecureRandom();
                SigningKey key = SigningKey.generate(random);
                print(Map.of(
                        "MINILAB_WEBHOOK_SECRET",
                        WebhookSecret.generate(random).encoded(),
                        "MINILAB_WEBHOOK_SIGNING_KEY",
                        key.encoded()));
                System.err.println("Receivers verify v1a signatures with " + key.publicKey());
                return 0;
            }
            if (!Files.isDirectory(data)) {
                throw new ConfigException(List.of("--data: there is no installation in " + data.toAbsolutePath()));
            }
            DataFolder.Secrets secrets = DataFolder.secrets(data);
            print(Map.of(
                    "MINILAB_S3_ACCESS_KEY_ID", secrets.accessKeyId(),
                    "MINILAB_S3_SECRET_ACCESS_KEY", secrets.secretAccessKey(),
                    "MINILAB_WEBHOOK_SECRET", secrets.webhookSecret()));
            return 0;
        }

        /// As one object, or as lines that a shell or an environment file takes.
        private void print(Map<String, String> settings) {
            Map<String, String> sorted = new TreeMap<>(settings);
            how.report()
                    .line(
                            sorted,
                            () -> sorted.entrySet().stream()
                                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                                    .collect(Collectors.joining(System.lineSeparator())));
        }
    }
}
