package dev.minilab.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.egress.Cidr;
import dev.minilab.webhook.SigningKey;
import dev.minilab.webhook.WebhookSecret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("I27 The configuration")
class ConfigTest {
    private static final String ACCOUNT = "0123456789abcdef0123456789abcdef";
    private static final String R2 = "https://" + ACCOUNT + ".r2.cloudflarestorage.com";
    private static final String WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OLD_SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static final String SIGNING_KEY =
            "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";

    @Test
    @DisplayName("has defaults for everything")
    void defaults() {
        int cores = Runtime.getRuntime().availableProcessors();

        assertThat(Config.load(Map.of()))
                .isEqualTo(new Config(
                        new Config.Store(null, null, "us-east-1", "minilab", null, Duration.ofHours(1)),
                        new Config.Queue(null, "us-east-1", "minilab-jobs", "minilab-bulk", "minilab-webhooks", null),
                        new Config.Api(
                                "127.0.0.1",
                                8080,
                                null,
                                Path.of(System.getProperty("java.io.tmpdir"), "minilab-spool"),
                                null,
                                false),
                        new AccessConfig(
                                null, 0, 0, Duration.ZERO, 0, 4L << 30, 2048, Duration.ofSeconds(20), Set.of(), false),
                        new Config.Worker(
                                2 * cores + 4,
                                new RenderConfig(
                                        cores,
                                        RenderConfig.Isolation.PROCESS,
                                        1L << 30,
                                        512L << 20,
                                        cores * (512L << 20),
                                        Duration.ofSeconds(60)),
                                Duration.ofSeconds(60),
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(120),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(90),
                                Duration.ofSeconds(25),
                                null,
                                0),
                        new WebhookConfig(
                                List.of(),
                                null,
                                List.of(),
                                Stream.of("PT5S", "PT5M", "PT30M", "PT2H", "PT5H", "PT10H", "PT14H", "PT20H", "PT24H")
                                        .map(Duration::parse)
                                        .toList()),
                        new Config.Egress(List.of(), List.of(), false, Set.of()),
                        new Config.Limits(25L * 1024 * 1024, 50_000_000),
                        new TracingConfig(null, Map.of(), Map.of(), 1)));
    }

