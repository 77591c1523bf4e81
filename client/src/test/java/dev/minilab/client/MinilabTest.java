package dev.minilab.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The Java client")
class MinilabTest {

    private static final Image IMAGE = Image.of(new byte[] {1, 2, 3}, "image/jpeg");

    private FakeApi api;
    private Minilab minilab;

    @BeforeEach
    void start() throws IOException {
        api = new FakeApi();
        minilab = api.client();
    }

    @AfterEach
    void stop() {
        minilab.close();
        api.close();
    }

    @Test
    @DisplayName("I4 tries again what may succeed later, under one idempotency key: a broken connection, 503, 429")
    void triesAgain() {
        api.breaksOff()
                .problem(503, "unavailable", true, Map.of("Retry-After", "0"))
                .problem(429, "rate_limited", true, Map.of("Retry-After", "1"))
                .answer(202, FakeApi.job("queued"));
        long begin = System.nanoTime();
        assertThat(minilab.create(IMAGE, JobRequest.DEFAULT).status()).isEqualTo(JobStatus.QUEUED);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(api.requests()).hasSize(4).allSatisfy(request -> {
            assertThat(request.body()).containsExactly(1, 2, 3);
            assertThat(request.header("Idempotency-Key"))
                    .isEqualTo(api.requests().getFirst().header("Idempotency-Key"))
                    .isNotEmpty();
            assertThat(request.header("Authorization")).isEqualTo("Bearer mlk_test");
        });
    }

    @Test
    @DisplayName("does not try again what was refused, and hands over the problem with every mistake")
    void refused() {
        api.problem(422, "invalid_spec", false, Map.of());
        assertThatThrownBy(() -> minilab.create(IMAGE, JobRequest.preset("none")))
                .asInstanceOf(type(MinilabException.Refused.class))
                .satisfies(e -> {
                    assertThat(e.problem().code()).isEqualTo("invalid_spec");
                    assertThat(e.problem().errors())
                            .containsExactly(new Problem.Mistake("/outputs/a/width", "is wrong"));
                });
        assertThat(api.requests()).hasSize(1);
    }

    @Test
    @DisplayName("gives up after the last try, or at once when it is asked to wait too long")
    void givesUp() {
        api.problem(503, "unavailable", true, Map.of("Retry-After", "600"));
        assertThatThrownBy(() -> minilab.get("job_1")).isInstanceOf(MinilabException.Refused.class);
        assertThat(api.requests()).hasSize(1);
        api.breaksOff().breaksOff().breaksOff().breaksOff();
        assertThatThrownBy(() -> minilab.create(IMAGE, JobRequest.DEFAULT))
                .isInstanceOf(MinilabException.Unreachable.class);
        assertThat(api.requests()).hasSize(5);
    }

    @Test
    @DisplayName("redelivers once: an answer that was lost may have had its effect")
    void notRepeatable() {
        api.breaksOff();
        assertThatThrownBy(() -> minilab.redeliver("job_1")).isInstanceOf(MinilabException.Unreachable.class);
        assertThat(api.requests()).hasSize(1);
    }

    @Test
    @DisplayName("reads over fields and states that are newer than itself")
    void tolerant() {
        api.answer(200, FakeApi.job("dreaming"));
        Job job = minilab.get("job_1");
        assertThat(job.status()).isEqualTo(JobStatus.UNKNOWN);
        assertThat(job.metadata()).containsEntry("a", "b");
        assertThat(job.output("thumb").succeeded()).isFalse();
    }

