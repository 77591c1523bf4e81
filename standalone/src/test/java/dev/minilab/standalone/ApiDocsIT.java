package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.client.Connection;
import dev.minilab.client.Image;
import dev.minilab.client.Minilab;
import dev.minilab.client.Progress;
import dev.minilab.config.Config;
import dev.minilab.job.Accepted;
import dev.minilab.record.JobRecords;
import dev.minilab.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Every `$ curl …` is run as it stands, with what it stands for put in: the ids, the ETag, the length of the photo
/// and the receivers of webhooks.
@DisplayName("docs/api.md does what it says")
class ApiDocsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Pattern STATUS = Pattern.compile("^HTTP/1.1 (\\d{3})", Pattern.MULTILINE);
    private static final Pattern PROBLEM = Pattern.compile("\"status\":(\\d{3})");
    private static final Pattern NAME = Pattern.compile("\"([a-z_0-9]+)\":");
    private static final Pattern EVENT = Pattern.compile("^event: [a-z.]+$", Pattern.MULTILINE);

    @TempDir
    static Path folder;

    /// A command, and what the page shows of its answer.
    private record Example(String command, String answer) {}

    private static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        String command = "";
        StringBuilder answer = new StringBuilder();
        for (String line : Files.readAllLines(Path.of("..", "docs", "api.md"))) {
            boolean begins = line.startsWith("    $ curl ");
            if ((begins || !line.startsWith("    ")) && !command.isEmpty()) {
                examples.add(new Example(command, answer.toString()));
                command = "";
                answer.setLength(0);
            }
            if (begins) {
                command = line.substring("    $ ".length());
            } else if (line.startsWith("    ")) {
                answer.append(line.substring(4)).append('\n');
            }
        }
        return examples;
    }

    @Test
    @DisplayName("every call with curl is answered with the status and the fields that it shows")
    void examplesRun() throws Exception {
        byte[] photo = Images.jpeg(800, 600);
        Files.write(folder.resolve("photo.jpg"), photo);
        List<Example> examples = examples();
        assertThat(examples).hasSizeGreaterThan(20);
        Set<String> calls = new HashSet<>();
        try (LocalApi api = LocalApi.withWorker(Map.of());
                WebhookReceiver receiver = new WebhookReceiver()) {
            String done = done(api.client(), photo, receiver);
            String canceled = queued();
            String url = "";
            for (Example example : examples) {
                String command = example.command()
                        .replaceAll("job_[0-9A-Z]{26}", done)
                        .replace("$ID", example.command().matches(".*(/cancel|DELETE).*") ? canceled : done)
                        .replace("https://example.com/other", receiver.url())
                        .replace("829183", Integer.toString(photo.length))
                        .replace("\"5ff0a58cf0e4a6a8c7e1d2b3\"", etag(api.client(), done));
                if (command.contains("upl_")) {
                    command = command.replaceAll("upl_[0-9A-Z]{26}", uploaded(api));
                }
                String answer = run(command, api, url);
                assertShown(example, answer);
                url = linkOf(answer, url);
                calls.add(call(command));
            }
            assertThat(Files.readAllBytes(folder.resolve("thumb.webp")))
                    .startsWith("RIFF".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(calls).as("calls with an example").containsAll(described());
    }

    /// A job that has ended, and whose webhook has been delivered.
    private static String done(Client client, byte[] photo, WebhookReceiver receiver) throws Exception {
        String id = Client.id(client.uploadForm(photo, "image/jpeg", """
                {"outputs": {"thumb": {"width": 320, "height": 320, "fit": "cover", "format": "webp"}},
                 "external_id": "sku-1", "webhook": {"url": "%s"}}""".formatted(receiver.url())));
        client.awaitTerminal(id, PATIENCE);
        receiver.await(40);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (Client.json(client.get("/v1/jobs/" + id + "/deliveries"))
                .path("data")
                .isEmpty()) {
            assertThat(System.nanoTime()).as("the delivery is recorded in time").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return id;
    }

    /// A job that no worker was told of yet.
    private static String queued() {
        try (ObjectStore store =
                new ObjectStore(Config.load(SharedInfra.get().settings()).store())) {
            Accepted accepted = TestJobs.accepted(Instant.now(), null);
            new JobRecords(store).accept(accepted);
            return accepted.job().value();
        }
    }

    private static String etag(Client client, String job) throws Exception {
        return client.get("/v1/jobs/" + job).headers().firstValue("ETag").orElseThrow();
    }

    private static String uploaded(LocalApi api) throws IOException {
        try (Minilab minilab = new Minilab(Connection.to(api.uri()))) {
            return minilab.upload(Image.of(folder.resolve("photo.jpg"), "image/jpeg"), Progress.NONE)
                    .id();
        }
    }

    /// The link of a direct upload, where an answer has one.
    private static String linkOf(String answer, String before) {
        Matcher link =
                Pattern.compile("\"method\":\"PUT\",\"url\":\"([^\"]+)\"").matcher(answer);
        return link.find() ? link.group(1) : before;
    }

    private static String run(String command, LocalApi api, String url) throws Exception {
        Path out = folder.resolve("out");
        ProcessBuilder shell = new ProcessBuilder(
                        "bash",
                        "-c",
                        "curl() { command curl -sS -m 30 -D head \"$@\"; }; " + command
                                + "; s=$?; cat head >&2; exit $s")
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("heads").toFile());
        shell.environment().putAll(Map.of("API", api.uri().toString(), "URL", url));
        Process process = shell.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command).isTrue();
        String answer = Files.readString(folder.resolve("heads")) + "\n" + Files.readString(out);
        assertThat(process.exitValue()).as(command + ": " + answer).isZero();
        return answer;
    }

    private static void assertShown(Example example, String answer) {
        String what = example.command() + " answered " + answer;
        List<Integer> statuses = STATUS.matcher(answer)
                .results()
                .map(status -> Integer.valueOf(status.group(1)))
                .toList();
        assertThat(statuses).as(what).isNotEmpty();
        Matcher shown = STATUS.matcher(example.answer());
        Matcher problem = PROBLEM.matcher(example.answer());
        if (shown.find()) {
            assertThat(statuses.getLast()).as(what).isEqualTo(Integer.valueOf(shown.group(1)));
        } else if (problem.find()) {
            assertThat(statuses.getLast()).as(what).isEqualTo(Integer.valueOf(problem.group(1)));
        } else {
            assertThat(statuses.getLast()).as(what).isBetween(200, 299);
        }
        assertThat(all(NAME, answer)).as(what).containsAll(all(NAME, example.answer()));
        assertThat(all(EVENT, answer)).as(what).containsAll(all(EVENT, example.answer()));
    }

    private static Set<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
    }

    /// Method and path of a command, as the description writes them.
    private static String call(String command) {
        Matcher method = Pattern.compile("-X ([A-Z]+)").matcher(command);
        boolean body = command.contains(" -d ") || command.contains("--data-binary") || command.contains(" -F ");
        Matcher path = Pattern.compile("\\$API(/[^\\s?\"]*)").matcher(command);
        return (method.find() ? method.group(1) : body ? "POST" : "GET")
                + (path.find()
                        ? " "
                                + path.group(1)
                                        .replaceAll("job_[0-9A-Z]{26}", "{id}")
                                        .replace("thumb", "{name}")
                        : "");
    }

    /// What clients call below `/v1`.
    private static Set<String> described() {
        Set<String> calls = new HashSet<>();
        for (Map.Entry<String, JsonNode> path : Description.load().at("/paths").properties()) {
            if (path.getKey().startsWith("/v1/") && !path.getKey().startsWith("/v1/inbox")) {
                path.getValue().propertyNames().stream()
                        .filter(name -> !name.equals("parameters"))
                        .forEach(method -> calls.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
            }
        }
        return calls;
    }
}
