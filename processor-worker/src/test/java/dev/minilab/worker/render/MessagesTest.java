package dev.minilab.worker.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobError;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.job.Placeholder;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import dev.minilab.worker.render.Frames.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Requests and replies as messages")
class MessagesTest {

    private static final OutputSpec EVERYTHING = new OutputSpec(
            10,
            null,
            Fit.COVER,
            new Position(0.25, 1, OutputSpec.Interest.ENTROPY),
            false,
            ImageFormat.AVIF,
            null,
            true,
            new OutputSpec.Color(0x80FF0001),
            0.5,
            null,
            new Watermark(null, "logo", Position.CENTRE, 0.5),
            true,
            Set.of(OutputSpec.Keep.ICC));

    private static RenderRequest request() {
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        outputs.put("z", EVERYTHING);
        outputs.put("a", OutputSpec.inside(7));
        Map<String, byte[]> watermarks = new LinkedHashMap<>();
        watermarks.put("logo", new byte[] {4, 5});
        watermarks.put("another", new byte[] {6});
        return new RenderRequest(
                new byte[] {1, 2, 3},
                new Inspection(ImageFormat.GIF, 5, 6, 8, 2, Inspection.Model.PALETTE, 8, true, false),
                outputs,
                watermarks);
    }

    private static Rendering rendering() {
        Map<String, Rendering.Output> outputs = new LinkedHashMap<>();
        outputs.put("z", new Rendering.Rendered(ImageFormat.WEBP, 3, 4, new byte[] {9, 8}));
        outputs.put("a", new Rendering.Failed(JobError.of(ErrorCode.CODEC_UNAVAILABLE, "no codec")));
        return new Rendering(outputs, 12, 1, new Placeholder("hash", "#102030"));
    }

    @Test
    @DisplayName("a request arrives as it was sent, in its order")
    void requests() throws Exception {
        RenderRequest sent = request();
        List<byte[]> frames = Messages.of(sent);
        assertThat(new String(frames.getFirst(), StandardCharsets.UTF_8)).doesNotContain("AQID"); // Base64 of the file.
        RenderRequest arrived = Messages.request(frames);
        assertThat(arrived).usingRecursiveComparison().isEqualTo(sent);
        assertThat(arrived.outputs().keySet()).containsExactly("z", "a");
        assertThat(arrived.watermarks().keySet()).containsExactly("logo", "another");
    }

    @Test
    @DisplayName("a rendering arrives as it was sent")
    void renderings() throws Exception {
        Rendering arrived = Messages.rendering(Messages.of(rendering()), request());
        assertThat(arrived).usingRecursiveComparison().isEqualTo(rendering());
    }

    @Test
    @DisplayName("a refusal arrives with its code and its sentence, a mistake of ours as one")
    void refusals() {
        RenderException refused = catchThrowableOfType(
                RenderException.class,
                () -> Messages.rendering(
                        Messages.of(new RenderException(ErrorCode.TRUNCATED, "image data is missing")), request()));
        assertThat(refused.code()).isEqualTo(ErrorCode.TRUNCATED);
        assertThat(refused).hasMessage("image data is missing");
        assertThatThrownBy(() -> Messages.rendering(Messages.broken(new ArithmeticException("/ by zero")), request()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("/ by zero");
    }

    @Test
    @DisplayName("nothing else is believed")
    void nonsense() {
        List<byte[]> good = Messages.of(rendering());
        for (List<byte[]> bad : List.of(
                List.<byte[]>of(),
                List.of("not json".getBytes(StandardCharsets.UTF_8)),
                List.of("{\"code\":\"no_such_code\"}".getBytes(StandardCharsets.UTF_8)),
                good.subList(0, 1),
                Messages.of(rendering().withOutputs(Map.of())))) {
            assertThatThrownBy(() -> Messages.rendering(bad, request())).isInstanceOf(MalformedMessageException.class);
        }
    }
}
