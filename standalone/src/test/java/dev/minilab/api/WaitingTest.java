package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.config.Config;
import dev.minilab.job.Accepted;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Result;
import dev.minilab.job.Started;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobView;
import dev.minilab.standalone.TestJobs;
import dev.minilab.standalone.TestStore;
import io.javalin.Javalin;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Many who wait for jobs, by Prefer: wait and by server-sent events")
@Timeout(60)
class WaitingTest {

    private static final Duration SIGN_OF_LIFE = Duration.ofMillis(60);
    private static final List<String> ALL_EVENTS =
            List.of("1 job.queued", "2 job.processing", "3 output.succeeded", "4 job.succeeded");

    @TempDir
    static Path folder;

    private static TestStore store;
    private static JobRecords records;
    private static final AtomicInteger READS = new AtomicInteger();
    private static final AtomicInteger LOOKS = new AtomicInteger();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Javalin> servers = new ArrayList<>();
    private JobWatch watch = new JobWatch(seen -> seen, 1);

    @BeforeAll
    static void start() throws Exception {
        store = TestStore.start(folder, (request, upstream) -> {
            if (request.method().equals("GET") || request.method().equals("HEAD")) {
                READS.incrementAndGet();
            }
            return upstream.send(request);
        });
        records = new JobRecords(store.store());
    }

    @AfterAll
    static void stop() throws Exception {
        store.close();
    }

    @AfterEach
    void stopServers() {
        watch.close();
        http.close();
        servers.forEach(Javalin::stop);
    }

    /// An API that can do nothing but show jobs.
    ///
    /// @param most how many may wait at once
    private URI serve(int most, Duration signOfLife) {
        JobView view = new JobView(store.store(), Duration.ofHours(1), InstantSource.system());
        watch = new JobWatch(
                seen -> {
                    LOOKS.incrementAndGet();
                    return records.again(seen);
                },
                most);
        JobAnswers answers = new JobAnswers(records, view, watch);
        Javalin server = ApiServer.create(
                Config.load(Map.of()),
                ApiKeys.load(null),
                URI.create("http://127.0.0.1:1/b/k?X-Amz-Signature=1"),
                routes -> {
                    new JobRoutes(answers, view, store.store(), Duration.ofHours(1)).register(routes);
                    new EventRoutes(answers, view, watch, signOfLife).register(routes);
                });
        servers.add(server.start("127.0.0.1", 0));
        return URI.create("http://127.0.0.1:" + server.port());
    }

    private static Accepted accepted() {
        Accepted accepted = TestJobs.accepted(Instant.now(), null);
        records.accept(accepted);
        return accepted;
    }

    private static void succeed(Accepted job) {
        Instant now = Instant.now();
        Result.Stored stored = new Result.Stored(ImageFormat.JPEG, 4, 2, 10, "0".repeat(64));
        records.finish(
                job,
                new Result(
                        1,
                        job.job(),
                        JobStatus.SUCCEEDED,
                        now,
                        now,
                        1,
                        Map.of("small", new Result.Output(stored, null)),
                        null,
                        new Result.Timings(1, 2, 1)));
    }

