package dev.minilab.worker.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.worker.image.RenderRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Admission by predicted memory")
@Timeout(30)
class AdmissionTest {

    private static final long MIB = 1 << 20;
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration LONG = Duration.ofSeconds(20);

    private static long predicted(Inspection source, int bytes, OutputSpec... outputs) {
        Map<String, OutputSpec> named = new HashMap<>();
        for (OutputSpec output : outputs) {
            named.put("output" + named.size(), output);
        }
        return Prediction.of(new RenderRequest(new byte[bytes], source, named, Map.of()));
    }

    private static Inspection source(int width, int height, int frames, boolean progressive) {
        return new Inspection(ImageFormat.JPEG, width, height, 1, frames, Inspection.Model.RGB, 8, false, progressive);
    }

    private static OutputSpec output(@Nullable Integer width, @Nullable Integer height, boolean animated) {
        return new OutputSpec(
                width,
                height,
                Fit.INSIDE,
                Position.CENTRE,
                true,
                null,
                null,
                false,
                null,
                null,
                null,
                null,
                animated,
                Set.of());
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 500,  1, false, 2000000",
        "1000, 500,  1, true,  4000000",
        "1000, 500, 10, false, 20000000",
        "10000, 10000, 1, false, 400000000",
        "65535, 65535, 1000000000, true, 9223372036854775807",
    })
    @DisplayName("counts the pixels of all frames, twice where they are progressive")
    void pixels(int width, int height, int frames, boolean progressive, long expected) {
        assertThat(predicted(source(width, height, frames, progressive), 0)).isEqualTo(expected);
    }

    @Test
    @DisplayName("counts the file and the outputs, by the ratio where only one side is given")
    void outputs() {
        Inspection source = source(1000, 500, 3, false);
        long alone = predicted(source, 0);
        assertThat(predicted(source, 777)).isEqualTo(alone + 777);
        assertThat(predicted(source, 0, output(100, 80, false))).isEqualTo(alone + 4 * 100 * 80);
        assertThat(predicted(source, 0, output(100, null, false))).isEqualTo(alone + 4 * 100 * 50);
        assertThat(predicted(source, 0, output(null, 100, false))).isEqualTo(alone + 4 * 200 * 100);
        assertThat(predicted(source, 0, output(null, 100, true), output(100, 80, false)))
                .isEqualTo(alone + 3 * 4 * 200 * 100 + 4 * 100 * 80);
        assertThat(predicted(source(1, 65_000, 1, false), 0, output(4096, null, false)))
                .isEqualTo(4 * 65_000 + 4L * 4096 * 4096);
    }

    @Test
    @DisplayName("lets in what fits, and the next when there is room again")
    void fits() throws Exception {
        Admission admission = new Admission(100 * MIB);
        var first = admission.enter(60 * MIB, AT_ONCE);
        try (var _ = admission.enter(40 * MIB, AT_ONCE)) {
            assertThatThrownBy(() -> admission.enter(1, AT_ONCE)).isInstanceOf(RendererBusyException.class);
        }
        assertThatThrownBy(() -> admission.enter(50 * MIB, AT_ONCE)).isInstanceOf(RendererBusyException.class);
        first.close();
        admission.enter(50 * MIB, AT_ONCE).close();
    }

    @Test
    @DisplayName("lets one that is larger than all memory in when it is alone, and nobody else meanwhile")
    void tooLarge() throws Exception {
        Admission admission = new Admission(100 * MIB);
        var small = admission.enter(1, AT_ONCE);
        var large = CompletableFuture.supplyAsync(() -> {
            try {
                return admission.enter(Long.MAX_VALUE, LONG);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(large).isNotDone();
        small.close();
        try (var _ = large.get(20, TimeUnit.SECONDS)) {
            assertThatThrownBy(() -> admission.enter(1, AT_ONCE)).isInstanceOf(RendererBusyException.class);
        }
        admission.enter(1, AT_ONCE).close();
    }
}
