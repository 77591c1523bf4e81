package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// One bad request: what is sent, and the status and code that answer it.
record Bad(String name, HttpRequest.Builder request, int status, String code) {

    /// Fails unless it is answered by a problem of that code and leaves nothing behind.
    ///
    /// @return the problem
    JsonNode assertRefused(LocalApi api) throws Exception {
        List<Path> before = api.stored();
        HttpResponse<byte[]> answer = api.client().send(request);
        assertThat(answer.statusCode()).as(Client.text(answer)).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = Client.json(answer);
        assertThat(problem.path("code").asString("")).isEqualTo(code);
        assertThat(problem.path("type").asString("")).isEqualTo("https://minilab.dev/problems/" + code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asString("")).isNotEmpty();
        assertThat(problem.path("detail").asString("")).isNotEmpty();
        assertThat(problem.path("instance").asString("")).startsWith("/v");
        assertThat(problem.path("request_id").asString("")).startsWith("req_");
        assertThat(api.stored()).isEqualTo(before);
        assertThat(api.spooled()).isEmpty();
        return problem;
    }

    /// Enough of an input to tell it from others.
    static String brief(String input) {
        return input.length() <= 60 ? input : input.substring(0, 60) + "… of " + input.length();
    }

    @Override
    public String toString() {
        return name;
    }
}
