package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("What an installation offers: presets of a file, and capabilities")
class PresetsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static MinilabProcess minilab;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        Path presets = folder.resolve("presets.json");
        Files.writeString(presets, """
                {"presets": {"product": {"version": 3, "outputs": {
                   "thumb": {"width": 64, "height": 64, "fit": "cover", "position": "top", "format": "png"},
                   "card": {"width": 120, "background": "#FFAA01"}}}}}""");
        minilab = serve(presets, "data");
        client = new Client(minilab.awaitUri());
    }

    private static MinilabProcess serve(Path presets, String data) throws Exception {
        return MinilabProcess.start(
                Map.of("MINILAB_PRESETS_FILE", presets.toString()),
                "serve",
                "--port",
                "0",
                "--data",
                folder.resolve(data).toString());
    }

    @AfterAll
    static void stop() throws Exception {
        try (MinilabProcess running = minilab) {
            assertThat(running.terminate(30)).isZero();
            assertThat(folder.resolve("data/store/minilab/workers"))
                    .as("a worker that stops takes back what it said")
                    .satisfiesAnyOf(
                            workers -> assertThat(workers).doesNotExist(),
                            workers -> assertThat(workers).isEmptyDirectory());
        }
    }

    @Test
    @DisplayName("a preset of the file makes its outputs, and each tells where it comes from")
    void preset() throws Exception {
        JsonNode job = client.awaitTerminal(client.upload(Images.jpeg(300, 200), "?preset=product"), PATIENCE);

        assertThat(job.path("status").asString("")).isEqualTo("succeeded");
        assertThat(job.path("outputs").propertyNames()).containsExactly("thumb", "card");
        assertThat(preset(job.path("outputs").path("thumb"))).hasValue("product@3");
        assertThat(preset(job.path("outputs").path("card"))).hasValue("product@3");

        JsonNode plain = client.awaitTerminal(client.upload(Images.jpeg(300, 200), ""), PATIENCE);
        assertThat(preset(plain.path("outputs").path("small"))).hasValue("default@1");
    }

    private static Optional<String> preset(JsonNode output) throws Exception {
        HttpResponse<byte[]> answer =
                client.send(HttpRequest.newBuilder(URI.create(output.path("url").asString(""))));
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.headers().firstValue("x-amz-meta-preset");
    }

    @Test
    @DisplayName("GET /v1/presets shows them as one would send them")
    void presets() throws Exception {
        HttpResponse<byte[]> answer = client.get("/v1/presets");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Client.json(answer).toString()).isEqualTo("""
                {"data":[{"name":"default","version":1,"outputs":{\
                "small":{"width":320,"height":320,"format":"auto"},"large":{"width":1280,"height":1280,"format":"auto"}}},\
                {"name":"product","version":3,"outputs":{\
                "thumb":{"width":64,"height":64,"fit":"cover","position":"top","format":"png"},\
                "card":{"width":120,"format":"auto","background":"#ffaa01"}}}]}""");
    }

    @Test
    @DisplayName("GET /v1/capabilities tells what the worker here can do, and the limits")
    void capabilities() throws Exception {
        HttpResponse<byte[]> answer = client.get("/v1/capabilities");

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode json = Client.json(answer);
        assertThat(json.path("workers").asInt()).isEqualTo(1);
        assertThat(texts(json.path("formats").path("in"))).contains("jpeg", "png");
        assertThat(texts(json.path("formats").path("out"))).contains("jpeg", "png", "webp");
        assertThat(json.path("codecs").values())
                .isNotEmpty()
                .allSatisfy(
                        codec -> assertThat(codec.path("version").asString("")).isNotEmpty());
        assertThat(json.path("isolation").values()).hasSize(1);
        JsonNode limits = json.path("limits");
        assertThat(limits.path("max_upload_bytes").asLong()).isEqualTo(25 << 20);
        assertThat(limits.path("max_pixels").asLong()).isEqualTo(50_000_000);
        assertThat(limits.path("max_side").asInt()).isEqualTo(16_384);
        assertThat(limits.path("max_outputs").asInt()).isEqualTo(20);
        assertThat(limits.path("max_output_side").asInt()).isEqualTo(4096);
        assertThat(limits.path("max_result_pixels").asLong()).isEqualTo(100_000_000);
    }

    private static List<String> texts(JsonNode list) {
        return list.values().stream().map(node -> node.asString("")).toList();
    }

    @Test
    @DisplayName("I27 a presets file with mistakes stops the start, and every mistake is told")
    void wrongFile() throws Exception {
        Path wrong = folder.resolve("wrong.json");
        Files.writeString(wrong, """
                {"presets": {"a": {"version": 0, "outputs": {"x": {"width": 0}}}, "B": {"outputs": {"x": {"width": 1}}}}}""");
        try (MinilabProcess refused = serve(wrong, "refused")) {
            assertThat(refused.awaitExit(60)).isEqualTo(78);
            assertThat(folder.resolve("refused")).as("nothing was started").doesNotExist();
            String at = "MINILAB_PRESETS_FILE " + wrong + ": ";
            assertThat(refused.log())
                    .contains(at + "/presets/a/version is not a whole number from 1 to 2147483647")
                    .contains(at + "/presets/a/outputs/x/width is not a whole number from 1 to 4096")
                    .contains(at + "/presets/B is not a name");
        }
    }
}
