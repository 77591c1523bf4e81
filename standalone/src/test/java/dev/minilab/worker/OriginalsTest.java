package dev.minilab.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.Cidr;
import dev.minilab.egress.EgressClient;
import dev.minilab.egress.TargetUrl;
import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Lane;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.Tenant;
import dev.minilab.standalone.TestStore;
import dev.minilab.store.ObjectStore;
import dev.minilab.worker.Originals.Original;
import dev.minilab.worker.source.SourceFetcher;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("C64 Originals that are fetched from a URL")
class OriginalsTest {

    private static final Instant NOW = Instant.parse("2026-11-24T00:10:00Z");
    private static final int MOST = 1 << 20;

    @TempDir
    static Path folder;

    @TempDir
    static Path spool;

    private static TestStore embedded;
    private static ObjectStore store;
    private static HttpServer server;
    private static EgressClient egress;
    private static Originals originals;
    private static final AtomicInteger VERSION = new AtomicInteger(1);

    @BeforeAll
    static void start() throws Exception {
        embedded = TestStore.start(folder);
        store = embedded.store();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        serve("/photo", () -> png(VERSION.get(), 10));
        serve("/each-time-another", () -> png(VERSION.incrementAndGet(), 10));
        serve("/page", () -> "<html>".getBytes(StandardCharsets.UTF_8));
        serve("/bomb", () -> png(20_000, 2600));
        server.start();
        AddressPolicy policy = new AddressPolicy(List.of(Cidr.parse("127.0.0.0/8")));
        egress = new EgressClient(policy);
        originals = new Originals(
                store,
                new Inspector(Limits.defaults()),
                new SourceFetcher(egress, policy, new TargetUrl.Rules(false, Set.of()), MOST, spool),
                MOST);
    }

    private interface Body {
        byte[] bytes() throws Exception;
    }

    private static void serve(String path, Body body) {
        server.createContext(path, exchange -> {
            try (exchange) {
                byte[] bytes = body.bytes();
                exchange.getResponseHeaders().set("ETag", "\"v" + VERSION.get() + "\"");
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
    }

    private static byte[] png(int width, int height) throws Exception {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY), "png", bytes);
        return bytes.toByteArray();
    }

    @AfterAll
    static void stop() throws Exception {
        egress.close();
        server.stop(0);
        embedded.close();
    }

    private static Accepted accepted(String path) {
        return new Accepted(
                Accepted.SCHEMA,
                JobId.create(NOW),
                Tenant.DEFAULT,
                NOW,
                null,
                Map.of("small", OutputSpec.inside(100)),
                null,
                null,
                null,
                null,
                Map.of(),
                null,
                Lane.INTERACTIVE,
                null,
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path));
    }

    private static byte[] stored(Accepted accepted) {
        return store.get(Keys.original(accepted.tenant(), accepted.job())).orElseThrow();
    }

    @Test
    @DisplayName("are brought to the bucket, with URL and ETag; a second attempt works on what is stored")
    void fetches() throws Exception {
        Accepted accepted = accepted("/photo");
        Original first = originals.of(accepted);
        assertThat(first.url()).isEqualTo(accepted.sourceUrl());
        assertThat(first.etag()).matches("\"v\\d+\"");
        assertThat(stored(accepted)).isEqualTo(first.bytes());
        VERSION.incrementAndGet();
        Original second = originals.of(accepted);
        assertThat(second.bytes()).as("the URL gives another by now").isEqualTo(first.bytes());
        assertThat(second.etag()).isEqualTo(first.etag());
        assertThat(second.url()).isEqualTo(first.url());
    }

    @Test
    @DisplayName("may have the longest of URLs: their metadata stays within the 2 KiB that Amazon takes")
    void longUrl() throws Exception {
        String url = accepted("/photo?").sourceUrl() + "";
        Accepted accepted = accepted("/photo?" + "x".repeat(TargetUrl.MAX_LENGTH - url.length()));
        Original first = originals.of(accepted);
        Map<String, String> metadata = store.getDescribed(Keys.original(accepted.tenant(), accepted.job()), MOST)
                .orElseThrow()
                .metadata();
        assertThat(metadata.toString().length()).isLessThan(2048);
        assertThat(originals.of(accepted).etag()).isEqualTo(first.etag()).isNotNull();
    }

    @Test
    @DisplayName("I23 are checked against the hash of what was fetched, by a second attempt too")
    void damaged() throws Exception {
        Accepted accepted = accepted("/photo");
        originals.of(accepted);
        String key = Keys.original(accepted.tenant(), accepted.job());
        var notes = store.getDescribed(key, MOST).orElseThrow().metadata();
        store.put(key, png(3, 3), "image/png", notes);
        BadOriginalException bad = catchThrowableOfType(BadOriginalException.class, () -> originals.of(accepted));
        assertThat(bad.code()).isEqualTo(ErrorCode.INTEGRITY);
    }

    @Test
    @DisplayName("are one and the same for attempts at once, even if each was given another")
    void concurrently() throws Exception {
        Accepted accepted = accepted("/each-time-another");
        List<Future<Original>> attempts = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                attempts.add(threads.submit(() -> originals.of(accepted)));
            }
        }
        for (Future<Original> attempt : attempts) {
            assertThat(attempt.get().bytes()).isEqualTo(stored(accepted));
        }
    }

    @Test
    @DisplayName("are inspected as uploads are; what is refused is not stored")
    void refuses() {
        for (var refusal : Map.of("/page", ErrorCode.UNSUPPORTED_TYPE, "/bomb", ErrorCode.TOO_MANY_PIXELS)
                .entrySet()) {
            Accepted accepted = accepted(refusal.getKey());
            InspectException refused = catchThrowableOfType(InspectException.class, () -> originals.of(accepted));
            assertThat(refused.code()).isEqualTo(refusal.getValue());
            assertThat(store.get(Keys.original(accepted.tenant(), accepted.job())))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("that are not there are not found")
    void notThere() {
        BadOriginalException none =
                catchThrowableOfType(BadOriginalException.class, () -> originals.of(accepted("/none")));
        assertThat(none.code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
        assertThat(none.passing()).isFalse();
    }
}