    @Test
    @DisplayName("sends small requests in the query beside a raw body, others as a form, sources as JSON")
    void threeForms() {
        api.answer(202, FakeApi.job("queued"))
                .answer(202, FakeApi.job("queued"))
                .answer(202, FakeApi.job("queued"));
        minilab.create(
                IMAGE,
                JobRequest.preset("product").externalId("a b").webhook(URI.create("https://example.com/hook?x=1")));
        minilab.create(
                IMAGE, JobRequest.output("thumb", OutputSpec.cover(32, 16).at(0.5, 0.25)));
        minilab.create(new Source.Uploaded("upl_1"), JobRequest.DEFAULT.lane(Lane.BULK));

        FakeApi.Request raw = api.requests().get(0);
        assertThat(raw.path())
                .isEqualTo("/v1/jobs?preset=product&external_id=a+b"
                        + "&webhook_url=https%3A%2F%2Fexample.com%2Fhook%3Fx%3D1");
        assertThat(raw.header("Content-Type")).isEqualTo("image/jpeg");
        FakeApi.Request form = api.requests().get(1);
        assertThat(form.header("Content-Type")).startsWith("multipart/form-data; boundary=");
        assertThat(form.header("Content-Length")).isEqualTo(Integer.toString(form.body().length));
        assertThat(form.text())
                .contains("name=\"job\"", "name=\"image\"; filename=\"image\"\r\nContent-Type: image/jpeg\r\n\r\n")
                .contains("{\"outputs\":{\"thumb\":{\"width\":32,\"height\":16,\"fit\":\"cover\","
                        + "\"position\":{\"x\":0.5,\"y\":0.25}}}}");
        assertThat(api.requests().get(2).text())
                .isEqualTo("{\"source\":{\"upload_id\":\"upl_1\"},\"metadata\":{},\"lane\":\"bulk\"}");
    }

    @Test
    @DisplayName("tells how an upload comes along, to the last byte")
    void progress() {
        api.answer(202, FakeApi.job("queued"));
        List<Long> sent = new ArrayList<>();
        byte[] large = new byte[200_000];
        minilab.create(Image.of(large), JobRequest.DEFAULT, "key", (bytes, total) -> {
            assertThat(total).isEqualTo(large.length);
            sent.add(bytes);
        });
        assertThat(sent).isSorted().hasSizeGreaterThan(2).endsWith((long) large.length);
    }

    @Test
    @DisplayName("uploads past the API without showing its key, and knows its own earlier put again")
    void directUpload() {
        String link = api.uri() + "/bucket/upl_1?signature=x";
        api.answer(
                        201,
                        "{\"id\":\"upl_1\",\"method\":\"PUT\",\"url\":\"" + link
                                + "\",\"headers\":{\"Content-Type\":\"image/jpeg\",\"If-None-Match\":\"*\"},"
                                + "\"expires_at\":\"2026-11-25T10:00:00Z\"}")
                .breaksOff()
                .answer(412, "<Error/>");
        assertThat(minilab.upload(IMAGE, Progress.NONE)).isEqualTo(new Source.Uploaded("upl_1"));
        assertThat(api.requests().getFirst().text())
                .isEqualTo("{\"content_type\":\"image/jpeg\",\"content_length\":3}");
        assertThat(api.requests().subList(1, 3)).allSatisfy(put -> {
            assertThat(put.path()).isEqualTo("/bucket/upl_1?signature=x");
            assertThat(put.header("If-None-Match")).isEqualTo("*");
            assertThat(put.header("Authorization")).isEmpty();
        });
    }

    @Test
    @DisplayName("waits by long polls, which need no pause between them, until the job has ended")
    void awaits() {
        Map<String, String> applied = Map.of("Preference-Applied", "wait=25", "Retry-After", "30");
        api.answer(200, FakeApi.job("queued"), applied)
                .answer(200, FakeApi.job("processing"), applied)
                .answer(200, FakeApi.job("failed"));
        assertThat(minilab.await("job_1", Duration.ofSeconds(60)).status()).isEqualTo(JobStatus.FAILED);
        assertThat(api.requests())
                .hasSize(3)
                .allSatisfy(poll -> assertThat(poll.header("Prefer")).isEqualTo("wait=25"));
    }

    @Test
    @DisplayName("says when a job has not ended in time, with the job as it stands")
    void notEnded() {
        api.answer(200, FakeApi.job("processing"), Map.of("Retry-After", "30")).answer(200, FakeApi.job("processing"));
        assertThatThrownBy(() -> minilab.await("job_1", Duration.ofMillis(50)))
                .asInstanceOf(type(MinilabException.NotEnded.class))
                .satisfies(e -> assertThat(e.job().status()).isEqualTo(JobStatus.PROCESSING));
    }

