package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.minilab.client.Connection;
import dev.minilab.client.Image;
import dev.minilab.client.Job;
import dev.minilab.client.JobFilter;
import dev.minilab.client.JobRequest;
import dev.minilab.client.JobStatus;
import dev.minilab.client.Lane;
import dev.minilab.client.Minilab;
import dev.minilab.client.MinilabException;
import dev.minilab.client.OutputSpec;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayName("Waiting for jobs, following them, listing and deleting them")
class FollowIT {

    private static final Pattern EVENT = Pattern.compile("id: (\\d+)\nevent: ([a-z_.]+)\ndata: (\\{.*})\n\n");

    private static final List<String> EVENTS =
            List.of("1 job.queued", "2 job.processing", "3 output.succeeded", "4 output.succeeded", "5 job.succeeded");

    private static LocalApi api;
    private static Client client;
    private static Minilab minilab;

    @BeforeAll
    static void start() {
        api = LocalApi.withWorker(Map.of());
        client = api.client();
        minilab = new Minilab(Connection.to(api.uri()));
    }

    @AfterAll
    static void stop() {
        minilab.close();
        api.close();
    }

    private static HttpResponse<byte[]> create(String query) throws Exception {
        return client.send(HttpRequest.newBuilder(api.uri().resolve("/v1/jobs" + query))
                .header("Content-Type", "image/jpeg")
                .header("Prefer", "wait=60")
                .POST(BodyPublishers.ofByteArray(Images.jpeg(640, 480))));
    }

    private static HttpResponse<byte[]> get(String path, String header, String value) throws Exception {
        return client.send(HttpRequest.newBuilder(api.uri().resolve(path)).header(header, value));
    }

    private static List<String> events(HttpResponse<byte[]> answer) {
        return EVENT.matcher(new String(answer.body(), StandardCharsets.UTF_8))
                .results()
                .map((MatchResult event) -> event.group(1) + " " + event.group(2))
                .toList();
    }

    @Test
    @DisplayName("Prefer: wait on creating a job answers 200 with the finished job, on reading it too")
    void waits() throws Exception {
        HttpResponse<byte[]> created = create("");
        assertThat(created.statusCode()).isEqualTo(200);
        assertThat(created.headers().firstValue("Preference-Applied")).contains("wait=60");
        assertThat(Client.json(created).path("status").stringValue()).isEqualTo("succeeded");
        String id = client.upload(Images.jpeg(640, 480), "");
        HttpResponse<byte[]> read = get("/v1/jobs/" + id, "Prefer", "respond-async, wait=60");
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(Client.json(read).path("status").stringValue()).isEqualTo("succeeded");
    }

    @Test
    @DisplayName("events tell everything once, end with the job, and resume after Last-Event-ID")
    void streams() throws Exception {
        String path = "/v1/jobs/" + client.upload(Images.jpeg(640, 480), "") + "/events";
        HttpResponse<byte[]> stream = get(path, "Accept", "text/event-stream");
        assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(events(stream)).isEqualTo(EVENTS);
        assertThat(events(get(path, "Last-Event-ID", "3"))).containsExactly("4 output.succeeded", "5 job.succeeded");
        assertThat(get(path, "Last-Event-ID", "5").statusCode()).isEqualTo(204);
    }

