package dev.minilab.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Accepted;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobId;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.standalone.TestStore;
import dev.minilab.store.ObjectStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The images that outputs bear as watermarks")
class WatermarksTest {

    private static final Instant NOW = Instant.parse("2026-11-24T00:10:00Z");
    private static final byte[] LOGO = {1, 2, 3};

    @TempDir
    static Path folder;

    private static TestStore embedded;
    private static ObjectStore store;
    private static Watermarks watermarks;

    @BeforeAll
    static void start() throws Exception {
        embedded = TestStore.start(folder);
        store = embedded.store();
        watermarks = new Watermarks(store);
    }

    @AfterAll
    static void stop() throws Exception {
        embedded.close();
    }

    /// A job of the tenant `acme` with an output for each watermark.
    private static Accepted job(Watermark... marks) {
        Map<String, OutputSpec> outputs = new LinkedHashMap<>();
        outputs.put("plain", OutputSpec.inside(100));
        for (Watermark mark : marks) {
            outputs.put(
                    "o" + outputs.size(),
                    new OutputSpec(
                            1,
                            1,
                            Fit.INSIDE,
                            Position.CENTRE,
                            true,
                            null,
                            null,
                            false,
                            null,
                            null,
                            null,
                            mark,
                            false,
                            Set.of()));
        }
        Source source = new Source(ImageFormat.JPEG, 4, 2, 10, "0".repeat(64), 1, 1);
        return new Accepted(
                1,
                JobId.create(NOW),
                new Tenant("acme"),
                NOW,
                source,
                outputs,
                null,
                null,
                null,
                null,
                Map.of(),
                null,
                Lane.INTERACTIVE,
                null,
                null);
    }

    private static Watermark image(String key) {
        return new Watermark(null, key, Position.CENTRE, 1);
    }

    @Test
    @DisplayName("are fetched from the tenant's own, by the key that outputs name; texts fetch nothing")
    void fetched() {
        store.put("watermarks/acme/brand/logo.png", LOGO, "image/png");
        store.put("watermarks/acme/other.png", new byte[] {4}, "image/png");

        Map<String, byte[]> files = watermarks.of(job(
                image("brand/logo.png"),
                image("brand/logo.png"),
                new Watermark("other.png", null, Position.CENTRE, 1)));

        assertThat(files).containsOnlyKeys("brand/logo.png");
        assertThat(files.get("brand/logo.png")).isEqualTo(LOGO);
    }

    @Test
    @DisplayName("that are not there, or another tenant's, are left out beside those that are")
    void missing() {
        store.put("watermarks/other/theirs.png", LOGO, "image/png");
        store.put("watermarks/acme/ours.png", LOGO, "image/png");

        assertThat(watermarks.of(job(image("theirs.png"), image("other/theirs.png"), image("ours.png"))))
                .containsOnlyKeys("ours.png");
    }

    @Test
    @DisplayName("have at most 5 MiB; an empty file is one")
    void sizes() {
        store.put("watermarks/acme/most", new byte[Watermarks.MAX_BYTES], "image/png");
        store.put("watermarks/acme/more", new byte[Watermarks.MAX_BYTES + 1], "image/png");
        store.put("watermarks/acme/none", new byte[0], "image/png");

        Map<String, byte[]> files = watermarks.of(job(image("most"), image("more"), image("none")));

        assertThat(files).containsOnlyKeys("most", "none");
        assertThat(files.get("most")).hasSize(Watermarks.MAX_BYTES);
        assertThat(store.getUpTo("watermarks/acme/more", Watermarks.MAX_BYTES)).isEmpty();
        assertThat(store.get("watermarks/acme/more"))
                .as("the connection is in order")
                .isPresent();
    }
}
