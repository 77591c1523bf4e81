package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.cli.DoctorCommand;
import dev.minilab.cli.Failures;
import dev.minilab.cli.SetupCommand;
import dev.minilab.config.Config;
import dev.minilab.health.Preflight;
import dev.minilab.json.Json;
import dev.minilab.queue.QueueAdmin;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import dev.minilab.strict.HttpRelay;
import dev.minilab.strict.HttpRelay.Answer;
import dev.minilab.strict.HttpRelay.Filter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("./minilab doctor and setup, on configurations that are broken in one way each")
class DoctorTest {

    private static final String RULES = "<LifecycleConfiguration>"
            + "<Rule><ID>mine</ID><Status>Enabled</Status><Filter><Prefix>uploads/</Prefix></Filter>"
            + "<Expiration><Days>3</Days></Expiration></Rule>"
            + "<Rule><ID>parts</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>"
            + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation>"
            + "</AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>";

    private final Map<String, String> env = new TreeMap<>(SharedInfra.get().settings());
    private HttpRelay store;
    private HttpRelay queue;

    @BeforeEach
    void relay() throws Exception {
        store = new HttpRelay(SharedInfra.get().storeEndpoint(), rules(RULES));
        queue = new HttpRelay(SharedInfra.get().queueEndpoint(), Filter.NONE);
        env.put("MINILAB_S3_ENDPOINT", store.uri().toString());
        env.put("MINILAB_SQS_ENDPOINT", queue.uri().toString());
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        queue.close();
    }

    /// A store that has these lifecycle rules, or none; and no CORS rules.
    private static Filter rules(String lifecycle) {
        return (request, upstream) -> {
            if (request.target().contains("?lifecycle")) {
                return lifecycle.isEmpty()
                        ? Answer.xml(404, "NoSuchLifecycleConfiguration", "none")
                        : Answer.of(200, "application/xml", lifecycle);
            }
            return request.target().contains("?cors")
                    ? Answer.xml(404, "NoSuchCORSConfiguration", "none")
                    : upstream.send(request);
        };
    }

    private record Ran(int code, String out) {}

    private static Ran run(Object command, String... args) {
        StringWriter out = new StringWriter();
        int code = new CommandLine(command)
                .setExecutionExceptionHandler(new Failures())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(args);
        return new Ran(code, out.toString());
    }

    private void finds(String what, String fix, String... args) {
        Ran ran = run(new DoctorCommand(env), args);
        assertThat(ran.code()).as(ran.out()).isEqualTo(1);
        assertThat(ran.out())
                .containsPattern("wrong\\s+" + what)
                .contains("fix: ")
                .contains(fix);
    }

    @Test
    @DisplayName("nothing is wrong with what is right")
    void healthy() {
        Ran ran = run(new DoctorCommand(env));
        assertThat(ran.code()).as(ran.out()).isZero();
        assertThat(ran.out())
                .contains("conditional writes: a key that is taken", "checksums: ", "queue minilab-webhooks: is there")
                .doesNotContain("wrong");
        assertThat(run(new DoctorCommand(env), "--json")
                        .out()
                        .lines()
                        .findFirst()
                        .orElse(""))
                .isEqualTo("{\"state\":\"ok\",\"what\":\"configuration\",\"detail\":\"can be read\"}");
    }

    @Test
    @DisplayName("a setting that does not exist")
    void settings() {
        env.put("MINILAB_S3_BUCKT", "x");
        finds("configuration", "README.md");
    }

    @Test
    @DisplayName("credentials that the store does not take")
    void credentials() {
        env.put("MINILAB_S3_SECRET_ACCESS_KEY", "not this one");
        finds("bucket", "MINILAB_S3_ACCESS_KEY_ID");
    }

    @Test
    @DisplayName("a bucket that is not there")
    void bucket() {
        env.put("MINILAB_S3_BUCKET", "another");
        finds("bucket", "there is no bucket another");
    }

