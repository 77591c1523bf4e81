package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.client.Connection;
import dev.minilab.client.Image;
import dev.minilab.client.Minilab;
import dev.minilab.client.Progress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayName("openapi.json, held to the running API")
class DescriptionIT {

    private static final String CREATE = "/paths/~1v1~1jobs/post/requestBody/content";

    private static final Description DESCRIPTION = Description.load();

    private static LocalApi api;
    private static Client client;

    @BeforeAll
    static void start() {
        api = LocalApi.withWorker(Map.of());
        client = api.client();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    @DisplayName("has every route of the server, and no other")
    void routes() {
        List<String> described = new ArrayList<>();
        DESCRIPTION
                .at("/paths")
                .properties()
                .forEach(path -> path.getValue().propertyNames().stream()
                        .filter(name -> !name.equals("parameters"))
                        .forEach(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        assertThat(api.routes().stream()
                        .filter(route -> !route.method().equals("HEAD"))
                        .map(route -> route.method() + " " + route.path()))
                .containsExactlyInAnyOrderElementsOf(described);
    }

    @Test
    @DisplayName("is served as it stands in the sources")
    void served() throws Exception {
        assertThat(Description.JSON.readTree(client.get("/openapi.json").body()))
                .isEqualTo(DESCRIPTION.document());
    }

    @Test
    @DisplayName("every job request that it shows makes a job that succeeds")
    void jobRequests() throws Exception {
        JsonNode examples = DESCRIPTION.at(CREATE + "/multipart~1form-data/examples");
        assertThat(examples.isEmpty()).isFalse();
        List<String> jobs = new ArrayList<>();
        for (JsonNode example : examples) {
            JsonNode request = example.path("value").path("job");
            HttpResponse<byte[]> answer = client.uploadForm(Images.jpeg(640, 480), "image/jpeg", request.toString());
            assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
            jobs.add(Client.id(answer));
        }
        for (String job : jobs) {
            assertThat(client.awaitTerminal(job, Duration.ofSeconds(30))
                            .path("status")
                            .asString(""))
                    .isEqualTo("succeeded");
        }
    }

    @Test
    @DisplayName("every JSON job request that it shows makes a job: of an upload, a URL, and an object of the bucket")
    void jsonRequests() throws Exception {
        byte[] image = Images.jpeg(320, 240);
        JsonNode made = client.awaitTerminal(client.upload(image, ""), Duration.ofSeconds(30));
        api.store("shop/cat.jpg", image);
        Map<String, String> real = Map.of(
                "upload_id", upload(image),
                "url", made.path("outputs").path("small").path("url").asString(""),
                "key", "shop/cat.jpg");
        List<String> shown = new ArrayList<>();
        for (JsonNode example : DESCRIPTION.at(CREATE + "/application~1json/examples")) {
            ObjectNode request = (ObjectNode) example.path("value").deepCopy();
            String kind = request.path("source").propertyNames().iterator().next();
            request.putObject("source").put(kind, real.get(kind));
            HttpResponse<byte[]> answer = post(request.toString());
            assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
            assertThat(client.awaitTerminal(Client.id(answer), Duration.ofSeconds(30))
                            .path("status")
                            .asString(""))
                    .as(kind)
                    .isEqualTo("succeeded");
            shown.add(kind);
        }
        assertThat(shown).containsExactlyInAnyOrderElementsOf(real.keySet());
    }

    private static HttpResponse<byte[]> post(String json) throws Exception {
        return client.post("/v1/jobs", "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    private static String upload(byte[] image) {
        try (Minilab minilab = new Minilab(Connection.to(api.uri()))) {
            return minilab.upload(Image.of(image, "image/jpeg"), Progress.NONE).id();
        }
    }

    @Test
    @DisplayName("C52 what its schema of sources refuses, the API refuses as invalid")
    void sourcesAlike() throws Exception {
        for (String source : List.of(
                "{}",
                "[]",
                "null",
                "{\"upload_id\": \"upl_1\"}",
                "{\"upload_id\": 1}",
                "{\"url\": \"\"}",
                "{\"url\": \"https://example.com/" + "x".repeat(2_048) + "\"}",
                "{\"key\": \"\"}",
                "{\"key\": \"" + "x".repeat(1_025) + "\"}",
                "{\"url\": \"https://example.com/a.jpg\", \"key\": \"a.jpg\"}",
                "{\"file\": \"a.jpg\"}")) {
            String request = "{\"source\": " + source + "}";
            assertThat(DESCRIPTION.mistakes("/components/schemas/JobRequest", Description.JSON.readTree(request)))
                    .as(request)
                    .isNotEmpty();
            HttpResponse<byte[]> answer = post(request);
            assertThat(answer.statusCode())
                    .as(request + ": " + Client.text(answer))
                    .isEqualTo(422);
            assertThat(Client.json(answer)
                            .path("errors")
                            .path(0)
                            .path("pointer")
                            .asString(""))
                    .startsWith("/source");
        }
    }

    @Test
    @DisplayName("every answer to a read is as it says, for a job and for none")
    void reads() throws Exception {
        String job = client.upload(Images.jpeg(64, 48), "");
        client.awaitTerminal(job, Duration.ofSeconds(30));
        for (String id : List.of(job, "job_00000000000000000000000000")) {
            for (Map.Entry<String, JsonNode> path : DESCRIPTION.at("/paths").properties()) {
                if (path.getValue().has("get") && !path.getKey().endsWith("/events")) {
                    client.get(path.getKey().replace("{id}", id).replace("{name}", "small"));
                }
            }
        }
    }

    @Test
    @DisplayName("C52 what its schema of job requests refuses, the API refuses as invalid")
    void refusesAlike() throws Exception {
        List<String> wrong = List.of(
                "{\"outputs\": {}}",
                "{\"outputs\": {\"a\": {\"width\": 4097}}}",
                "{\"outputs\": {\"a\": {\"width\": 1.5}}}",
                "{\"outputs\": {\"a\": {\"fit\": \"cover\"}}}",
                "{\"outputs\": {\"A\": {\"width\": 1}}}",
                "{\"outputs\": {\"a\": {\"width\": 9, \"blur\": 0.2}}}",
                "{\"outputs\": {\"a\": {\"width\": 9, \"sharpen\": 10.5}}}",
                "{\"outputs\": {\"a\": {\"width\": 9, \"lossless\": true}}}",
                "{\"outputs\": {\"a\": {\"width\": 9, \"animated\": true, \"format\": \"png\"}}}",
                "{\"outputs\": {\"a\": {\"width\": 9, \"keep\": [\"icc\"], \"format\": \"gif\"}}}",
                "{\"outputs\": {\"a\": {\"width\": 9, \"position\": {\"x\": 0.5}}}}",
                "{\"outputs\": {\"a\": {\"width\": 9, \"watermark\": {\"text\": \"a\", \"opacity\": 0}}}}",
                "{\"outputs\": {\"a\": {\"width\": 9, \"watermark\": {}}}}",
                "{\"outputs\": {\"a\": {\"width\": 9, \"background\": \"red\"}}}",
                "{\"outputs\": {\"a\": {\"width\": 9}}, \"preset\": \"default\"}",
                "{\"metadata\": {\"\": \"a\"}}",
                "{\"deadline_seconds\": 604801}",
                "{\"lane\": \"fast\"}",
                "{\"webhook\": {\"events\": [\"job.failed\"]}}",
                "{\"external_id\": \"\"}",
                "{\"unknown\": 1}");
        for (String request : wrong) {
            assertThat(DESCRIPTION.mistakes("/components/schemas/JobRequest", Description.JSON.readTree(request)))
                    .as(request)
                    .isNotEmpty();
            HttpResponse<byte[]> answer = client.uploadForm(Images.jpeg(8, 8), "image/jpeg", request);
            assertThat(answer.statusCode())
                    .as(request + ": " + Client.text(answer))
                    .isEqualTo(422);
        }
    }
}
