package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.Config;
import dev.minilab.job.Accepted;
import dev.minilab.job.DeadLetter;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobError;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.Result;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.Queues;
import dev.minilab.record.DeadLetters;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import dev.minilab.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

@DisplayName("F22 ./minilab dlq")
@Timeout(120)
class DlqCommandTest {

    private static final Tenant TENANT = new Tenant("dlq");

    @TempDir
    Path nothing;

    private final Config config = Config.load(SharedInfra.get().settings());
    private final ObjectStore store = new ObjectStore(config.store());
    private final Queues queues = new Queues(config.queue());
    private final Instant now = Instant.now();
    private final Accepted job = TestJobs.accepted(TENANT, JobId.create(now), now, null);

    private record Answer(int code, String text) {
        JsonNode json() {
            return Json.readTree(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @BeforeEach
    void giveUp() {
        JobRecords records = new JobRecords(store);
        store.put(Keys.original(TENANT, job.job()), new byte[] {1}, "image/jpeg");
        records.accept(job);
        JobError error = JobError.of(ErrorCode.POISON, "it ended its workers");
        records.finish(
                job,
                new Result(Result.SCHEMA, job.job(), JobStatus.FAILED, null, Instant.now(), 5, Map.of(), error, null));
        new DeadLetters(store)
                .add(new DeadLetter(TENANT, job.job(), ErrorCode.POISON, "it ended its workers", Instant.now()));
        queues.open("minilab-webhooks-dlq").send("{\"asked\":\"for\"}", "a");
    }

    @AfterEach
    void empty() {
        Stream.of("minilab-jobs", "minilab-webhooks", "minilab-webhooks-dlq").forEach(name -> take(queues.open(name)));
        queues.close();
        store.close();
    }

    private static List<Message> take(MessageQueue queue) {
        List<Message> messages = queue.receive(10, Duration.ofSeconds(1), Duration.ofSeconds(30));
        messages.forEach(queue::delete);
        return messages;
    }

    private static Answer run(String... arguments) {
        PrintStream out = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            return new Answer(
                    new CommandLine(new DlqCommand()).execute(arguments), bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
        }
    }

    private static String data() {
        return SharedInfra.folder().toString();
    }

    private static List<String> ofJobs(Answer answer, String field) {
        return answer.json().path("jobs").values().stream()
                .map(one -> one.path(field).asString(""))
                .toList();
    }

    @Test
    @DisplayName("lists what was given up and what nobody takes, brings both back, and then has nothing to list")
    void bringsBack() {
        Answer listed = run("list", "--json", "--data", data());
        assertThat(listed.code()).isZero();
        assertThat(ofJobs(listed, "job")).contains(job.job().value());
        assertThat(ofJobs(listed, "code")).contains("poison");
        assertThat(listed.json().path("messages").path(0).path("body").asString(""))
                .isEqualTo("{\"asked\":\"for\"}");
        assertThat(run("list", "--data", data()).text()).contains(job.job() + "  poison  it ended its workers");

        Answer redriven = run("redrive", "--json", "--data", data());
        assertThat(redriven.code()).as(redriven.text()).isZero();
        assertThat(redriven.json().path("messages").asInt()).isEqualTo(1);
        JobId retry = JobId.parse(ofJobs(redriven, "retry").getFirst()).orElseThrow();
        assertThat(new JobRecords(store).accepted(TENANT, retry))
                .hasValueSatisfying(made -> assertThat(made.retryOf()).isEqualTo(job.job()));
        assertThat(take(queues.open("minilab-jobs")))
                .extracting(message -> JobQueue.read(message).job())
                .containsExactly(retry);
        assertThat(take(queues.open("minilab-webhooks")))
                .extracting(Message::body)
                .containsExactly("{\"asked\":\"for\"}");
        Answer after = run("list", "--json", "--data", data());
        assertThat(after.json().path("jobs").size()).isZero();
        assertThat(after.json().path("messages").size()).isZero();
    }

    @Test
    @DisplayName("redrives the jobs that are named, says why one is not, and leaves the rest")
    void named() {
        store.delete(Keys.original(TENANT, job.job()));
        Answer refused = run("redrive", "--json", "--data", data(), job.job().value());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(ofJobs(refused, "problem")).containsExactly("the original of this job is gone");
        assertThat(refused.json().path("messages").asInt()).isZero();
        assertThat(run("redrive", "--data", data(), JobId.create(Instant.now()).value())
                        .code())
                .isEqualTo(1);
        new DeadLetters(store).all().forEach(new DeadLetters(store)::remove);
    }

    @Test
    @DisplayName("I27 what is not an installation is said")
    void nothingThere() {
        assertThat(run("list", "--data", nothing.toString()).code()).isNotZero();
    }
}