    /// What doctor tells to do about an answer of the store, had R2 given it.
    private String fixAtR2(Map<String, String> wrong, String... settings) {
        Map<String, String> asked = new TreeMap<>(env);
        asked.putAll(wrong);
        Map<String, String> r2 = new TreeMap<>(wrong);
        r2.put("MINILAB_R2_ACCOUNT_ID", "0123456789abcdef0123456789abcdef");
        r2.put("MINILAB_S3_ACCESS_KEY_ID", "id");
        r2.put("MINILAB_S3_SECRET_ACCESS_KEY", "secret");
        for (int i = 0; i < settings.length; i += 2) {
            r2.put(settings[i], settings[i + 1]);
        }
        try (ObjectStore wrongly = new ObjectStore(Config.load(asked).store())) {
            StoreException answer = catchThrowableOfType(StoreException.class, wrongly::check);
            return Preflight.explain(Config.load(r2).store(), answer).orElse("");
        }
    }

    @Test
    @DisplayName("a bucket of R2 that is in another jurisdiction than the one configured")
    void jurisdiction() {
        Map<String, String> elsewhere = Map.of("MINILAB_S3_BUCKET", "another");
        assertThat(fixAtR2(elsewhere))
                .contains(
                        "there is no bucket another at https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com")
                .endsWith("it is only visible with MINILAB_R2_JURISDICTION=eu (or fedramp)");
        assertThat(fixAtR2(elsewhere, "MINILAB_R2_JURISDICTION", "eu"))
                .contains(".eu.r2.cloudflarestorage.com")
                .endsWith("if it was created without a jurisdiction, leave MINILAB_R2_JURISDICTION out");
        assertThat(fixAtR2(Map.of("MINILAB_S3_SECRET_ACCESS_KEY", "not this one")))
                .contains("refuses these credentials")
                .endsWith("a bucket of a jurisdiction needs MINILAB_R2_JURISDICTION");
    }

    @Test
    @DisplayName("an endpoint where nothing answers")
    void endpoint() throws Exception {
        store.close();
        finds("bucket", "nothing usable answers at " + store.uri());
    }

