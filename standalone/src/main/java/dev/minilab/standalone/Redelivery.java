package dev.minilab.standalone;

import dev.minilab.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Asks an API to deliver the webhooks of a time again, through the calls that anyone has: lists the jobs, newest
/// first,
/// then asks for each that fits.
final class Redelivery {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int PAGE = 100;
    private static final int MOST_TRIES = 5;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final URI api;
    private final @Nullable String key;

    /// @param key the API key, where one is needed
    Redelivery(URI api, @Nullable String key) {
        this.api = api;
        this.key = key;
    }

    /// The jobs whose webhooks are to be delivered again.
    ///
    /// @param since when they were created at the earliest
    /// @param until when they were created at the latest
    /// @param statuses what their webhooks are: `failed`, …
    List<String> find(Instant since, Instant until, Set<String> statuses) throws IOException, InterruptedException {
        List<String> jobs = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = get("/v1/jobs?limit=" + PAGE + cursor);
            for (JsonNode job : page.path("data").values()) {
                Instant created = Instant.parse(job.path("created_at").asString(""));
                if (created.isBefore(since)) {
                    return jobs; // All that follow are older.
                }
                if (!created.isAfter(until)
                        && statuses.contains(job.path("webhook").path("status").asString(""))) {
                    jobs.add(job.path("id").asString(""));
                }
            }
            String next = page.path("next_cursor").asString("");
            cursor = next.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
        } while (!cursor.isEmpty());
        return jobs;
    }

    /// Asks for one more delivery; waits where the API asks for that.
    ///
    /// @return nothing if it is under way, else why not
    @Nullable
    String redeliver(String job) throws IOException, InterruptedException {
        for (int tried = 1; ; tried++) {
            HttpResponse<byte[]> answer = http.send(
                    request("/v1/jobs/" + job + "/deliveries")
                            .POST(BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofByteArray());
            boolean busy = answer.statusCode() == 429 || answer.statusCode() == 503;
            if (!busy || tried == MOST_TRIES) {
                return answer.statusCode() == 202 ? null : problem(answer);
            }
            Thread.sleep(Duration.ofSeconds(
                    answer.headers().firstValueAsLong("Retry-After").orElse(1)));
        }
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = http.send(request(path).build(), BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IOException("the API answers " + problem(answer));
        }
        return Json.readTree(new ByteArrayInputStream(answer.body()));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.resolve(path)).timeout(TIMEOUT);
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    private static String problem(HttpResponse<byte[]> answer) {
        try {
            JsonNode problem = Json.readTree(new ByteArrayInputStream(answer.body()));
            return answer.statusCode() + " " + problem.path("code").asString("") + ": "
                    + problem.path("detail").asString("");
        } catch (Json.UnreadableJsonException _) {
            return Integer.toString(answer.statusCode());
        }
    }
}
