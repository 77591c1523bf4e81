package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The API as `openapi.json` describes it, and whether answers are as it says. Thread-safe.
final class Description {

    private static final String IRI = "https://minilab.test/openapi.json";
    private static final String PROBLEM = "application/problem+json";
    static final JsonMapper JSON = new JsonMapper();

    private final JsonNode document;
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private Description(String text) {
        document = JSON.readTree(text);
        registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(IRI, text)));
    }

    static Description load() {
        try (InputStream json = Description.class.getResourceAsStream("/openapi.json")) {
            return new Description(new String(Objects.requireNonNull(json).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode document() {
        return document;
    }

    JsonNode at(String pointer) {
        return document.at(pointer);
    }

    /// Follows one reference within the document.
    String resolve(String pointer) {
        JsonNode reference = at(pointer).path("$ref");
        return reference.isString() ? reference.stringValue().substring(1) : pointer;
    }

    /// What is wrong with a value by the schema at a pointer of the document.
    List<String> mistakes(String pointer, JsonNode value) {
        Schema schema = schemas.computeIfAbsent(
                pointer,
                at -> registry.getSchema(
                        SchemaLocation.of(IRI + "#" + at.replace("{", "%7B").replace("}", "%7D"))));
        return schema
                .validate(value, run -> run.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Error::toString)
                .toList();
    }

    static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /// Fails unless the answer is one that the description has for this request.
    void check(HttpRequest request, HttpResponse<byte[]> answer) {
        if (request.method().equals("OPTIONS")) {
            return; // A preflight of browsers (CORS), which is no operation.
        }
        String what = request.method() + " " + request.uri().getPath() + " answered " + Client.text(answer);
        Optional<String> path = path(request.uri().getRawPath());
        String method = request.method().toLowerCase(Locale.ROOT).replace("head", "get");
        String operation = path.map(p -> "/paths/" + escape(p) + "/" + method).orElse("");
        if (path.isEmpty() || at(operation).isMissingNode()) {
            assertThat(answer.statusCode()).as(what).isIn(400, 404, 405, 431);
            checkProblem(what, answer);
            return;
        }
        String response = operation + "/responses/" + answer.statusCode();
        assertThat(at(response).isMissingNode())
                .as(what + ", a status that is not described")
                .isFalse();
        checkHeaders(what, resolve(response), answer);
        checkBody(what, resolve(response), request.method().equals("HEAD"), answer);
    }

    /// The template that a path matches, one without parameters before others.
    private Optional<String> path(String path) {
        Predicate<String> matches = template -> Pattern.compile(Stream.of(template.split("(?<=\\})|(?=\\{)"))
                        .map(part -> part.startsWith("{") ? "[^/]+" : Pattern.quote(part))
                        .collect(Collectors.joining()))
                .matcher(path)
                .matches();
        return document.path("paths").propertyNames().stream().filter(matches).findFirst();
    }

    private void checkProblem(String what, HttpResponse<byte[]> answer) {
        assertThat(type(answer)).as(what).isEqualTo(PROBLEM);
        assertThat(mistakes("/components/schemas/Problem", JSON.readTree(answer.body())))
                .as(what)
                .isEmpty();
    }

    private void checkHeaders(String what, String response, HttpResponse<byte[]> answer) {
        for (Map.Entry<String, JsonNode> header : at(response).path("headers").properties()) {
            String pointer = resolve(response + "/headers/" + escape(header.getKey()));
            Optional<String> value = answer.headers().firstValue(header.getKey());
            assertThat(value.isPresent() || !at(pointer).path("required").asBoolean(false))
                    .as(what + ", without " + header.getKey())
                    .isTrue();
            value.ifPresent(text -> assertThat(mistakes(pointer + "/schema", headerValue(text, pointer)))
                    .as(what + ", " + header.getKey() + ": " + text)
                    .isEmpty());
        }
    }

    private JsonNode headerValue(String text, String pointer) {
        boolean number = at(pointer).path("schema").path("type").asString("").equals("integer");
        return number && text.matches("[0-9]{1,9}")
                ? JSON.getNodeFactory().numberNode(Integer.parseInt(text))
                : JSON.getNodeFactory().stringNode(text);
    }

    private void checkBody(String what, String response, boolean head, HttpResponse<byte[]> answer) {
        JsonNode content = at(response).path("content");
        if (content.isEmpty() || head) {
            assertThat(answer.body()).as(what).isEmpty();
            return;
        }
        String type = type(answer);
        assertThat(content.has(type)).as(what + ", of type " + type).isTrue();
        if (type.endsWith("json")) {
            String schema = response + "/content/" + escape(type) + "/schema";
            assertThat(mistakes(schema, JSON.readTree(answer.body()))).as(what).isEmpty();
        }
    }

    private static String type(HttpResponse<byte[]> answer) {
        return answer.headers()
                .firstValue("Content-Type")
                .orElse("")
                .replaceFirst(";.*", "")
                .strip();
    }
}