    private static HttpRequest events(URI api, Accepted job, String lastId) {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.resolve("/v1/jobs/" + job.job() + "/events"));
        return lastId.isEmpty()
                ? request.build()
                : request.header("Last-Event-ID", lastId).build();
    }

    private static HttpRequest waiting(URI api, Accepted job) {
        return HttpRequest.newBuilder(api.resolve("/v1/jobs/" + job.job()))
                .header("Prefer", "wait=50")
                .build();
    }

    /// The ids and names of events.
    private static List<String> told(String stream) {
        List<String> told = new ArrayList<>();
        String id = "";
        for (String line : stream.split("\n", -1)) {
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                told.add(id + " " + line.substring(7));
            }
        }
        return told;
    }

    private String get(HttpRequest request) throws Exception {
        return http.send(request, BodyHandlers.ofString()).body();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    @ParameterizedTest
    @CsvSource({"'',0", "0,0", "1,1", "2,2", "3,3", "nonsense,0", "-1,0", "99999999999,0"})
    @DisplayName("Last-Event-ID resumes after that event, at any API; what is no id of ours begins anew")
    void resumes(String lastId, int known) throws Exception {
        Accepted job = accepted();
        succeed(job);
        assertThat(told(get(events(serve(1, SIGN_OF_LIFE), job, lastId))))
                .isEqualTo(ALL_EVENTS.subList(known, ALL_EVENTS.size()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "5"})
    @DisplayName("after the last event there is nothing to come back for: 204")
    void nothingLeft(String lastId) throws Exception {
        Accepted job = accepted();
        succeed(job);
        assertThat(http.send(events(serve(1, SIGN_OF_LIFE), job, lastId), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    @DisplayName("a stream with nothing to tell says by comments that it lives, and tells everything after them once")
    void signsOfLife() throws Exception {
        Accepted job = accepted();
        HttpResponse<InputStream> stream =
                http.send(events(serve(1, SIGN_OF_LIFE), job, "1"), BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < 3; i++) {
                assertThat(lines.readLine()).isEqualTo(":");
                assertThat(lines.readLine()).isEmpty();
            }
            records.start(job, new Started(Instant.now(), 1));
            StringBuilder rest = new StringBuilder();
            for (String line = lines.readLine(); !line.equals("event: job.processing"); line = lines.readLine()) {
                rest.append(line).append('\n');
            }
            succeed(job);
            rest.append("event: job.processing\n");
            lines.lines().forEach(line -> rest.append(line).append('\n'));
            assertThat(told(rest.toString())).isEqualTo(ALL_EVENTS.subList(1, 4));
        }
    }

    @Test
    @DisplayName("I22 one more than may wait is told to come back; a client that leaves frees its place")
    void places() throws Exception {
        URI api = serve(2, SIGN_OF_LIFE);
        Accepted job = accepted();
        HttpResponse<InputStream> first = http.send(events(api, job, ""), BodyHandlers.ofInputStream());
        HttpResponse<InputStream> second = http.send(events(api, job, ""), BodyHandlers.ofInputStream());
        for (HttpRequest third : List.of(events(api, job, ""), waiting(api, job))) {
            HttpResponse<byte[]> refused = http.send(third, BodyHandlers.ofByteArray());
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(Json.readTree(new ByteArrayInputStream(refused.body()))
                            .path("code")
                            .asString(""))
                    .isEqualTo("unavailable");
        }
        first.body().close();
        await("its place is free", () -> watch.waiting() == 1);
        try (InputStream fourth =
                http.send(events(api, job, ""), BodyHandlers.ofInputStream()).body()) {
            assertThat(fourth.read()).isEqualTo('i');
        }
        second.body().close();
        await("nobody waits", () -> watch.waiting() == 0);
    }

    @Test
    @DisplayName(
            "I10 when the API drains, streams end whole and without a word of an end, and waits with what is known")
    void drains() throws Exception {
        URI api = serve(2, Duration.ofSeconds(15));
        Accepted job = accepted();
        CompletableFuture<HttpResponse<String>> stream = http.sendAsync(events(api, job, ""), BodyHandlers.ofString());
        CompletableFuture<HttpResponse<byte[]>> wait = http.sendAsync(waiting(api, job), BodyHandlers.ofByteArray());
        await("both wait", () -> watch.waiting() == 2);
        watch.close();
        assertThat(told(stream.join().body())).isEqualTo(ALL_EVENTS.subList(0, 1));
        assertThat(wait.join().statusCode()).isEqualTo(200);
        assertThat(Json.readTree(new ByteArrayInputStream(wait.join().body()))
                        .path("status")
                        .asString(""))
                .isEqualTo("queued");
        succeed(job);
        assertThat(told(get(events(serve(1, SIGN_OF_LIFE), job, "1"))))
                .as("the rest, at another API")
                .isEqualTo(ALL_EVENTS.subList(1, 4));
    }

    @Test
    @DisplayName("a job that is deleted while it is watched: the stream says so and ends, the wait is 410")
    void deleted() throws Exception {
        URI api = serve(2, Duration.ofSeconds(15));
        Accepted job = accepted();
        CompletableFuture<HttpResponse<String>> stream = http.sendAsync(events(api, job, ""), BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> wait = http.sendAsync(waiting(api, job), BodyHandlers.ofString());
        await("both wait", () -> watch.waiting() == 2);
        records.bury(Tenant.DEFAULT, job.job(), Instant.now());
        assertThat(told(stream.join().body())).containsExactly("1 job.queued", "4 job.deleted");
        assertThat(wait.join().statusCode()).isEqualTo(410);
        assertThat(http.send(events(api, job, "4"), BodyHandlers.ofString()).statusCode())
                .isEqualTo(410);
        await("nobody waits", () -> watch.waiting() == 0);
    }

    @Test
    @DisplayName("I22 500 who wait for five jobs, half of them by streams, cost the store what five would")
    void crowd() throws Exception {
        URI api = serve(JobWatch.MOST_WAITING, Duration.ofSeconds(15));
        List<Accepted> jobs = List.of(accepted(), accepted(), accepted(), accepted(), accepted());
        List<CompletableFuture<String>> answers = new ArrayList<>();
        long began = System.nanoTime();
        int looksBefore = LOOKS.get();
        for (Accepted job : jobs) {
            answers.add(wait(waiting(api, job)));
        }
        await("one waits for each", () -> watch.waiting() == 5);
        int reads = READS.get();
        int looks = LOOKS.get();
        for (int i = 5; i < 500; i++) {
            Accepted job = jobs.get(i % 5);
            answers.add(wait(i % 2 == 0 ? waiting(api, job) : events(api, job, "")));
        }
        await("all wait", () -> watch.waiting() == 500);
        await("each job was looked at again", () -> LOOKS.get() - looks >= 15);
        assertThat(READS.get() - reads)
                .as("reads: two a look, of which five may have been under way")
                .isLessThanOrEqualTo(2 * (LOOKS.get() - looks) + 10);
        jobs.forEach(WaitingTest::succeed);
        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.join()).contains("\"status\":\"succeeded\"");
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        int allReads = READS.get() - reads;
        assertThat(LOOKS.get() - looksBefore)
                .as("looks: eight a job in the first five seconds, then one in two")
                .isLessThanOrEqualTo(5 * (9 + (int) took.toSeconds() / 2));
        assertThat(allReads)
                .as("reads: two a look, and all of each job once it has ended")
                .isLessThanOrEqualTo(2 * (LOOKS.get() - looks) + 30);
        System.out.printf(
                "500 who waited %d ms for five jobs: %d reads of the store in %d looks%n",
                took.toMillis(), allReads, LOOKS.get() - looks);
    }

    private CompletableFuture<String> wait(HttpRequest request) {
        return http.sendAsync(request, BodyHandlers.ofString()).thenApply(HttpResponse::body);
    }
}