    private static Map<String, String> everything() {
        Map<String, String> env = new LinkedHashMap<>();
        env.put("MINILAB_S3_ENDPOINT", "http://s3.internal:9000/");
        env.put("MINILAB_S3_PUBLIC_ENDPOINT", "https://images.example.com");
        env.put("MINILAB_S3_REGION", "eu-central-1");
        env.put("MINILAB_S3_BUCKET", "pictures.of-all");
        env.put("MINILAB_S3_ACCESS_KEY_ID", "AKIA-STORE");
        env.put("MINILAB_S3_SECRET_ACCESS_KEY", "hush-store");
        env.put("MINILAB_URL_TTL", "15m");
        env.put("MINILAB_SQS_ENDPOINT", "http://sqs.internal:9324");
        env.put("MINILAB_SQS_REGION", "eu-west-3");
        env.put("MINILAB_SQS_JOBS_QUEUE", "Jobs_1");
        env.put("MINILAB_SQS_BULK_QUEUE", "Bulk_1");
        env.put("MINILAB_SQS_WEBHOOKS_QUEUE", "Hooks-1");
        env.put("MINILAB_SQS_ACCESS_KEY_ID", "AKIA-QUEUE");
        env.put("MINILAB_SQS_SECRET_ACCESS_KEY", "hush-queue");
        env.put("MINILAB_HOST", "0.0.0.0");
        env.put("MINILAB_PORT", "0");
        env.put("MINILAB_API_KEYS_FILE", "/etc/minilab/keys.json");
        env.put("MINILAB_SPOOL_DIR", "/var/spool/minilab");
        env.put("MINILAB_PRESETS_FILE", "/etc/minilab/presets.json");
        env.put("MINILAB_WEBHOOK_INBOX", "true");
        env.put("MINILAB_RATE_LIMIT", "600/m:50");
        env.put("MINILAB_QUOTA_QUEUED_JOBS", "500");
        env.put("MINILAB_QUOTA_BYTES_A_DAY", "10GiB");
        env.put("MINILAB_MAX_QUEUE_AGE", "15m");
        env.put("MINILAB_UPLOADS", "40");
        env.put("MINILAB_UPLOADS_BYTES", "1GiB");
        env.put("MINILAB_MIN_UPLOAD_RATE", "8KiB");
        env.put("MINILAB_CLIENT_PATIENCE", "5s");
        env.put("MINILAB_CORS_ORIGINS", "https://a.example.com, http://localhost:3000");
        env.put("MINILAB_PRESETS_ONLY", "true");
        env.put("MINILAB_CONCURRENCY", "33");
        env.put("MINILAB_RENDER_PROCESSES", "7");
        env.put("MINILAB_RENDER_ISOLATION", "bubblewrap");
        env.put("MINILAB_RENDER_MEMORY", "2GiB");
        env.put("MINILAB_RENDER_HEAP", "300MiB");
        env.put("MINILAB_RENDER_BUDGET", "3GiB");
        env.put("MINILAB_RENDER_LIMIT", "7s");
        env.put("MINILAB_VISIBILITY", "3m");
        env.put("MINILAB_HEARTBEAT", "500ms");
        env.put("MINILAB_JOB_LIMIT", "PT45S");
        env.put("MINILAB_LONG_POLL", "0s");
        env.put("MINILAB_SWEEP_PERIOD", "5s");
        env.put("MINILAB_OVERDUE", "10 s");
        env.put("MINILAB_DRAIN", "1m");
        env.put("MINILAB_RETENTION", "30d");
        env.put("MINILAB_WORKER_PORT", "8081");
        env.put("MINILAB_WEBHOOK_SECRET", WEBHOOK_SECRET + ", " + OLD_SECRET);
        env.put("MINILAB_WEBHOOK_SECRETS_FILE", "/etc/minilab/webhook-secrets.json");
        env.put("MINILAB_WEBHOOK_SIGNING_KEY", SIGNING_KEY);
        env.put("MINILAB_WEBHOOK_SCHEDULE", "1s, 2m");
        env.put("MINILAB_EGRESS_ALLOW", "127.0.0.0/8, ::1/128");
        env.put("MINILAB_EGRESS_DENY", "198.41.0.4/32");
        env.put("MINILAB_EGRESS_PORTS", "8443, 9443");
        env.put("MINILAB_EGRESS_HTTP", "true");
        env.put("MINILAB_MAX_UPLOAD_BYTES", "1MiB");
        env.put("MINILAB_MAX_PIXELS", "1000");
        env.put("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otlp.example.com/otlp/");
        env.put("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20hush+trace==, x-scope=a%2Cb");
        env.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        env.put("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,deployment.environment.name=prod");
        env.put("OTEL_SERVICE_NAME", "prints");
        env.put("OTEL_TRACES_SAMPLER_ARG", "0.25");
        env.put("MINILAB_LOG_FORMAT", "json");
        env.put("MINILAB_LOG_LEVEL", "debug");
        env.put("PATH", "/bin");
        return env;
    }

