package dev.minilab.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.OutputSpec;
import dev.minilab.json.Json;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayName("Presets")
class PresetsTest {

    private static final Preset BUILT_IN =
            new Preset("default", 1, Map.of("small", OutputSpec.inside(320), "large", OutputSpec.inside(1280)));

    @Test
    @DisplayName("are the default one alone unless a file adds some")
    void builtIn() {
        assertThat(Presets.builtIn().all()).containsExactly(BUILT_IN);
        assertThat(Presets.builtIn().find(null)).contains(BUILT_IN);
        assertThat(Presets.builtIn().find("default")).contains(BUILT_IN);
        assertThat(Presets.builtIn().find("product")).isEmpty();
    }

    @Test
    @DisplayName("of a file stand beside the built-in one, in its order")
    void beside() throws InvalidRequestException {
        Presets presets =
                read("{'presets': {'product': {'version': 3, 'outputs': {'z': {'width': 7}, 'a': {'width': 8}}},"
                        + " 'a_b-9': {'outputs': {'x': {'height': 5}}}}}");

        assertThat(presets.all()).extracting(Preset::name).containsExactly("default", "product", "a_b-9");
        assertThat(presets.find(null)).contains(BUILT_IN);
        assertThat(presets.find("product")).hasValueSatisfying(product -> {
            assertThat(product.version()).isEqualTo(3);
            assertThat(product.outputs().keySet()).containsExactly("z", "a");
        });
        assertThat(presets.find("a_b-9")).map(Preset::version).contains(1);
    }

    @Test
    @DisplayName("of a file may replace the default one")
    void replace() throws InvalidRequestException {
        Presets presets = read("{'presets': {'default': {'version': 2, 'outputs': {'only': {'width': 7}}}}}");

        assertThat(presets.all()).hasSize(1);
        assertThat(presets.find(null)).hasValueSatisfying(preset -> {
            assertThat(preset.version()).isEqualTo(2);
            assertThat(preset.outputs().keySet()).containsExactly("only");
        });
    }

    @Test
    @DisplayName("may be none")
    void none() throws InvalidRequestException {
        assertThat(read("{'presets': {}}").all()).containsExactly(BUILT_IN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | `` | is not a JSON object",
                "{} | /presets | is missing",
                "{'presets': []} | /presets | is not a JSON object",
                "{'presets': {}, 'preset': {}} | /preset | is not a field we know",
                "{'presets': {'a': 7}} | /presets/a | is not a JSON object",
                "{'presets': {'a': {}}} | /presets/a/outputs | is missing",
                "{'presets': {'a': {'outputs': {}}}} | /presets/a/outputs | names no output",
                "{'presets': {'a': {'width': 5, 'outputs': {'x': {'width': 1}}}}} | /presets/a/width | is not a field we know",
                "{'presets': {'a': {'outputs': {'x': {'width': 0}}}}} | /presets/a/outputs/x/width"
                        + " | is not a whole number from 1 to 4096",
                "{'presets': {'A b': {'outputs': {'x': {'width': 1}}}}} | /presets/A b | is not a name: [a-z0-9_-]{1,40}",
                "{'presets': {'../x': {'outputs': {'x': {'width': 1}}}}} | /presets/..~1x | is not a name: [a-z0-9_-]{1,40}",
            })
    @DisplayName("that are wrong are refused with the pointer")
    void wrong(String file, String pointer, String detail) {
        assertThat(refused(file).mistakes()).containsExactly(new Mistake(pointer, detail));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "2147483648", "'1'", "null", "true"})
    @DisplayName("have versions that are whole numbers from 1")
    void versions(String version) {
        assertThat(refused("{'presets': {'a': {'version': " + version + ", 'outputs': {'x': {'width': 1}}}}}")
                        .mistakes())
                .containsExactly(new Mistake("/presets/a/version", "is not a whole number from 1 to 2147483647"));
    }

    @Test
    @DisplayName("are refused with all mistakes at once")
    void allMistakes() {
        InvalidRequestException refused = refused(
                "{'x': 1, 'presets': {'a': {'version': 0, 'outputs': {'x': {'width': 0, 'blur': 7e9}}}, 'B': 1}}");

        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_SPEC);
        assertThat(refused.mistakes())
                .extracting(Mistake::pointer)
                .containsExactlyInAnyOrder(
                        "/x",
                        "/presets/a/version",
                        "/presets/a/outputs/x/width",
                        "/presets/a/outputs/x/blur",
                        "/presets/B",
                        "/presets/B");
    }

    private static InvalidRequestException refused(String json) {
        InvalidRequestException refused = catchThrowableOfType(InvalidRequestException.class, () -> read(json));
        assertThat(refused).as(json).isNotNull();
        return refused;
    }

    private static Presets read(String json) throws InvalidRequestException {
        return Presets.read(json(json));
    }

    private static JsonNode json(String json) {
        return Json.readTree(new ByteArrayInputStream(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }
}
