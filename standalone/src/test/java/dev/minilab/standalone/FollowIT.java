package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("Waiting for jobs, following them, listing and deleting them")
class FollowIT {

    private static final Pattern EVENT = Pattern.compile("id: (\\d+)\nevent: ([a-z_.]+)\ndata: (\\{.*})\n\n");

    @TempDir
    static Path data;

    private static MinilabProcess minilab;
    private static URI api;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        minilab = MinilabProcess.start(Map.of(), "serve", "--port", "0", "--data", data.toString());
        api = minilab.awaitUri();
        client = new Client(api);
    }

    @AfterAll
    static void stop() throws Exception {
        try (MinilabProcess running = minilab) {
            assertThat(running.terminate(30)).as("exit code after SIGTERM").isZero();
        }
    }

    private static HttpResponse<byte[]> create(String query) throws Exception {
        return client.send(HttpRequest.newBuilder(api.resolve("/v1/jobs" + query))
                .header("Content-Type", "image/jpeg")
                .header("Prefer", "wait=60")
                .POST(BodyPublishers.ofByteArray(Images.jpeg(640, 480))));
    }

    private static HttpResponse<byte[]> get(String path, String header, String value) throws Exception {
        return client.send(HttpRequest.newBuilder(api.resolve(path)).header(header, value));
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
        assertThat(events(stream))
                .containsExactly(
                        "1 job.queued",
                        "2 job.processing",
                        "3 output.succeeded",
                        "4 output.succeeded",
                        "5 job.succeeded");
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
    @DisplayName("a deleted job is gone: 410 for it and its links, and no list shows it")
    void deletes() throws Exception {
        JsonNode job = Client.json(create("?external_id=deleted"));
        String path = "/v1/jobs/" + job.path("id").stringValue();
        String link = job.path("outputs").path("small").path("url").stringValue();
        assertThat(client.download(link)).isNotEmpty();
        assertThat(client.send(HttpRequest.newBuilder(api.resolve(path)).DELETE())
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
    @DisplayName("a job that has ended cannot be canceled, and can be tried again as a new one")
    void lifecycle() throws Exception {
        String id = Client.json(create("")).path("id").stringValue();
        HttpResponse<byte[]> canceled = client.post("/v1/jobs/" + id + "/cancel", "application/json", new byte[0]);
        assertThat(canceled.statusCode()).isEqualTo(409);
        assertThat(Client.json(canceled).path("code").stringValue()).isEqualTo("job_already_terminal");
        HttpResponse<byte[]> again = client.post("/v1/jobs/" + id + "/retry", "application/json", new byte[0]);
        assertThat(again.statusCode()).as(Client.text(again)).isEqualTo(202);
        assertThat(Client.json(again).path("retry_of").stringValue()).isEqualTo(id);
        assertThat(Client.json(get("/v1/jobs/" + Client.id(again), "Prefer", "wait=60"))
                        .path("status")
                        .stringValue())
                .isEqualTo("succeeded");
    }
}
