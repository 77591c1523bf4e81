package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.api.IngestApi;
import dev.minilab.cli.BackfillCommand;
import dev.minilab.cli.Failures;
import dev.minilab.config.Config;
import dev.minilab.json.Json;
import dev.minilab.store.ObjectStore;
import dev.minilab.worker.Worker;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

@DisplayName("Commands that call the API")
class CommandsTest {

    @TempDir
    Path folder;

    private static Worker worker;
    private static IngestApi api;

    /// What a command printed, and its exit code.
    record Ran(int code, String out, String err) {

        List<JsonNode> json() {
            return out.lines()
                    .map(line -> Json.readTree(new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8))))
                    .toList();
        }
    }

    static Ran run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Ran(commandLine.execute(args), out.toString(), err.toString());
    }

    private static Ran call(String... args) {
        String[] all = Stream.concat(
                        Stream.of(args), Stream.of("--api", api.uri().toString()))
                .toArray(String[]::new);
        return run(all);
    }

    @BeforeAll
    static void start() {
        Map<String, String> settings = new TreeMap<>(SharedInfra.get().settings());
        settings.put("MINILAB_PORT", "0");
        settings.put("MINILAB_RENDER_ISOLATION", "thread");
        settings.put("MINILAB_LONG_POLL", "1s");
        settings.put("MINILAB_DRAIN", "5s");
        Config config = Config.load(settings);
        worker = Worker.start(config);
        api = IngestApi.start(config);
    }

    @AfterAll
    static void stop() {
        api.close();
        worker.close();
    }

    private static List<String> ids(Ran ran) {
        return ran.json().stream()
                .map(line -> line.path("job").path("id").asString(""))
                .sorted()
                .toList();
    }

    private static Stream<List<String>> paths(List<String> path, CommandLine command) {
        return Stream.concat(
                Stream.of(path),
                command.getSubcommands().entrySet().stream()
                        .flatMap(sub -> paths(
                                Stream.concat(path.stream(), Stream.of(sub.getKey()))
                                        .toList(),
                                sub.getValue())));
    }

    @Test
    @DisplayName("every command says how it is used")
    void help() {
        List<List<String>> all = paths(List.of(), Main.commandLine()).toList();
        assertThat(all).contains(List.of("dlq", "redrive"), List.of("serve"));
        for (List<String> path : all) {
            Ran ran = run(Stream.concat(path.stream(), Stream.of("--help")).toArray(String[]::new));
            assertThat(ran.code()).as("%s", path).isZero();
            assertThat(ran.out())
                    .startsWith("Usage: "
                            + String.join(
                                    " ",
                                    Stream.concat(Stream.of("minilab"), path.stream())
                                            .toList()));
        }
    }

    @Test
    @DisplayName("I9 submit makes a job of each image of a folder, waits, downloads, and makes no second jobs")
    void submits() throws Exception {
        Path images = folder.resolve("in");
        Files.createDirectories(images.resolve("more"));
        Files.write(images.resolve("a.jpg"), Images.jpeg(200, 100));
        Files.write(images.resolve("more/b.jpg"), Images.jpeg(100, 200));
        Files.writeString(images.resolve("notes.txt"), "no image");
        String[] command = {
            "submit",
            images.toString(),
            "--output",
            "thumb=50x50,fit=cover,format=png",
            "--download",
            folder.resolve("out").toString(),
            "--json"
        };
        Ran first = call(command);
        assertThat(first.code()).as(first.out() + first.err()).isZero();
        assertThat(first.json()).hasSize(2);
        assertThat(Images.decode(Files.readAllBytes(folder.resolve("out/a-thumb.png")))
                        .getWidth())
                .isEqualTo(50);
        assertThat(folder.resolve("out/more/b-thumb.png")).exists();
        Ran second = call(command);
        assertThat(second.code()).isZero();
        assertThat(ids(second)).isEqualTo(ids(first)).doesNotContain("");
        Ran again = call("submit", images.resolve("a.jpg").toString(), "--again", "--json");
        assertThat(ids(first)).doesNotContainAnyElementsOf(ids(again));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("submit draws its progress bar in a pseudo-terminal")
    void draws() throws Exception {
        Path image = Files.write(folder.resolve("pty.jpg"), Images.jpeg(70, 70));
        String command = String.join(
                " ",
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1 -Dstderr.encoding=UTF-8 -cp '" + System.getProperty("java.class.path") + "'",
                Main.class.getName(),
                "submit",
                image.toString(),
                "--api",
                api.uri().toString());
        Process process = new ProcessBuilder("script", "-qec", command, "/dev/null")
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        String drawn = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(drawn).isZero();
        assertThat(drawn).contains("pty.jpg job_").containsPattern("\r\\[█{24}] 100 % .*pty\\.jpg\u001b\\[K");
    }

    @Test
    @DisplayName("submit --state remembers the jobs in a file")
    void remembers() throws Exception {
        Path image = Files.write(folder.resolve("c.jpg"), Images.jpeg(120, 80));
        Path state = folder.resolve("state");
        String[] command = {"submit", image.toString(), "--state", state.toString(), "--json"};
        Ran first = call(command);
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(Files.readString(state)).contains(ids(first).getFirst()).endsWith("\n");
        Files.writeString(state, Files.readString(state) + "{\"key\":\"torn");
        assertThat(ids(call(command))).isEqualTo(ids(first));
        Files.writeString(state, "something else\n");
        assertThat(call(command).code()).isEqualTo(2);
    }

    @Test
    @DisplayName("submit exits with 1 if one of them failed, and says which and why")
    void fails() throws Exception {
        Path good = Files.write(folder.resolve("good.jpg"), Images.jpeg(60, 60));
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "no image at all");
        Ran ran = call("submit", good.toString(), bad.toString(), "--wait");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out())
                .containsPattern("good\\.jpg job_\\w+ succeeded")
                .contains("bad.jpg: 415 unsupported_type");
    }

    @Test
    @DisplayName("what is used wrongly exits with 2, and an API that is not there with 1")
    void wrong() throws Exception {
        Path image = Files.write(folder.resolve("d.jpg"), Images.jpeg(10, 10));
        assertThat(call("submit").code()).isEqualTo(2);
        assertThat(call("submit", folder.resolve("none.jpg").toString()).err()).contains("there is no file");
        assertThat(call("submit", image.toString(), "--output", "thumb").code()).isEqualTo(2);
        assertThat(call("submit", image.toString(), "--output", "t=1x1,colour=red")
                        .err())
                .contains("has a field colour");
        assertThat(call("jobs", "--status", "lost").err()).contains("there are [queued");
        assertThat(call("job", "job_01M85FFAJS2M6WDTHW48KJ70VT").err()).contains("404 not_found");
    }

    @Test
    @DisplayName("jobs lists, job shows and watches to the end")
    void lists() throws Exception {
        Path image = Files.write(folder.resolve("e.jpg"), Images.jpeg(90, 90));
        String id = ids(call("submit", image.toString(), "--preset", "default", "--json"))
                .getFirst();
        Ran watched = call("job", id, "--watch");
        assertThat(watched.code()).as(watched.err()).isZero();
        assertThat(watched.out()).contains("job.queued", "job.succeeded", "output   small ");
        assertThat(call("job", id, "--json").json().getFirst().path("status").asString(""))
                .isEqualTo("succeeded");
        assertThat(call("jobs", "--limit", "1").out()).startsWith("ID ").contains(id, "succeeded");
        assertThat(call("jobs", "--status", "succeeded", "--limit", "1", "--json")
                        .json())
                .hasSize(1);
    }

    private Ran backfill(String... args) {
        Map<String, String> env = SharedInfra.get().settings();
        StringWriter out = new StringWriter();
        String[] all = Stream.concat(
                        Stream.of(args),
                        Stream.of("--api", api.uri().toString(), "--prefix", "in/", "--rate", "0", "--json"))
                .toArray(String[]::new);
        int code = new CommandLine(new BackfillCommand(env))
                .setExecutionExceptionHandler(new Failures())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(all);
        return new Ran(code, out.toString(), "");
    }

    private static List<String> jobs(Ran ran) {
        return ran.json().stream()
                .map(line -> line.path("job").asString(""))
                .sorted()
                .toList();
    }

    @Test
    @DisplayName(
            "backfill makes bulk jobs of objects, goes on after its checkpoint, and finds what is missing or outdated")
    void backfills() throws Exception {
        Config config = Config.load(SharedInfra.get().settings());
        try (ObjectStore store = new ObjectStore(config.store())) {
            store.put("in/a.jpg", Images.jpeg(80, 40), "image/jpeg");
            store.put("in/b.jpg", Images.jpeg(40, 80), "image/jpeg");
            String checkpoint = folder.resolve("checkpoint").toString();
            assertThat(backfill("--dry-run").out().strip()).isEqualTo("{\"objects\":2}");
            Ran first = backfill("--checkpoint", checkpoint);
            assertThat(first.code()).as(first.out()).isZero();
            assertThat(jobs(first)).hasSize(2).doesNotContain("");
            assertThat(jobs(backfill("--checkpoint", checkpoint))).isEqualTo(jobs(first));
            for (String id : jobs(first)) {
                assertThat(call("job", id, "--watch").code()).isZero();
            }
            JsonNode job = call("job", jobs(first).getFirst(), "--json").json().getFirst();
            assertThat(job.path("lane").asString("")).isEqualTo("bulk");
            assertThat(job.path("metadata").path("backfill_wish").asString("")).isEqualTo("default@1");
            store.put("in/c.jpg", Images.jpeg(30, 30), "image/jpeg");
            assertThat(backfill("--dry-run", "--missing-only").out().strip()).isEqualTo("{\"objects\":1}");
            assertThat(backfill("--dry-run", "--outdated-only").out().strip()).isEqualTo("{\"objects\":0}");
            assertThat(backfill("--dry-run", "--outdated-only", "--output", "t=10")
                            .out()
                            .strip())
                    .isEqualTo("{\"objects\":2}");
            assertThat(backfill("--missing-only", "--outdated-only").code()).isEqualTo(2);
            Stream.of("in/a.jpg", "in/b.jpg", "in/c.jpg").forEach(store::delete);
        }
    }

    @Test
    @DisplayName("keys tells of what it makes, lists and revokes; a key itself is shown once")
    void keys() {
        String file = folder.resolve("keys.json").toString();
        Ran made = run("keys", "create", "--file", file, "--name", "web", "--tenant", "acme", "--json");
        assertThat(made.code()).as(made.err()).isZero();
        JsonNode key = made.json().getFirst();
        assertThat(key.path("key").asString("")).startsWith("mlk_");
        assertThat(run("keys", "create", "--file", file).out()).startsWith("mlk_");
        List<JsonNode> listed = run("keys", "list", "--file", file, "--json").json();
        assertThat(listed).hasSize(2);
        assertThat(listed.getFirst().toString())
                .isEqualTo("{\"id\":\"" + key.path("id").asString("")
                        + "\",\"name\":\"web\",\"tenant\":\"acme\",\"scopes\":[\"jobs:read\",\"jobs:write\"],\"created_at\":\""
                        + key.path("created_at").asString("") + "\"}");
        assertThat(run("keys", "list", "--file", file).out()).startsWith("ID ").contains("web", "acme");
        assertThat(run("keys", "revoke", "--file", file, "web", "--json").json())
                .containsExactly(listed.getFirst());
        assertThat(run("keys", "list", "--file", file, "--json").json()).containsExactly(listed.getLast());
    }

    @Test
    @DisplayName("secrets prints settings, as lines for an environment or as one object")
    void secrets() {
        String data = SharedInfra.folder().toString();
        Ran lines = run("secrets", "--data", data);
        JsonNode shown = run("secrets", "--data", data, "--json").json().getFirst();
        assertThat(lines.out().lines())
                .hasSize(3)
                .contains("MINILAB_WEBHOOK_SECRET="
                        + shown.path("MINILAB_WEBHOOK_SECRET").asString(""));
        JsonNode fresh = run("secrets", "--new", "--json").json().getFirst();
        assertThat(fresh.path("MINILAB_WEBHOOK_SECRET").asString("")).startsWith("whsec_");
        assertThat(fresh.path("MINILAB_WEBHOOK_SIGNING_KEY").asString("")).startsWith("whsk_");
    }

    @Test
    @DisplayName("capabilities, version and completion tell about API and program")
    void tells() {
        assertThat(call("capabilities").out()).contains("limits: ", "formats: ");
        assertThat(call("capabilities", "--json")
                        .json()
                        .getFirst()
                        .path("formats")
                        .isObject())
                .isTrue();
        assertThat(run("version").out()).startsWith("minilab ");
        assertThat(run("version", "--json").json().getFirst().path("java").asString(""))
                .startsWith("25");
    }

    @Test
    @DisplayName("completion completes commands, options and values in a bash")
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void completes() throws Exception {
        Path script = Files.writeString(
                folder.resolve("completion"), run("completion").out());
        assertThat(completed(script, "capa")).containsExactly("capabilities");
        assertThat(completed(script, "submit", "--down")).containsExactly("--download");
        assertThat(completed(script, "webhooks", "")).contains("listen", "redeliver");
        assertThat(completed(script, "keys", "list", "--js")).containsExactly("--json");
    }

    /// What bash would offer for the last of these words.
    private static List<String> completed(Path script, String... words) throws Exception {
        String bash =
                "source \"$1\"; shift; COMP_WORDS=(minilab \"$@\"); COMP_CWORD=$#; COMP_LINE=\"${COMP_WORDS[*]}\";"
                        + " COMP_POINT=${#COMP_LINE}; offers=$(complete -p minilab); offers=${offers#*-F };"
                        + " \"${offers%% *}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
        List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", bash, "bash", script.toString()));
        command.addAll(List.of(words));
        // `compopt` complains that no one is typing.
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed.lines().map(String::strip).toList();
    }
}
