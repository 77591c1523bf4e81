package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// In mount namespaces of bubblewrap, which the build has for render processes anyway.
@DisplayName("./minilab serve on disks that fail it, and by clocks that are wrong")
@Tag("long")
@Tag("faults")
@Timeout(300)
class DiskIT {

    private static final Map<String, String> THREAD = Map.of("MINILAB_RENDER_ISOLATION", "thread");
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int DISK_BYTES = 48 << 20;

    @TempDir
    Path data;

    @Test
    @DisplayName("F27, I25 the disk is full: 507 or 503, what was accepted ends, and all is well once there is room")
    void diskFull() throws Exception {
        byte[] image = Images.jpeg(1200, 900);
        List<String> sandbox = List.of(
                "bwrap",
                "--die-with-parent",
                "--dev-bind",
                "/",
                "/",
                "--size",
                Integer.toString(DISK_BYTES),
                "--tmpfs",
                data.toString());
        try (MinilabProcess minilab =
                MinilabProcess.start(sandbox, THREAD, "serve", "--port", "0", "--data", data.toString())) {
            Client client = new Client(minilab.awaitUri());
            List<String> accepted = new ArrayList<>(List.of(client.upload(image, "")));
            Path inside = inside(minilab);
            Path ballast = inside.resolve("ballast");
            fill(ballast);
            HttpResponse<byte[]> answer = client.post("/v1/jobs", "image/jpeg", image);
            assertThat(answer.statusCode()).as(Client.text(answer)).isIn(503, 507);
            assertThat(Client.json(answer).path("code").asString("")).isIn("unavailable", "storage_full");
            HttpResponse<byte[]> form = client.uploadForm(image, "image/jpeg", "{}");
            assertThat(form.statusCode()).as(Client.text(form)).isIn(503, 507);
            assertThat(Client.json(form).path("code").asString("")).isIn("unavailable", "storage_full");
            Files.delete(ballast);
            accepted.add(uploadedInTime(client, image));
            for (String id : accepted) {
                assertThat(client.awaitTerminal(id, PATIENCE).path("status").asString(""))
                        .isEqualTo("succeeded");
            }
            assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
        }
    }

    /// The data folder as the sandboxed process sees it.
    private Path inside(MinilabProcess minilab) {
        return minilab.renderProcesses().stream() // All its descendants: here the JVM itself.
                .map(process -> Path.of("/proc", Long.toString(process.pid()), "root" + data))
                .filter(folder -> Files.exists(folder.resolve("lock")))
                .findFirst()
                .orElseGet(() -> Path.of("/proc", Long.toString(minilab.pid()), "root" + data));
    }

    /// Until there is no room for a byte.
    private static void fill(Path ballast) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            for (int written = 0; written <= DISK_BYTES; written += block.length) {
                try {
                    out.write(block);
                } catch (IOException _) {
                    return; // Full.
                }
            }
        }
        throw new AssertionError("the disk does not fill");
    }

    private static String uploadedInTime(Client client, byte[] image) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            HttpResponse<byte[]> answer = client.post("/v1/jobs", "image/jpeg", image);
            if (answer.statusCode() == 202) {
                return Client.id(answer);
            }
            assertThat(System.nanoTime()).as(Client.text(answer)).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    @Test
    @DisplayName("F27 a read-only folder is refused at the start, and named")
    void readOnly() throws Exception {
        List<String> sandbox = List.of(
                "bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--ro-bind", data.toString(), data.toString());
        try (MinilabProcess refused =
                MinilabProcess.start(sandbox, THREAD, "serve", "--port", "0", "--data", data.toString())) {
            assertThat(refused.awaitExit(60)).isEqualTo(78);
            assertThat(refused.log()).contains("--data: cannot use " + data);
        }
    }
}