    @Test
    @DisplayName("lists page by page, and fetches no page before it is asked for")
    void lists() {
        String job = FakeApi.job("succeeded");
        api.answer(200, "{\"data\":[" + job + "," + job + "],\"next_cursor\":\"c/1\"}")
                .answer(200, "{\"data\":[],\"next_cursor\":\"c2\"}")
                .answer(200, "{\"data\":[" + job + "],\"next_cursor\":null}");
        JobFilter filter =
                JobFilter.ALL.status(JobStatus.SUCCEEDED).externalId("a&b").pageSize(2);
        var jobs = minilab.list(filter).iterator();
        assertThat(api.requests()).isEmpty();
        jobs.next();
        assertThat(api.requests()).hasSize(1);
        jobs.next();
        jobs.next();
        assertThat(jobs.hasNext()).isFalse();
        assertThat(api.requests())
                .extracting(FakeApi.Request::path)
                .containsExactly(
                        "/v1/jobs?limit=2&status=succeeded&external_id=a%26b",
                        "/v1/jobs?limit=2&status=succeeded&external_id=a%26b&cursor=c%2F1",
                        "/v1/jobs?limit=2&status=succeeded&external_id=a%26b&cursor=c2");
    }

    @Test
    @DisplayName("takes a cancel or delete whose answer was lost for done, if it was")
    void lostAnswers() {
        api.breaksOff().problem(409, "job_already_terminal", false, Map.of()).answer(200, FakeApi.job("canceled"));
        assertThat(minilab.cancel("job_1").status()).isEqualTo(JobStatus.CANCELED);
        api.breaksOff().problem(410, "gone", false, Map.of());
        minilab.delete("job_1");
        api.problem(409, "job_already_terminal", false, Map.of());
        assertThatThrownBy(() -> minilab.cancel("job_1")).isInstanceOf(MinilabException.Refused.class);
    }

    @Test
    @DisplayName("follows events over a broken stream, from where it was")
    void follows() {
        Map<String, String> stream = Map.of("Content-Type", "text/event-stream");
        String queued = FakeApi.job("queued").replace("\n", "\ndata: ").strip();
        api.answer(200, ": hello\n\nid: 1\nevent: job.queued\ndata: " + queued + "\n\nid: 2\nevent: cut", stream)
                .answer(
                        200,
                        event(2, "output.succeeded", "processing") + event(3, "job.succeeded", "succeeded"),
                        stream);
        List<String> types = new ArrayList<>();
        minilab.follow("job_1", event -> types.add(event.id() + " " + event.type()));
        assertThat(types).containsExactly("1 job.queued", "2 output.succeeded", "3 job.succeeded");
        assertThat(api.requests().get(0).header("Last-Event-ID")).isEmpty();
        assertThat(api.requests().get(1).header("Last-Event-ID")).isEqualTo("1");
    }

    private static String event(int id, String type, String status) {
        return "id: " + id + "\nevent: " + type + "\ndata: "
                + FakeApi.job(status).replace("\n", "") + "\n\n";
    }

    @Test
    @DisplayName("an answer that breaks off is taken for none, and one that is late too")
    void late() {
        api.answer(200, "{\"id\":");
        assertThatThrownBy(() -> minilab.get("job_1")).isInstanceOf(MinilabException.Unreachable.class);
    }

    @Test
    @DisplayName("downloads by a fresh link, and shows its key to nobody else")
    void downloads() {
        api.answer(302, "", Map.of("Location", api.uri() + "/bucket/thumb.jpg")).answer(200, "bytes");
        assertThat(minilab.download("job_1", "thumb")).asString().isEqualTo("bytes");
        assertThat(api.requests().get(0).path()).isEqualTo("/v1/jobs/job_1/outputs/thumb");
        assertThat(api.requests().get(1).header("Authorization")).isEmpty();
    }

    @Test
    @DisplayName("I21 shows no key in what is logged of it")
    void hidesKey() {
        assertThat(Connection.to(api.uri(), "mlk_secret")).asString().doesNotContain("secret");
    }
}