    @Test
    @DisplayName("a clock that is off")
    void clock() {
        String hourAgo = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).minusHours(1));
        Filter right = rules(RULES);
        store.filter((request, upstream) -> {
            Answer answer = right.exchange(request, upstream);
            answer.headers().set("Date", hourAgo);
            return answer;
        });
        finds("clock: it is 3[56]\\d\\d s ahead", "timedatectl set-ntp true");
    }

    @Test
    @DisplayName("F22 a store that ignores If-None-Match")
    void conditionalWrites() {
        Filter right = rules(RULES);
        store.filter((request, upstream) -> request.method().equals("PUT")
                        && !request.header("If-None-Match").isEmpty()
                ? Answer.of(200, "text/plain", "")
                : right.exchange(request, upstream));
        finds("conditional writes", "use a store that honours it");
    }

    @Test
    @DisplayName("a store that takes torn bodies")
    void checksums() {
        Filter right = rules(RULES);
        store.filter((request, upstream) -> request.header("Content-MD5").equals("AAAAAAAAAAAAAAAAAAAAAA==")
                ? Answer.of(200, "text/plain", "")
                : right.exchange(request, upstream));
        finds("checksums", "use a store that checks Content-MD5");
    }

    @Test
    @DisplayName("a bucket without lifecycle and CORS rules, which setup makes")
    void rulesOfTheBucket() {
        List<String> put = new ArrayList<>();
        Filter none = rules("");
        store.filter((request, upstream) -> {
            if (request.method().equals("PUT") && request.target().matches(".*\\?(lifecycle|cors)")) {
                put.add(new String(request.body(), StandardCharsets.UTF_8));
                return Answer.of(200, "text/plain", "");
            }
            return none.exchange(request, upstream);
        });
        finds("lifecycle of uploads", "./minilab setup");
        finds("lifecycle of parts", "./minilab setup");
        finds("CORS", "--cors-origin https://a.example", "--cors-origin", "https://a.example");
        assertThat(run(new SetupCommand(env), "--dry-run", "--cors-origin", "https://a.example")
                        .out())
                .contains("would let direct uploads", "would let pages of https://a.example");
        assertThat(put).isEmpty();
        assertThat(run(new SetupCommand(env), "--cors-origin", "https://a.example")
                        .code())
                .isZero();
        assertThat(String.join("", put))
                .contains("<Prefix>uploads/</Prefix>", "<DaysAfterInitiation>1<", "<AllowedOrigin>https://a.example<");
    }

    @Test
    @DisplayName("queues that are not there, which setup makes, once")
    void queues() {
        env.put("MINILAB_SQS_JOBS_QUEUE", "doctor-jobs");
        finds("queue doctor-jobs: does not exist", "./minilab setup");
        try (QueueAdmin admin = new QueueAdmin(Config.load(env).queue())) {
            admin.create("doctor-jobs");
        }
        finds("queue doctor-jobs: has no dead-letter queue", "./minilab setup");
        Ran setup = run(new SetupCommand(env));
        assertThat(setup.code()).as(setup.out()).isZero();
        assertThat(setup.out()).contains("create queue doctor-jobs-dlq", "have doctor-jobs move dead letters");
        assertThat(run(new DoctorCommand(env)).code()).isZero();
        assertThat(run(new SetupCommand(env)).out()).contains("nothing is missing");
    }

    private void attributes(Map<String, String> attributes) {
        attributes("minilab-bulk", attributes);
    }

    /// Has a queue be set otherwise than it is.
    private void attributes(String which, Map<String, String> attributes) {
        queue.filter((request, upstream) -> {
            String body = new String(request.body(), StandardCharsets.UTF_8);
            return request.header("X-Amz-Target").endsWith("GetQueueAttributes") && body.contains(which + "\"")
                    ? Answer.of(
                            200,
                            "application/x-amz-json-1.0",
                            new String(Json.write(Map.of("Attributes", attributes)), StandardCharsets.UTF_8))
                    : upstream.send(request);
        });
    }

    private static String redrive(String target, int count) {
        return "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:1:" + target + "\",\"maxReceiveCount\":" + count + "}";
    }

    @Test
    @DisplayName("queues that delay, forget, or give up too soon or to the wrong place")
    void attributesOfQueues() {
        String good = redrive("minilab-bulk-dlq", 5);
        attributes(Map.of("DelaySeconds", "30", "RedrivePolicy", good));
        finds("queue minilab-bulk: delays each message by 30 s", "./minilab setup");
        attributes(Map.of("MessageRetentionPeriod", "60", "RedrivePolicy", good));
        finds("queue minilab-bulk: forgets messages after 60 s", "./minilab setup");
        attributes(Map.of("RedrivePolicy", redrive("minilab-bulk-dlq", 1)));
        finds("queue minilab-bulk: gives a message up after 1 receives", "./minilab setup");
        attributes(Map.of("RedrivePolicy", redrive("elsewhere", 5)));
        finds("queue minilab-bulk: moves dead letters to elsewhere", "./minilab setup");
    }

    @Test
    @DisplayName("a queue whose dead-letter queue is not there, though it says so")
    void deadLettersLost() {
        env.put("MINILAB_SQS_WEBHOOKS_QUEUE", "doctor-lone");
        try (QueueAdmin admin = new QueueAdmin(Config.load(env).queue())) {
            admin.create("doctor-lone");
        }
        attributes("doctor-lone", Map.of("RedrivePolicy", redrive("doctor-lone-dlq", 5)));
        finds("queue doctor-lone: its dead-letter queue doctor-lone-dlq does not exist", "./minilab setup");
    }

    @Test
    @DisplayName("queues that do not answer")
    void queuesAway() throws Exception {
        queue.close();
        finds("queue minilab-jobs", "MINILAB_SQS_ENDPOINT");
    }

    @Test
    @DisplayName("a folder that can hold an embedded installation, and one that cannot")
    void folder(@TempDir Path data) {
        assertThat(run(new DoctorCommand(env), "--data", data.toString()).out()).containsPattern("ok +data: ");
        finds("data: 0 MiB are left", "make room there", "--data", "/proc/1");
    }

    @Test
    @DisplayName("a spool that cannot be written")
    void spool(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        env.put("MINILAB_SPOOL_DIR", file.resolve("spool").toString());
        finds("spool: .* cannot be written", "let this user write there: chown");
    }
}