    @Test
    @DisplayName("can be set in every point")
    void explicit() {
        assertThat(Config.load(everything()))
                .isEqualTo(new Config(
                        new Config.Store(
                                URI.create("http://s3.internal:9000"),
                                URI.create("https://images.example.com"),
                                "eu-central-1",
                                "pictures.of-all",
                                new Config.Credentials("AKIA-STORE", new Secret("hush-store")),
                                Duration.ofMinutes(15)),
                        new Config.Queue(
                                URI.create("http://sqs.internal:9324"),
                                "eu-west-3",
                                "Jobs_1",
                                "Bulk_1",
                                "Hooks-1",
                                new Config.Credentials("AKIA-QUEUE", new Secret("hush-queue"))),
                        new Config.Api(
                                "0.0.0.0",
                                0,
                                Path.of("/etc/minilab/keys.json"),
                                Path.of("/var/spool/minilab"),
                                Path.of("/etc/minilab/presets.json"),
                                true),
                        new AccessConfig(
                                new AccessConfig.Rate(600, Duration.ofMinutes(1), 50),
                                500,
                                10L << 30,
                                Duration.ofMinutes(15),
                                40,
                                1L << 30,
                                8 << 10,
                                Duration.ofSeconds(5),
                                Set.of("https://a.example.com", "http://localhost:3000"),
                                true),
                        new Config.Worker(
                                33,
                                new RenderConfig(
                                        7,
                                        RenderConfig.Isolation.BUBBLEWRAP,
                                        2L << 30,
                                        300L << 20,
                                        3L << 30,
                                        Duration.ofSeconds(7)),
                                Duration.ofMinutes(3),
                                Duration.ofMillis(500),
                                Duration.ofSeconds(45),
                                Duration.ZERO,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(10),
                                Duration.ofMinutes(1),
                                Duration.ofDays(30),
                                8081),
                        new WebhookConfig(
                                List.of(new WebhookSecret(WEBHOOK_SECRET), new WebhookSecret(OLD_SECRET)),
                                Path.of("/etc/minilab/webhook-secrets.json"),
                                List.of(new SigningKey(SIGNING_KEY)),
                                List.of(Duration.ofSeconds(1), Duration.ofMinutes(2))),
                        new Config.Egress(
                                List.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("::1/128")),
                                List.of(Cidr.parse("198.41.0.4/32")),
                                true,
                                Set.of(8443, 9443)),
                        new Config.Limits(1 << 20, 1000),
                        new TracingConfig(
                                URI.create("https://otlp.example.com/otlp/v1/traces"),
                                Map.of("Authorization", new Secret("Basic hush+trace=="), "x-scope", new Secret("a,b")),
                                Map.of("service.name", "prints", "deployment.environment.name", "prod"),
                                0.25)));
    }

    @Test
    @DisplayName("takes a blank value for none")
    void blank() {
        Map<String, String> env = new HashMap<>();
        everything().keySet().forEach(name -> env.put(name, " "));

        assertThat(Config.load(env)).isEqualTo(Config.load(Map.of()));
    }

    @Test
    @DisplayName("links to the store's own address unless told of a public one")
    void publicEndpoint() {
        Config.Store store =
                load("MINILAB_S3_ENDPOINT", "http://localhost:9000").store();

        assertThat(store.publicEndpoint()).isEqualTo(URI.create("http://localhost:9000"));
    }

    @Test
    @DisplayName("speaks http/protobuf to a collector, and minds no other protocol where there is none")
    void protocol() {
        Map<String, String> env = new HashMap<>(Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"));
        assertThat(Config.load(env).tracing().endpoint()).isNull();
        env.put("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        assertThat(catchThrowableOfType(ConfigException.class, () -> Config.load(env))
                        .mistakes())
                .containsExactly("OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf: nothing else is spoken");
    }

    @Test
    @DisplayName("makes no traces where OpenTelemetry is off, and reads nothing more of its variables then")
    void tracesOff() {
        Map<String, String> env = new HashMap<>(Map.of("OTEL_TRACES_SAMPLER_ARG", "endpoint=http://jaeger:14250"));
        assertThat(Config.load(env)).isEqualTo(Config.load(Map.of()));
        env.put("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        env.put("OTEL_SDK_DISABLED", "true");
        assertThat(Config.load(env)).isEqualTo(Config.load(Map.of()));
        env.remove("OTEL_SDK_DISABLED");
        env.put("OTEL_TRACES_EXPORTER", "none");
        assertThat(Config.load(env)).isEqualTo(Config.load(Map.of()));
    }

    @Test
    @DisplayName("I21 shows no secret")
    void secretsHidden() {
        assertThat(Config.load(everything()).toString())
                .contains("AKIA-STORE")
                .doesNotContain("hush")
                .doesNotContain("MfKQ9r8G");
        assertThat(new Secret("hush")).hasToString("(secret)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OTEL_EXPORTER_OTLP_ENDPOINT | collector:4318 | is not an http or https URL such as http://collector:4318",
                "OTEL_EXPORTER_OTLP_HEADERS | hush | is not a comma-separated list of name=value, values URL-encoded",
                "OTEL_EXPORTER_OTLP_HEADERS | a=%E2%80%A6hush | is not a comma-separated list of name=value, values"
                        + " URL-encoded",
                "OTEL_EXPORTER_OTLP_HEADERS | Host=x | is not a comma-separated list of name=value, values URL-encoded",
                "OTEL_EXPORTER_OTLP_ENDPOINT | http://collector#x | is not an http or https URL such as"
                        + " http://collector:4318",
                "OTEL_EXPORTER_OTLP_HEADERS | a=%0A | is not a comma-separated list of name=value, values URL-encoded",
                "OTEL_TRACES_SAMPLER_ARG | 1.1 | is not a number from 0 to 1",
                "OTEL_TRACES_SAMPLER_ARG | NaN | is not a number from 0 to 1",
                "MINILAB_PORT | 65536 | is not a whole number from 0 to 65535",
                "MINILAB_PORT | -1 | is not a whole number from 0 to 65535",
                "MINILAB_PORT | 80a | is not a whole number from 0 to 65535",
                "MINILAB_WORKER_PORT | 99999999999 | is not a whole number from 0 to 65535",
                "MINILAB_CONCURRENCY | 0 | is not a whole number from 1 to 1000",
                "MINILAB_RENDER_PROCESSES | 257 | is not a whole number from 1 to 256",
                "MINILAB_RENDER_ISOLATION | docker | is not process, bubblewrap or thread",
                "MINILAB_RENDER_MEMORY | 255MiB | is not a size such as 25MiB, from 268435456 to 274877906944 bytes",
                "MINILAB_RENDER_HEAP | 2GiB | must be less than MINILAB_RENDER_MEMORY, which it is a part of",
                "MINILAB_RENDER_BUDGET | 1B | is not a size such as 25MiB, from 1048576 to 1099511627776 bytes",
                "MINILAB_RENDER_LIMIT | 121s | is not a duration such as 90s, 15m or 1h, from 100ms to 120s",
                "MINILAB_MAX_PIXELS | 0 | is not a whole number from 1 to 1000000000",
                "MINILAB_MAX_PIXELS | 1e6 | is not a whole number from 1 to 1000000000",
                "MINILAB_MAX_UPLOAD_BYTES | 0 | is not a size such as 25MiB, from 1 to 1073741824 bytes",
                "MINILAB_MAX_UPLOAD_BYTES | 2GiB | is not a size such as 25MiB, from 1 to 1073741824 bytes",
                "MINILAB_MAX_UPLOAD_BYTES | 25MB | is not a size such as 25MiB, from 1 to 1073741824 bytes",
                "MINILAB_URL_TTL | 8d | is not a duration such as 90s, 15m or 1h, from 1s to 604800s",
                "MINILAB_URL_TTL | 0s | is not a duration such as 90s, 15m or 1h, from 1s to 604800s",
                "MINILAB_URL_TTL | 60 | is not a duration such as 90s, 15m or 1h, from 1s to 604800s",
                "MINILAB_URL_TTL | soon | is not a duration such as 90s, 15m or 1h, from 1s to 604800s",
                "MINILAB_LONG_POLL | 21s | is not a duration such as 90s, 15m or 1h, from 0ms to 20s",
                "MINILAB_VISIBILITY | 13h | is not a duration such as 90s, 15m or 1h, from 2s to 43200s",
                "MINILAB_HEARTBEAT | 1ms | is not a duration such as 90s, 15m or 1h, from 500ms to 3600s",
                "MINILAB_JOB_LIMIT | 61m | is not a duration such as 90s, 15m or 1h, from 1s to 3600s",
                "MINILAB_SWEEP_PERIOD | 0s | is not a duration such as 90s, 15m or 1h, from 1s to 3600s",
                "MINILAB_OVERDUE | 2h | is not a duration such as 90s, 15m or 1h, from 1s to 3600s",
                "MINILAB_RETENTION | 999ms | is not off, or a duration such as 90s, 15m, 1h or 30d, from 1s to"
                        + " 315360000s",
                "MINILAB_RETENTION | on | is not off, or a duration such as 90s, 15m, 1h or 30d, from 1s to 315360000s",
                "MINILAB_DRAIN | 16m | is not a duration such as 90s, 15m or 1h, from 0ms to 900s",
                "MINILAB_EGRESS_HTTP | yes | is not true or false",
                "MINILAB_EGRESS_ALLOW | 10.0.0.1/8 | is not a comma-separated list of CIDRs such as"
                        + " 127.0.0.0/8,::1/128",
                "MINILAB_EGRESS_DENY | 10/8 | is not a comma-separated list of CIDRs such as 127.0.0.0/8,::1/128",
                "MINILAB_EGRESS_PORTS | 8443,70000 | is not a comma-separated list of ports such as 8443,9443",
                "MINILAB_EGRESS_PORTS | https | is not a comma-separated list of ports such as 8443,9443",
                "MINILAB_WEBHOOK_SECRET | whsec_hush | is not a webhook secret: whsec_ and the base64 of 24 to 64"
                        + " bytes; several with commas between, the newest first",
                "MINILAB_WEBHOOK_SECRET | whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,hush | is not a webhook secret:"
                        + " whsec_ and the base64 of 24 to 64 bytes; several with commas between, the newest first",
                "MINILAB_WEBHOOK_SIGNING_KEY | whsk_hush | is not a signing key: whsk_ and the base64 of an Ed25519"
                        + " key; several with commas between, the newest first",
                "MINILAB_WEBHOOK_SCHEDULE | 5s,500ms | is not a list of 1 to 20 durations from 1s to 7d, such as"
                        + " 5s,5m,30m,2h,5h,10h,14h,20h,24h",
                "MINILAB_WEBHOOK_SCHEDULE | 5s,8d | is not a list of 1 to 20 durations from 1s to 7d, such as"
                        + " 5s,5m,30m,2h,5h,10h,14h,20h,24h",
                "MINILAB_WEBHOOK_SCHEDULE | soon | is not a list of 1 to 20 durations from 1s to 7d, such as"
                        + " 5s,5m,30m,2h,5h,10h,14h,20h,24h",
                "MINILAB_S3_BUCKET | My_Bucket | is not a bucket name: 3 to 63 of a-z, 0-9, - and .",
                "MINILAB_S3_BUCKET | ab | is not a bucket name: 3 to 63 of a-z, 0-9, - and .",
                "MINILAB_SQS_JOBS_QUEUE | jobs.fifo | is not a queue name: 1 to 80 letters, digits, - and _",
                "MINILAB_SQS_WEBHOOKS_QUEUE | a/b | is not a queue name: 1 to 80 letters, digits, - and _",
                "MINILAB_S3_ENDPOINT | localhost:9000 | is not an http or https URL without path, query or user info",
                "MINILAB_S3_ENDPOINT | ftp://localhost | is not an http or https URL without path, query or user info",
                "MINILAB_S3_ENDPOINT | http://host/path | is not an http or https URL without path, query or user info",
                "MINILAB_S3_ENDPOINT | http://host?x=hush | is not an http or https URL without path, query or user"
                        + " info",
                "MINILAB_S3_ENDPOINT | http://u:hush@host | is not an http or https URL without path, query or user"
                        + " info",
                "MINILAB_S3_ENDPOINT | http:// | is not an http or https URL without path, query or user info",
                "MINILAB_SQS_ENDPOINT | ://x y | is not an http or https URL without path, query or user info",
                "MINILAB_S3_ACCESS_KEY_ID | AKIA | !MINILAB_S3_SECRET_ACCESS_KEY is missing while its other half is"
                        + " set",
                "MINILAB_SQS_SECRET_ACCESS_KEY | hush | !MINILAB_SQS_ACCESS_KEY_ID is missing while its other half is"
                        + " set",
            })
    @DisplayName("says of a wrong value which it is and what is expected, and shows no secret")
    void mistakes(String name, String value, String problem) {
        Map<String, String> env = new HashMap<>(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"));
        env.put(name, value);
        assertThat(mistakes(env))
                .containsExactly(problem.startsWith("!") ? problem.substring(1) : name + " " + problem)
                .noneMatch(mistake -> mistake.contains("hush"));
    }

    @Test
    @DisplayName("reports every mistake at once")
    void allMistakes() {
        ConfigException refused = refused(Map.of(
                "MINILAB_PORT", "x",
                "MINILAB_S3_BUCKET", "!",
                "MINILAB_S3_SECRET_ACCESS_KEY", "hush",
                "MINILAB_WEBHOOK_SECRET", "hush",
                "MINILAB_HOST", "0.0.0.0",
                "MINILAB_VISIBILITY", "10s",
                "MINILAB_BUCKET", "hush",
                "MINILAB_EGRESS_HTTP", "1"));

        assertThat(refused.mistakes())
                .extracting(mistake -> mistake.substring(0, mistake.indexOf(' ')))
                .containsExactlyInAnyOrder(
                        "MINILAB_PORT",
                        "MINILAB_S3_BUCKET",
                        "MINILAB_S3_ACCESS_KEY_ID",
                        "MINILAB_WEBHOOK_SECRET",
                        "MINILAB_API_KEYS_FILE",
                        "MINILAB_VISIBILITY",
                        "MINILAB_BUCKET",
                        "MINILAB_EGRESS_HTTP");
        assertThat(refused.getMessage()).contains(refused.mistakes()).doesNotContain("hush");
    }

    @ParameterizedTest
    @CsvSource({
        "MINILAB_PROT,                 ; did you mean MINILAB_PORT?",
        "MINILAB_BUCKET,               ; did you mean MINILAB_S3_BUCKET?",
        "MINILAB_S3_ACCES_KEY_ID,      ; did you mean MINILAB_S3_ACCESS_KEY_ID?",
        "MINILAB_URLTTL,               ; did you mean MINILAB_URL_TTL?",
        "MINILAB_THE_ANSWER_TO_ALL,    ''",
        "MINILAB_,                     ''",
    })
    @DisplayName("refuses an unknown setting and suggests the right one, without its value")
    void unknown(String name, String suggestion) {
        assertThat(mistakes(Map.of(name, "hush"))).containsExactly(name + " is not a setting" + suggestion);
    }

    @Test
    @DisplayName("does not care for variables of others")
    void others() {
        assertThat(Config.load(Map.of("MINILABS_PORT", "x", "PORT", "x", "AWS_REGION", "x", "minilab_port", "x")))
                .isEqualTo(Config.load(Map.of()));
    }

    @ParameterizedTest
    @CsvSource({"40s, 20s", "39s, 20s", "2s, 1s", "60s, 1h", "2s, 20s"})
    @DisplayName("wants a visibility of more than two heartbeats")
    void visibility(String visibility, String heartbeat) {
        assertThat(mistakes(Map.of("MINILAB_VISIBILITY", visibility, "MINILAB_HEARTBEAT", heartbeat)))
                .containsExactly("MINILAB_VISIBILITY must be more than twice MINILAB_HEARTBEAT, or one late heartbeat"
                        + " hands a running job to a second worker");
    }

    @ParameterizedTest
    @CsvSource({"41s, 20s", "2s, 999ms", "5h, 59m"})
    @DisplayName("takes a visibility of just more than two heartbeats")
    void enoughVisibility(String visibility, String heartbeat) {
        Config config = Config.load(Map.of("MINILAB_VISIBILITY", visibility, "MINILAB_HEARTBEAT", heartbeat));

        assertThat(config.worker().visibility())
                .isGreaterThan(config.worker().heartbeat().multipliedBy(2));
    }

    @ParameterizedTest
    @CsvSource({"6h, 120s", "301m, 1h", "12h, 1s"})
    @DisplayName("I27 refuses times that SQS cannot hide a message for")
    void longestHidden(String visibility, String jobLimit) {
        assertThat(mistakes(Map.of("MINILAB_VISIBILITY", visibility, "MINILAB_JOB_LIMIT", jobLimit)))
                .containsExactly(
                        "MINILAB_VISIBILITY is too long: twice MINILAB_JOB_LIMIT and twice this must fit into the"
                                + " 12 hours for which SQS hides a message at most");
    }

    @ParameterizedTest
    @CsvSource({"20s, 20s", "19s, 20s", "0s, 0s", "999ms, 1s"})
    @DisplayName("wants a drain longer than a receive")
    void drain(String drain, String longPoll) {
        assertThat(mistakes(Map.of("MINILAB_DRAIN", drain, "MINILAB_LONG_POLL", longPoll)))
                .containsExactly("MINILAB_DRAIN must be more than MINILAB_LONG_POLL, or a worker that stops leaves what"
                        + " its last receive gets");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "::",
                "[::]",
                "192.168.1.2",
                "minilab.example.com",
                "127.0.0.1.example.com",
                "1270.0.0.1",
                "*"
            })
    @DisplayName("refuses to listen to the world without API keys")
    void noKeys(String host) {
        assertThat(mistakes(Map.of("MINILAB_HOST", host)))
                .containsExactly(
                        "MINILAB_API_KEYS_FILE is missing: without API keys the service binds loopback addresses"
                                + " only, and MINILAB_HOST is " + host);
        assertThat(Config.load(Map.of("MINILAB_HOST", host, "MINILAB_API_KEYS_FILE", "keys.json"))
                        .api()
                        .host())
                .isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"})
    @DisplayName("listens to this machine without API keys")
    void loopback(String host) {
        assertThat(load("MINILAB_HOST", host).api().keysFile()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        ",        .r2.cloudflarestorage.com",
        "default, .r2.cloudflarestorage.com",
        "eu,      .eu.r2.cloudflarestorage.com",
        "EU,      .eu.r2.cloudflarestorage.com",
        "fedramp, .fedramp.r2.cloudflarestorage.com",
    })
    @DisplayName("knows R2's endpoint by account and jurisdiction, with region auto")
    void r2(String jurisdiction, String rest) {
        Map<String, String> env = new HashMap<>(Map.of("MINILAB_R2_ACCOUNT_ID", ACCOUNT));
        if (jurisdiction != null) {
            env.put("MINILAB_R2_JURISDICTION", jurisdiction);
        }
        Config.Store store = Config.load(env).store();

        assertThat(store.endpoint()).isEqualTo(URI.create("https://" + ACCOUNT + rest));
        assertThat(store.publicEndpoint()).isEqualTo(store.endpoint());
        assertThat(store.region()).isEqualTo("auto");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "eu.", "fedramp."})
    @DisplayName("takes R2's endpoint as it is, with region auto")
    void r2Endpoint(String jurisdiction) {
        URI endpoint = URI.create("https://" + ACCOUNT + "." + jurisdiction + "r2.cloudflarestorage.com");
        Config.Store store = load("MINILAB_S3_ENDPOINT", endpoint.toString()).store();

        assertThat(store.endpoint()).isEqualTo(endpoint);
        assertThat(store.region()).isEqualTo("auto");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "us-east-1"})
    @DisplayName("takes the regions that R2 takes")
    void r2Regions(String region) {
        assertThat(Config.load(Map.of("MINILAB_R2_ACCOUNT_ID", ACCOUNT, "MINILAB_S3_REGION", region))
                        .store()
                        .region())
                .isEqualTo(region);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MINILAB_R2_JURISDICTION=eu | MINILAB_R2_ACCOUNT_ID is missing: MINILAB_R2_JURISDICTION only makes"
                        + " sense together with it",
                "MINILAB_R2_ACCOUNT_ID=@,MINILAB_R2_JURISDICTION=us | MINILAB_R2_JURISDICTION is not default, eu or"
                        + " fedramp",
                "MINILAB_R2_ACCOUNT_ID=@,MINILAB_S3_ENDPOINT=https://s3.example.com | MINILAB_S3_ENDPOINT and"
                        + " MINILAB_R2_ACCOUNT_ID are both set: the endpoint follows from the account id, so drop one",
                "MINILAB_R2_ACCOUNT_ID=0123 | MINILAB_R2_ACCOUNT_ID is not an account id: 32 hex digits in lower case,"
                        + " from the R2 overview page of the dashboard",
                "MINILAB_R2_ACCOUNT_ID=0123456789ABCDEF0123456789ABCDEF | MINILAB_R2_ACCOUNT_ID is not an account id:"
                        + " 32 hex digits in lower case, from the R2 overview page of the dashboard",
                "MINILAB_R2_ACCOUNT_ID=@/x | MINILAB_R2_ACCOUNT_ID is not an account id: 32 hex digits in lower case,"
                        + " from the R2 overview page of the dashboard",
                "MINILAB_S3_ENDPOINT=https://pictures.@.r2.cloudflarestorage.com | MINILAB_S3_ENDPOINT holds a bucket"
                        + " name: put it into MINILAB_S3_BUCKET",
                "MINILAB_S3_ENDPOINT=https://pictures.@.eu.r2.cloudflarestorage.com | MINILAB_S3_ENDPOINT holds a"
                        + " bucket name: put it into MINILAB_S3_BUCKET",
                "MINILAB_S3_ENDPOINT=http://@.r2.cloudflarestorage.com | MINILAB_S3_ENDPOINT must be https for R2",
                "MINILAB_S3_ENDPOINT=https://@.mars.r2.cloudflarestorage.com | MINILAB_S3_ENDPOINT names a"
                        + " jurisdiction that R2 does not have: eu and fedramp exist",
                "MINILAB_S3_ENDPOINT=https://pictures.r2.cloudflarestorage.com | MINILAB_S3_ENDPOINT is not an R2"
                        + " endpoint: set MINILAB_R2_ACCOUNT_ID instead and let it follow",
                "MINILAB_R2_ACCOUNT_ID=@,MINILAB_S3_REGION=weur | MINILAB_S3_REGION is not a region of R2: leave it"
                        + " out, it is auto",
                "MINILAB_S3_ENDPOINT=https://@.r2.cloudflarestorage.com,MINILAB_S3_REGION=eu-west-1 |"
                        + " MINILAB_S3_REGION is not a region of R2: leave it out, it is auto",
                "MINILAB_R2_ACCOUNT_ID=@,MINILAB_S3_PUBLIC_ENDPOINT=https://cdn.example.com |"
                        + " MINILAB_S3_PUBLIC_ENDPOINT cannot be another address than R2's own: R2 does not answer signed"
                        + " links on custom domains",
            })
    @DisplayName("explains what cannot work with R2")
    void r2Mistakes(String variables, String mistake) {
        Map<String, String> env = new HashMap<>();
        for (String variable : variables.replace("@", ACCOUNT).split(",", -1)) {
            int equals = variable.indexOf('=');
            env.put(variable.substring(0, equals), variable.substring(equals + 1));
        }

        assertThat(mistakes(env)).containsExactly(mistake);
    }

    @Test
    @DisplayName("takes R2's own endpoint as public endpoint")
    void r2PublicEndpoint() {
        Config config = Config.load(Map.of("MINILAB_R2_ACCOUNT_ID", ACCOUNT, "MINILAB_S3_PUBLIC_ENDPOINT", R2));

        assertThat(config.store().publicEndpoint()).isEqualTo(URI.create(R2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MINILAB_URL_TTL | PT9223372036854775807S | is not a duration such as 90s, 15m or 1h, from 1s to"
                        + " 604800s",
                "MINILAB_MAX_UPLOAD_BYTES | 17179869185GiB | is not a size such as 25MiB, from 1 to 1073741824 bytes",
                "MINILAB_S3_ENDPOINT | http://host#fragment | is not an http or https URL without path, query or user"
                        + " info",
            })
    @DisplayName("refuses values beyond all numbers, and fragments")
    void beyond(String name, String value, String problem) {
        assertThat(mistakes(Map.of(name, value))).containsExactly(name + " " + problem);
    }

    private static Config load(String name, String value) {
        return Config.load(Map.of(name, value));
    }

    private static List<String> mistakes(Map<String, String> env) {
        return refused(env).mistakes();
    }

    private static ConfigException refused(Map<String, String> env) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> Config.load(env));
        assertThat(refused).as("what is wrong with %s", env.keySet()).isNotNull();
        return refused;
    }
}
