package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.api.ApiKey;
import dev.minilab.api.IngestApi;
import dev.minilab.api.KeysFile;
import dev.minilab.api.Route;
import dev.minilab.api.Scope;
import dev.minilab.config.Config;
import dev.minilab.config.ConfigException;
import dev.minilab.job.Tenant;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The matrix is made of the route table, so that a new route is in it by itself.
@DisplayName("I16 Every route, with every id of another tenant and with every wrong key")
class TenancyIT {

    private static final Set<String> CHANGING = Set.of("date", "x-request-id");
    private static final String UNKNOWN_JOB = "job_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Map<String, String> KEYS = new TreeMap<>();
    private static final Map<String, String> JOBS = new TreeMap<>();

    @TempDir
    static Path folder;

    private static IngestApi api;

    @BeforeAll
    static void start() throws Exception {
        Path keys = folder.resolve("keys.json");
        addKey(keys, "acme", "acme", List.of("admin"));
        addKey(keys, "other", "other", List.of("admin"));
        addKey(keys, "designer", "other", List.of("jobs:write", "specs"));
        for (Scope scope : Scope.values()) {
            addKey(keys, scope.wireName(), "other", List.of(scope.wireName()));
        }
        Map<String, String> settings = new TreeMap<>(SharedInfra.get().settings());
        settings.put("MINILAB_PORT", "0");
        settings.put("MINILAB_API_KEYS_FILE", keys.toString());
        settings.put("MINILAB_PRESETS_ONLY", "true");
        settings.put("MINILAB_SPOOL_DIR", folder.resolve("spool").toString());
        api = IngestApi.start(Config.load(settings));
        for (String state : List.of("queued", "canceled", "deleted")) {
            JOBS.put(state, createJob());
        }
        act("POST", "/v1/jobs/" + JOBS.get("canceled") + "/cancel");
        act("DELETE", "/v1/jobs/" + JOBS.get("deleted"));
    }

    private static void addKey(Path file, String name, String tenant, List<String> scopes) throws Exception {
        String key = ApiKey.create(new SecureRandom());
        KEYS.put(name, key);
        KeysFile.edit(file, old -> {
            List<KeysFile.Key> keys = new ArrayList<>(old.keys());
            keys.add(new KeysFile.Key(name, ApiKey.hash(key), new Tenant(tenant), scopes, Instant.EPOCH));
            return new KeysFile(keys);
        });
    }

    private static String createJob() throws Exception {
        HttpResponse<byte[]> answer = HTTP.send(
                request("/v1/jobs", "acme")
                        .header("Content-Type", "image/jpeg")
                        .POST(BodyPublishers.ofByteArray(Images.jpeg(64, 48)))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(202);
        return Client.id(answer);
    }

    private static void act(String method, String path) throws Exception {
        assertThat(send(method, path, "acme").statusCode()).as(path).isLessThan(300);
    }

    @AfterAll
    static void stop() {
        JOBS.values().stream().filter(id -> !id.equals(JOBS.get("deleted"))).forEach(TenancyIT::delete);
        api.close();
    }

    private static void delete(String id) {
        try {
            send("DELETE", "/v1/jobs/" + id, "acme");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpRequest.Builder request(String path, String key) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(api.uri().resolve(path)).timeout(Duration.ofSeconds(20));
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + KEYS.getOrDefault(key, key));
    }

    private static HttpResponse<byte[]> send(String method, String path, String key) throws Exception {
        HttpRequest.Builder request = request(path, key).method(method, BodyPublishers.noBody());
        return HTTP.send(request.build(), BodyHandlers.ofByteArray());
    }

    static List<Route> routes() {
        return api.routes();
    }

    static List<Route> routesWithIds() {
        return api.routes().stream()
                .filter(route -> route.path().contains("{id}"))
                .toList();
    }

    @Test
    @DisplayName("covers jobs, their events, outputs and deliveries, and changes to them")
    void covers() {
        assertThat(routesWithIds().stream().map(route -> route.method() + " " + route.path()))
                .contains(
                        "GET /v1/jobs/{id}",
                        "HEAD /v1/jobs/{id}",
                        "GET /v1/jobs/{id}/events",
                        "GET /v1/jobs/{id}/outputs/{name}",
                        "GET /v1/jobs/{id}/deliveries",
                        "POST /v1/jobs/{id}/deliveries",
                        "POST /v1/jobs/{id}/cancel",
                        "POST /v1/jobs/{id}/retry",
                        "DELETE /v1/jobs/{id}");
    }

    @ParameterizedTest
    @MethodSource("routesWithIds")
    @DisplayName("C5 answers another tenant's id as one that nobody has, in status, headers and body")
    void foreign(Route route) throws Exception {
        String unknown = answer(route, UNKNOWN_JOB, "other");
        assertThat(unknown).startsWith("404 ");
        for (String id : JOBS.values()) {
            assertThat(answer(route, id, "other")).isEqualTo(unknown);
        }
        for (String state : JOBS.keySet()) {
            boolean there = !answer(new Route("GET", "/v1/jobs/{id}", Optional.empty()), JOBS.get(state), "acme")
                    .startsWith("404 ");
            assertThat(there).as("its own tenant still finds what is " + state).isTrue();
        }
    }

    private static String answer(Route route, String id, String key) throws Exception {
        HttpResponse<byte[]> answer = send(route.method(), path(route, id), key);
        Map<String, List<String>> headers = new TreeMap<>(answer.headers().map());
        headers.keySet().removeIf(name -> CHANGING.contains(name.toLowerCase(Locale.ROOT)));
        String body = new String(answer.body(), StandardCharsets.UTF_8)
                .replace(id, "ID")
                .replaceAll("req_[0-9A-Z]{26}", "REQUEST");
        return answer.statusCode() + " " + headers + "\n" + body;
    }

    private static String path(Route route, String id) {
        return route.path().replace("{id}", id).replaceAll("\\{[a-z]+}|<[a-z]+>", "thumb");
    }

    @Test
    @DisplayName("knows no upload and no object of another tenant as a source")
    void sources() throws Exception {
        HttpResponse<byte[]> upload = HTTP.send(
                request("/v1/uploads", "acme")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"content_type\":\"image/jpeg\",\"content_length\":5}"))
                        .build(),
                BodyHandlers.ofByteArray());
        String foreign = source("upload_id", Client.id(upload));
        assertThat(foreign).startsWith("422 ").isEqualTo(source("upload_id", "upl_01ARZ3NDEKTSV4RRFFQ69G5FAV"));

