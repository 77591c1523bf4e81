package dev.minilab.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The example of docs/client.md")
class ExampleTest {

    // begin
    static void makeThumbnail(URI api, String key, Path photo, Path thumbnail) throws IOException {
        try (Minilab minilab = new Minilab(Connection.to(api, key))) {
            OutputSpec thumb = OutputSpec.cover(320, 320).at("attention").format("webp");
            JobRequest request = JobRequest.output("thumb", thumb).externalId("sku-1");
            Job job = minilab.create(Image.of(photo, "image/jpeg"), request);
            Job ended = minilab.await(job.id(), Duration.ofMinutes(1));
            if (ended.status() == JobStatus.SUCCEEDED) {
                Files.write(thumbnail, minilab.download(job.id(), "thumb"));
            }
        }
    }
    // end

    @Test
    @DisplayName("does what it says")
    void works(@TempDir Path folder) throws Exception {
        Path photo = Files.write(folder.resolve("photo.jpg"), new byte[] {1, 2, 3});
        try (FakeApi api = new FakeApi()) {
            api.answer(202, FakeApi.job("queued"))
                    .answer(200, FakeApi.job("succeeded"))
                    .answer(302, "", Map.of("Location", api.uri() + "/thumb.webp"))
                    .answer(200, "a thumbnail");
            makeThumbnail(api.uri(), "mlk_test", photo, folder.resolve("thumb.webp"));
        }
        assertThat(folder.resolve("thumb.webp")).hasContent("a thumbnail");
    }

    @Test
    @DisplayName("stands there as it is compiled here")
    void documented() throws IOException {
        List<String> source = Files.readAllLines(Path.of("src/test/java/dev/minilab/client/ExampleTest.java"));
        String example =
                String.join("\n", source.subList(source.indexOf("    // begin") + 1, source.indexOf("    // end")));
        assertThat(Path.of("../docs/client.md")).content().contains(example);
    }
}
