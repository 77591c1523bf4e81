package dev.minilab.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.OutputSpec;
import dev.minilab.json.Json;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayName("Outputs as they are shown")
class OutputViewTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'width':320,'height':320,'format':'auto'}",
                "{'height':5,'fit':'cover','position':'attention','format':'avif','quality':50}",
                "{'width':1,'position':'left bottom','without_enlargement':false,'format':'png','background':'#0a0b0c'}",
                "{'width':1,'position':{'x':0.3,'y':0.6},'format':'webp','lossless':true,'background':'#ffaa0180'}",
                "{'width':1,'format':'jpeg','background':'#00000000','blur':0.3,'sharpen':2.0,'keep':['icc','copyright']}",
                "{'width':1,'format':'gif','watermark':{'text':'©','position':'right bottom','opacity':0.5},'animated':true}",
                "{'width':1,'format':'auto','watermark':{'image_key':'a/b.png','position':{'x':0.1,'y':0.0},'opacity':1.0}}",
            })
    @DisplayName("are what one would send")
    void asSent(String spec) throws InvalidRequestException {
        String outputs = "{'a':" + spec + "}";

        assertThat(OutputView.show(read(outputs)).toString()).isEqualTo(outputs.replace('\'', '"'));
    }

    @Test
    @DisplayName("say nothing of what is at its default, and no word twice")
    void defaults() throws InvalidRequestException {
        assertThat(OutputView.show(read("{'a': {'width': 1, 'fit': 'inside', 'position': 'center', 'blur': true,"
                                + " 'without_enlargement': true, 'lossless': false, 'background': '#FFAA01ff'}}"))
                        .toString())
                .isEqualTo("{'a':{'width':1,'format':'auto','background':'#ffaa01','blur':1.0}}".replace('\'', '"'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "centre",
                "entropy",
                "attention",
                "top",
                "right top",
                "right",
                "right bottom",
                "bottom",
                "left bottom",
                "left",
                "left top"
            })
    @DisplayName("have positions by their names")
    void positions(String name) {
        assertThat(OutputSpec.Position.ofName(name).flatMap(OutputSpec.Position::wireName))
                .contains(name);
    }

    private static Map<String, OutputSpec> read(String outputs) throws InvalidRequestException {
        String json = ("{'outputs': " + outputs + "}").replace('\'', '"');
        JsonNode tree = Json.readTree(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        return JobRequestReader.read(tree).outputs();
    }
}