        String original = "originals/acme/20261123T22/" + JOBS.get("queued");
        String refused = source("key", "originals/acme/x");
        assertThat(refused).startsWith("422 ").contains("/source/key");
        for (String key : List.of(original, "x/../" + original, "/" + original, "./" + original, "secrets/cursors")) {
            assertThat(source("key", key)).as(key).isEqualTo(refused);
        }
    }

    private static String source(String kind, String value) throws Exception {
        HttpResponse<byte[]> answer = HTTP.send(
                request("/v1/jobs", "other")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"source\":{\"" + kind + "\":\"" + value + "\"}}"))
                        .build(),
                BodyHandlers.ofByteArray());
        return Client.text(answer).replaceAll("req_[0-9A-Z]{26}", "REQUEST");
    }

    @Test
    @DisplayName("where there are presets only, outputs of one's own need the scope specs: 403, and nothing is made")
    void presetsOnly() throws Exception {
        assertThatThrownBy(() -> IngestApi.check(Config.load(Map.of("MINILAB_PRESETS_ONLY", "true"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("MINILAB_API_KEYS_FILE");
        String outputs = "{\"outputs\":{\"a\":{\"width\":5}}}";
        HttpResponse<byte[]> refused = form(outputs, "jobs:write");
        assertThat(refused.statusCode()).as(Client.text(refused)).isEqualTo(403);
        assertThat(Client.json(refused).path("code").asString("")).isEqualTo("forbidden");
        assertThat(Client.json(refused).path("detail").asString("")).contains("specs");
        assertThat(Client.json(refused).path("retryable").asBoolean(true)).isFalse();
        assertThat(Client.json(send("GET", "/v1/jobs", "other")).path("data").isEmpty())
                .isTrue();
        for (String allowed :
                List.of("designer " + outputs, "other " + outputs, "jobs:write {\"preset\":\"default\"}")) {
            String[] words = allowed.split(" ", 2);
            HttpResponse<byte[]> made = form(words[1], words[0]);
            assertThat(made.statusCode()).as(Client.text(made)).isEqualTo(202);
            assertThat(send("DELETE", "/v1/jobs/" + Client.id(made), "other").statusCode())
                    .isEqualTo(204);
        }
    }

    private static HttpResponse<byte[]> form(String job, String key) throws Exception {
        return HTTP.send(
                request("/v1/jobs", key)
                        .header("Content-Type", "multipart/form-data; boundary=frontier")
                        .POST(BodyPublishers.ofByteArray(Client.form(Images.jpeg(8, 8), "image/jpeg", job)))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    @Test
    @DisplayName("lists no job of another tenant")
    void lists() throws Exception {
        assertThat(Client.json(send("GET", "/v1/jobs", "acme")).path("data").size())
                .isGreaterThanOrEqualTo(2);
        assertThat(Client.json(send("GET", "/v1/jobs", "other")).path("data").size())
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("routes")
    @DisplayName("C1, C2, C3, C4 asks for a key that is known and has the scope, and otherwise tells nothing")
    void keys(Route route) throws Exception {
        String path = path(route, JOBS.getOrDefault("queued", ""));
        if (route.scope().isEmpty()) {
            assertThat(send(route.method(), path, "").statusCode()).isNotIn(401, 403, 500);
            return;
        }
        String unknown = answer(route, JOBS.getOrDefault("queued", ""), ApiKey.create(new SecureRandom()));
        assertThat(unknown).startsWith("401 ").contains("www-authenticate=[Bearer");
        for (String wrong :
                List.of("", "nonsense", KEYS.getOrDefault("acme", "").replaceFirst(".$", "~"))) {
            assertThat(answer(route, JOBS.getOrDefault("queued", ""), wrong)).isEqualTo(unknown);
        }
        Stream.of(Scope.values())
                .filter(scope -> scope != Scope.ADMIN && scope != route.scope().get())
                .forEach(scope ->
                        assertThat(status(route, scope)).as(scope.wireName()).isEqualTo(403));
    }

    private static int status(Route route, Scope scope) {
        try {
            return send(route.method(), path(route, UNKNOWN_JOB), scope.wireName())
                    .statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
