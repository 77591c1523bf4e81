package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.api.IngestApi;
import dev.minilab.api.Route;
import dev.minilab.config.Config;
import dev.minilab.health.Shutdown;
import dev.minilab.store.ObjectStore;
import dev.minilab.worker.Worker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// An API in the JVM of a test, straight on the shared embedded pair, alone or with a worker whose renders run in
/// threads.
final class LocalApi implements AutoCloseable {

    private static final Map<String, String> SETTINGS = Map.of(
            "MINILAB_PORT", "0",
            "MINILAB_EGRESS_ALLOW", "127.0.0.0/8",
            "MINILAB_LONG_POLL", "1s",
            "MINILAB_RENDER_ISOLATION", "thread",
            "MINILAB_RENDER_PROCESSES", "1");

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final IngestApi api;
    private final Client client;

    private LocalApi(Map<String, String> more, boolean worker) {
        Map<String, String> env = new TreeMap<>(SharedInfra.get().settings());
        env.putAll(SETTINGS);
        env.putAll(more);
        Config config = Config.load(env);
        if (worker) {
            parts.push(Worker.start(config));
        }
        api = IngestApi.start(config);
        parts.push(api);
        client = new Client(api.uri());
    }

    static LocalApi alone(Map<String, String> more) {
        return new LocalApi(more, false);
    }

    static LocalApi withWorker(Map<String, String> more) {
        return new LocalApi(more, true);
    }

    URI uri() {
        return api.uri();
    }

    Client client() {
        return client;
    }

    /// All that it answers.
    List<Route> routes() {
        return api.routes();
    }

    /// Puts an object into the bucket.
    void store(String key, byte[] bytes) {
        try (ObjectStore store =
                new ObjectStore(Config.load(SharedInfra.get().settings()).store())) {
            store.put(key, bytes, "image/jpeg");
        }
    }

    /// Everything in the bucket.
    List<Path> stored() throws IOException {
        try (Stream<Path> files = Files.walk(SharedInfra.folder().resolve("store"))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /// The embedded store removes its draft of an object a moment after it was broken off.
    void awaitStored(List<Path> expected) throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!stored().equals(expected) && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        assertThat(stored()).isEqualTo(expected);
    }

    /// What lies in the folder of uploads under way.
    List<Path> spooled() throws IOException {
        try (Stream<Path> files = Files.list(SharedInfra.folder().resolve("spool"))) {
            return files.toList();
        }
    }

    /// A connection on which a request was begun.
    Socket begin(String... head) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri().getPort());
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write((String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return socket;
    }

    /// What comes back until the connection is closed.
    String exchange(String... head) throws IOException {
        try (Socket socket = begin(head)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        Shutdown.closeAll(parts);
    }
}
