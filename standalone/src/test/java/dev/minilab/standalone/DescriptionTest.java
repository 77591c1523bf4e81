package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayName("openapi.json and docs/api.md")
class DescriptionTest {

    private final Description description = Description.load();

    @Test
    @DisplayName("every schema is JSON Schema 2020-12, and every example is as its schema says")
    void examples() {
        Map<String, JsonNode> examples = new LinkedHashMap<>();
        collect("", description.document(), examples);
        assertThat(examples).hasSizeGreaterThan(10);
        examples.forEach((schema, example) -> assertThat(description.mistakes(schema.split(" ", 2)[0], example))
                .as(schema)
                .isEmpty());
    }

    /// Media types that have examples, by the pointer of their schema and the example's name.
    private static void collect(String pointer, JsonNode node, Map<String, JsonNode> into) {
        if (node.has("schema") && node.has("examples")) {
            node.path("examples")
                    .properties()
                    .forEach(e -> into.put(
                            pointer + "/schema " + e.getKey(), e.getValue().path("value")));
        }
        if (node.isObject()) {
            node.properties().forEach(e -> collect(pointer + "/" + Description.escape(e.getKey()), e.getValue(), into));
        }
    }

    @Test
    @DisplayName("all references lead somewhere, and no two operations have one name")
    void references() {
        List<String> references = new ArrayList<>();
        description.document().findValues("$ref").forEach(node -> references.add(node.asString("")));
        assertThat(references)
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                description.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
        assertThat(description.document().findValues("operationId")).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("the codes are those of the catalogue, each beside its status")
    void codes() {
        assertThat(strings("/components/schemas/ErrorCode/enum"))
                .containsExactlyElementsOf(
                        Stream.of(ErrorCode.values()).map(ErrorCode::wireName).toList());
        List<String> descriptions = description
                .at("/components/responses")
                .valueStream()
                .map(response -> response.path("description").asString(""))
                .toList();
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(descriptions.stream().anyMatch(d -> d.contains("`" + code.wireName() + "`")))
                    .as(code.wireName())
                    .isEqualTo(code.status() != 0);
        }
    }

    @Test
    @DisplayName("statuses, formats and webhooks are those of the code")
    void words() {
        assertThat(strings("/components/schemas/JobStatus/enum"))
                .containsExactlyElementsOf(
                        Stream.of(JobStatus.values()).map(JobStatus::wireName).toList());
        assertThat(strings("/components/schemas/SourceFacts/properties/format/enum"))
                .containsExactlyInAnyOrderElementsOf(Stream.of(ImageFormat.values())
                        .map(ImageFormat::wireName)
                        .toList());
        List<String> events = Stream.of(JobStatus.values())
                .filter(JobStatus::terminal)
                .map(JobStatus::event)
                .toList();
        assertThat(description.at("/webhooks").propertyNames()).containsExactlyInAnyOrderElementsOf(events);
        assertThat(strings("/components/schemas/WebhookEventType/enum")).containsExactlyElementsOf(events);
    }

    private List<String> strings(String pointer) {
        return description
                .at(pointer)
                .valueStream()
                .map(node -> node.asString(""))
                .toList();
    }

    @Test
    @DisplayName("docs/api.md has one section for each code, in the order of the catalogue, and none for others")
    void sections() throws IOException {
        List<String> page = Files.readAllLines(MinilabProcess.ROOT.resolve(Path.of("docs", "api.md")));
        assertThat(page.stream()
                        .filter(line -> line.matches("### `?[a-z_]+`?"))
                        .map(line -> line.replaceAll("[# `]", "")))
                .containsExactlyElementsOf(
                        Stream.of(ErrorCode.values()).map(ErrorCode::wireName).toList());
    }

    @Test
    @DisplayName("docs/api.md tells of every operation")
    void operations() throws IOException {
        String page = Files.readString(MinilabProcess.ROOT.resolve(Path.of("docs", "api.md")));
        description
                .at("/paths")
                .properties()
                .forEach(path -> path.getValue().propertyNames().stream()
                        .filter(method -> !method.equals("parameters"))
                        .forEach(method -> assertThat(page)
                                .contains("`" + method.toUpperCase(Locale.ROOT) + " " + path.getKey() + "`")));
    }
}