    @Test
    @DisplayName("lists show the newest first, page by page, whatever is created meanwhile")
    void lists() throws Exception {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.addFirst(client.upload(Images.jpeg(64, 48), "?external_id=list"));
        }
        List<String> shown = new ArrayList<>();
        String next = "/v1/jobs?external_id=list&limit=2";
        for (int pages = 0; next != null; pages++) {
            assertThat(pages).as("pages").isLessThan(3);
            HttpResponse<byte[]> page = client.get(next);
            JsonNode json = Client.json(page);
            json.path("data").forEach(job -> shown.add(job.path("id").stringValue()));
            next = page.headers()
                    .firstValue("Link")
                    .map(link -> link.substring(1, link.indexOf('>')))
                    .orElse(null);
            assertThat(json.path("next_cursor").isNull()).isEqualTo(next == null);
            client.upload(Images.jpeg(64, 48), "?external_id=list");
        }
        assertThat(shown).isEqualTo(made);
    }

    @Test
    @DisplayName("C65 a forged cursor, a cursor of another list and impossible limits are refused")
    void refuses() throws Exception {
        client.upload(Images.jpeg(64, 48), "?external_id=other");
        client.upload(Images.jpeg(64, 48), "?external_id=other");
        String cursor = Client.json(client.get("/v1/jobs?external_id=other&limit=1"))
                .path("next_cursor")
                .stringValue();
        for (String wrong : List.of("cursor=abc", "cursor=" + cursor, "cursor=%00")) {
            HttpResponse<byte[]> answer = client.get("/v1/jobs?" + wrong);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
            assertThat(Client.json(answer).path("code").stringValue()).isEqualTo("bad_cursor");
        }
        for (String wrong : List.of("limit=0", "limit=-1", "limit=1000000000", "status=done", "nonsense=1")) {
            HttpResponse<byte[]> answer = client.get("/v1/jobs?" + wrong);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(422);
            assertThat(Client.json(answer)
                            .path("errors")
                            .path(0)
                            .path("pointer")
                            .stringValue())
                    .isEqualTo("/" + wrong.substring(0, wrong.indexOf('=')));
        }
    }

    @Test
    @DisplayName("the client follows a job to its end, lists it, and fetches what came of it")
    void followed() throws Exception {
        JobRequest request = JobRequest.preset("default").externalId("followed");
        Job job = minilab.create(Image.of(Images.jpeg(640, 480), "image/jpeg"), request);
        List<String> told = new ArrayList<>();
        minilab.follow(job.id(), event -> told.add(event.id() + " " + event.type()));
        assertThat(told).isEqualTo(EVENTS);
        assertThat(minilab.get(job.id()).status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(minilab.list(JobFilter.ALL.externalId("followed")))
                .extracting(Job::id)
                .containsExactly(job.id());
        assertThat(Images.decode(minilab.download(job.id(), "small")).getWidth())
                .isEqualTo(320);
    }

    @Test
    @DisplayName("a deleted job is gone: 410 for it and its links, and no list shows it")
    void deletes() throws Exception {
        JsonNode job = Client.json(create("?external_id=deleted"));
        String path = "/v1/jobs/" + job.path("id").stringValue();
        String link = job.path("outputs").path("small").path("url").stringValue();
        assertThat(client.download(link)).isNotEmpty();
        assertThat(client.send(HttpRequest.newBuilder(api.uri().resolve(path)).DELETE())
                        .statusCode())
                .isEqualTo(204);
        assertThat(client.get(path).statusCode()).isEqualTo(410);
        assertThat(client.get(path + "/events").statusCode()).isEqualTo(410);
        assertThat(client.get(path + "/outputs/small").statusCode()).isEqualTo(410);
        assertThat(client.send(HttpRequest.newBuilder(URI.create(link))).statusCode())
                .isEqualTo(404);
        assertThat(Client.json(client.get("/v1/jobs?external_id=deleted"))
                        .path("data")
                        .size())
                .isZero();
    }

    @Test
    @DisplayName("a job that has ended cannot be canceled, and can be tried again as a new one; that one too")
    void lifecycle() throws Exception {
        JobRequest request = JobRequest.output("it", OutputSpec.width(100).format("png"))
                .externalId("again \u00e4/1")
                .metadata(Map.of("team", "photo", "empty", ""))
                .lane(Lane.BULK);
        Job first = ended(minilab.create(Image.of(Images.jpeg(200, 100), "image/jpeg"), request));
        assertThatExceptionOfType(MinilabException.Refused.class)
                .isThrownBy(() -> minilab.cancel(first.id()))
                .satisfies(refused -> assertThat(refused.problem().status()).isEqualTo(409))
                .satisfies(refused -> assertThat(refused.problem().code()).isEqualTo("job_already_terminal"));
        Job second = ended(minilab.retry(first.id()));
        Job third = ended(minilab.retry(second.id()));
        assertThat(first.retryOf()).isNull();
        assertThat(second.retryOf()).isEqualTo(first.id());
        assertThat(third.retryOf()).isEqualTo(second.id());
        for (Job job : List.of(first, second, third)) {
            assertThat(job.externalId()).isEqualTo("again \u00e4/1");
            assertThat(job.metadata()).isEqualTo(Map.of("team", "photo", "empty", ""));
            assertThat(job.lane()).isEqualTo(Lane.BULK);
            assertThat(job.outputs()).containsOnlyKeys("it");
            assertThat(minilab.download(job.id(), "it")).isEqualTo(minilab.download(first.id(), "it"));
        }
        assertThat(minilab.list(JobFilter.ALL.externalId("again \u00e4/1").pageSize(2)))
                .extracting(Job::id)
                .containsExactly(third.id(), second.id(), first.id());
        minilab.delete(first.id());
        assertThat(minilab.get(third.id()).status())
                .as("a retry has an original of its own")
                .isEqualTo(JobStatus.SUCCEEDED);
    }

    private static Job ended(Job job) {
        Job ended = minilab.await(job.id(), Duration.ofSeconds(30));
        assertThat(ended.status()).isEqualTo(JobStatus.SUCCEEDED);
        return ended;
    }
}
