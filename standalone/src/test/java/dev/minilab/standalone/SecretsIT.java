package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import dev.minilab.api.ApiKey;
import dev.minilab.api.KeysFile;
import dev.minilab.client.Connection;
import dev.minilab.client.Image;
import dev.minilab.client.Job;
import dev.minilab.client.JobRequest;
import dev.minilab.client.JobStatus;
import dev.minilab.client.Minilab;
import dev.minilab.client.Progress;
import dev.minilab.job.Tenant;
import dev.minilab.strict.HttpRelay;
import dev.minilab.strict.HttpRelay.Answer;
import dev.minilab.worker.Worker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@DisplayName("I21 Secrets and signatures, looked for wherever they could leak to")
class SecretsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Pattern LINK_SIGNATURE = Pattern.compile("X-Amz-Signature=([0-9a-f]{64})");
    private static final String SIGNING_KEY =
            "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
    private static final String PASSWORD = "hunter2hunter2";

    @TempDir
    Path folder;

    /// What was told, by where.
    private final Map<String, StringBuilder> told = new TreeMap<>();

    private final Set<String> signatures = new HashSet<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String key = ApiKey.create(new SecureRandom());
    private final String unknownKey = ApiKey.create(new SecureRandom());

    private synchronized void tell(String where, String what) {
        told.computeIfAbsent(where, _ -> new StringBuilder()).append(what).append('\n');
    }

    @Test
    @DisplayName(
            "none is in logs, metrics, problems, records and messages of jobs that went well and of such that did not")
    void scan() throws Exception {
        KeysFile.edit(
                folder.resolve("keys.json"),
                _ -> new KeysFile(List.of(new KeysFile.Key(
                        "it", ApiKey.hash(key), new Tenant("secretive"), List.of("admin"), Instant.EPOCH))));
        told.put("messages", new StringBuilder());
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        Runnable stopLogging = startLogging(log);
        String job;
        try (WebhookReceiver receiver = new WebhookReceiver();
                LocalPair pair = LocalPair.start(
                        Map.of(
                                "MINILAB_API_KEYS_FILE",
                                folder.resolve("keys.json").toString(),
                                "MINILAB_WEBHOOK_SIGNING_KEY",
                                SIGNING_KEY),
                        HttpRelay.Filter.NONE,
                        this::message)) {
            job = run(pair, receiver);
            refused(pair);
            look(pair, job);
        } finally {
            stopLogging.run();
        }
        tell("log", log.toString(StandardCharsets.UTF_8));
        records();

        assertThat(signatures).hasSizeGreaterThan(4);
        for (String where : List.of("log", "messages", "records", "answers")) {
            assertThat(told.get(where)).as("what was looked through: " + where).contains(job);
        }
        assertThat(told.get("metrics")).contains("minilab_http_requests");
        told.forEach((where, what) -> assertSilent(where, what.toString()));
    }

    /// An image by a direct upload, from request to webhook.
    private String run(LocalPair pair, WebhookReceiver receiver) throws Exception {
        try (Minilab minilab = new Minilab(Connection.to(pair.uri(), key));
                Worker _ = pair.startWorker()) {
            Job made = minilab.create(
                    minilab.upload(Image.of(Images.jpeg(80, 60), "image/jpeg"), Progress.NONE),
                    JobRequest.DEFAULT.webhook(URI.create(receiver.url() + "?token=" + PASSWORD)));
            Job ended = minilab.await(made.id(), PATIENCE);
            assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
            minilab.download(made.id(), "small");
            WebhookReceiver.Received received = receiver.await(40);
            received.headers()
                    .allValues("webhook-signature")
                    .forEach(all -> signatures.addAll(
                            List.of(all.replaceAll("v1a?,", "").split(" "))));
            note(received.body());
            Job dead = minilab.create(
                    Image.of(Images.jpeg(8, 8), "image/jpeg"),
                    JobRequest.DEFAULT.webhook(URI.create("http://127.0.0.1:1/?token=" + PASSWORD)));
            minilab.await(dead.id(), PATIENCE);
            return made.id();
        }
    }

    private Answer message(HttpRelay.Request request, HttpRelay.Upstream upstream) throws IOException {
        Answer answer = upstream.send(request);
        tell("messages", new String(request.body(), StandardCharsets.UTF_8));
        tell("messages", new String(answer.body(), StandardCharsets.UTF_8));
        return answer;
    }

    /// Requests that go wrong, some with secrets in them.
    private void refused(LocalPair pair) throws Exception {
        problem(401, request(pair, "/v1/jobs", unknownKey));
        problem(401, request(pair, "/v1/jobs", key.replaceFirst(".$", "~")));
        problem(401, request(pair, "/v1/jobs", "").header("X-Api-Key", key));
        problem(404, request(pair, "/v1/jobs/x?key=" + key, key));
        for (String json : List.of(
                "{\"webhook\":{\"url\":\"https://user:" + PASSWORD + "@example.com/\"}}",
                "{\"source\":{\"url\":\"https://10.0.0.1/?token=" + PASSWORD + "\"}}",
                "{\"preset\":\"" + PASSWORD + "\"}")) {
            problem(
                    422,
                    request(pair, "/v1/jobs", key)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(json)));
        }
        problem(
                400,
                request(pair, "/v1/jobs", key)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{" + key)));
        pair.apiStore.filter((_, _) -> Answer.xml(403, "AccessDenied", "the store is cross"));
        problem(503, request(pair, "/v1/jobs/job_01ARZ3NDEKTSV4RRFFQ69G5FAV", key));
        pair.mend();
    }

    private void problem(int status, HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        tell("problems", answer.headers().map() + "\n" + answer.body());
    }

    /// Everything that shows the job. Links have their signatures here, and nowhere else.
    private void look(LocalPair pair, String job) throws Exception {
        for (String path : List.of("", "/deliveries", "/outputs/small", "/events")) {
            HttpResponse<String> answer =
                    http.send(request(pair, "/v1/jobs/" + job + path, key).build(), BodyHandlers.ofString());
            String all = answer.headers().map() + "\n" + answer.body();
            note(all);
            tell("answers", LINK_SIGNATURE.matcher(all).replaceAll(""));
        }
        for (String path : List.of("/v1/jobs", "/v1/presets", "/v1/capabilities")) {
            String body = http.send(request(pair, path, key).build(), BodyHandlers.ofString())
                    .body();
            note(body);
            tell("answers", LINK_SIGNATURE.matcher(body).replaceAll(""));
        }
        tell(
                "metrics",
                http.send(request(pair, "/metrics", key).build(), BodyHandlers.ofString())
                        .body());
    }

    private static HttpRequest.Builder request(LocalPair pair, String path, String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(pair.uri().resolve(path));
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
    }

    private void note(String text) {
        LINK_SIGNATURE.matcher(text).results().forEach(link -> signatures.add(link.group(1)));
    }

    /// The bucket, but for the room of the one secret that it keeps.
    private void records() throws IOException {
        try (Stream<Path> files = Files.walk(SharedInfra.folder().resolve("store"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.toString().contains("/secrets/")) {
                    tell("records", file + "\n" + Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
        }
    }

    private void assertSilent(String where, String what) {
        Map<String, String> settings = SharedInfra.get().settings();
        Set<String> secrets = new HashSet<>(signatures);
        for (String name : List.of("MINILAB_S3_SECRET_ACCESS_KEY", "MINILAB_WEBHOOK_SECRET")) {
            secrets.add(settings.getOrDefault(name, ""));
        }
        secrets.add(settings.getOrDefault("MINILAB_WEBHOOK_SECRET", "").replace("whsec_", ""));
        secrets.addAll(List.of(SIGNING_KEY, SIGNING_KEY.replace("whsk_", ""), key, unknownKey));
        secrets.addAll(List.of(key.replace("mlk_", ""), unknownKey.replace("mlk_", "")));
        if (!where.equals("records") && !where.equals("answers")) { // A webhook's URL is its tenant's own.
            secrets.add(PASSWORD);
        }
        assertThat(secrets).doesNotContain("");
        assertThat(secrets.stream().filter(what::contains)).as(where).isEmpty();
    }

    /// All that would be logged by `MINILAB_LOG_LEVEL=debug`, as it would be.
    private static Runnable startLogging(ByteArrayOutputStream to) {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger ours = (Logger) LoggerFactory.getLogger("dev.minilab");
        Level before = ours.getLevel();
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(root.getLoggerContext());
        text.setPattern("%level %logger %mdc %msg %kvp %ex%n");
        text.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(root.getLoggerContext());
        appender.setEncoder(new Logging.Redacting(text));
        appender.setOutputStream(to);
        appender.start();
        root.addAppender(appender);
        ours.setLevel(Level.DEBUG);
        return () -> {
            root.detachAppender(appender);
            appender.stop();
            ours.setLevel(before);
        };
    }
}
