package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What every store that Minilab runs on must do. A subclass is one store; where it differs, it overrides a quirk and
/// says why.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StoreContract {

    private TestStore started;
    private ObjectStore store;

    /// The store, with its bucket made.
    abstract TestStore start(Path folder) throws Exception;

    /// How it answers a link that has ended.
    int ended() {
        return 403;
    }

    /// Called before a key is written again.
    void nextWrite() {}

    /// How often writers race for one key.
    int races() {
        return 10;
    }

    /// Whether a writer may be told to come back later, where many write one key at once.
    boolean throttles() {
        return false;
    }

    /// Of how many pages a long listing is.
    int pages() {
        return 2;
    }

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        started = start(folder);
        store = started.store();
    }

    @AfterAll
    void stop() throws Exception {
        started.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("gives back what was put, and nothing for what was not")
    void putAndGet() {
        store.put("a/b", bytes("one"), "text/plain");
        assertThat(store.get("a/b")).contains(bytes("one"));
        nextWrite();
        store.put("a/b", bytes("two"), "text/plain");
        assertThat(store.get("a/b")).contains(bytes("two"));
        assertThat(store.get("a/c")).isEmpty();
        store.delete("a/b");
        store.delete("a/b");
        assertThat(store.get("a/b")).isEmpty();
    }

    @Test
    @DisplayName("I2 of sixteen who create a key at once, one does; the others get what it wrote")
    void compareAndSet() throws Exception {
        for (int round = 0; round < races(); round++) {
            String key = "race/" + round;
            CyclicBarrier together = new CyclicBarrier(16);
            List<Future<Optional<byte[]>>> writers = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 16; i++) {
                    byte[] mine = bytes("writer " + i);
                    writers.add(threads.submit(() -> {
                        together.await();
                        return store.putIfAbsent(key, mine, "text/plain");
                    }));
                }
            }
            byte[] standing = store.get(key).orElseThrow();
            int created = 0;
            for (Future<Optional<byte[]>> writer : writers) {
                Optional<Optional<byte[]>> first = told(writer);
                if (first.isPresent() && first.get().isEmpty()) {
                    created++;
                } else if (first.isPresent()) {
                    assertThat(first.get()).contains(standing);
                }
            }
            assertThat(created).isEqualTo(1);
        }
    }

    /// What a writer was told, or nothing if it was throttled.
    private <T> Optional<T> told(Future<T> writer) throws Exception {
        try {
            return Optional.of(writer.get());
        } catch (ExecutionException e) {
            assertThat(throttles()).as("%s", e).isTrue();
            assertThat(e)
                    .cause()
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            cause -> assertThat(cause.reason()).isEqualTo(StoreException.Reason.UNAVAILABLE));
            return Optional.empty();
        }
    }

    @Test
    @DisplayName("F11 creating again with the very same bytes counts as created: the first answer may have been lost")
    void lostAnswer() {
        assertThat(store.putIfAbsent("lost", bytes("mine"), "text/plain")).isEmpty();
        nextWrite();
        assertThat(store.putIfAbsent("lost", bytes("mine"), "text/plain")).isEmpty();
        assertThat(store.putIfAbsent("lost", bytes("other"), "text/plain")).contains(bytes("mine"));
    }

    @Test
    @DisplayName("streams an upload of known length, with its media type")
    void upload() throws Exception {
        byte[] body = new byte[3 << 20];
        body[12345] = 7;
        store.upload("up/whole", new ByteArrayInputStream(body), body.length, "image/png");
        assertThat(store.get("up/whole")).contains(body);
        HttpResponse<byte[]> answer =
                fetch(store.link("up/whole", Duration.ofMinutes(1)).url());
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("image/png");
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    @DisplayName("F1 an upload whose source fails or ends early leaves no object")
    void brokenUpload() {
        InputStream failing = new SequenceInputStream(new ByteArrayInputStream(new byte[100_000]), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the client went away");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return read();
            }
        });
        assertThatThrownBy(() -> store.upload("up/failing", failing, 200_000, "image/png"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.BODY_BROKEN));
        assertThatThrownBy(() ->
                        store.upload("up/short", new ByteArrayInputStream(new byte[100_000]), 200_000, "image/png"))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.BODY_BROKEN));
        assertThat(store.get("up/failing")).isEmpty();
        assertThat(store.get("up/short")).isEmpty();
        assertThat(store.list("up/f", false, null).keys()).isEmpty();
    }

    @Test
    @DisplayName("streams an upload to a key that is free, and says when it is taken, however large the body")
    void uploadIfAbsent() throws Exception {
        byte[] first = new byte[3 << 20];
        byte[] second = new byte[3 << 20];
        second[7] = 1;
        assertThat(store.uploadIfAbsent("up/once", new ByteArrayInputStream(first), first.length, "image/png"))
                .isTrue();
        nextWrite();
        assertThat(store.uploadIfAbsent("up/once", new ByteArrayInputStream(second), second.length, "image/png"))
                .isFalse();
        assertThat(store.get("up/once")).contains(first);
    }

    @Test
    @DisplayName("keeps what is said of an upload, with the object or not at all")
    void describedUpload() {
        Map<String, String> notes = Map.of("sha256", "0".repeat(64), "source-url", "https://a.test/?x=1&y=%20%22");
        byte[] body = bytes("image");
        assertThat(store.uploadIfAbsent("up/noted", new ByteArrayInputStream(body), body.length, "image/png", notes))
                .isTrue();
        ObjectStore.Described found =
                store.getDescribed("up/noted", body.length).orElseThrow();
        assertThat(found.bytes()).isEqualTo(body);
        assertThat(found.metadata()).containsAllEntriesOf(notes);
        assertThat(store.getDescribed("up/none", 1)).isEmpty();
    }

    @Test
    @DisplayName("replaces what was read, and nothing else")
    void replace() {
        store.put("rep/a", bytes("one"), "text/plain");
        ObjectStore.Version one = store.getVersion("rep/a").orElseThrow();
        assertThat(one.bytes()).isEqualTo(bytes("one"));
        nextWrite();
        assertThat(store.replace("rep/a", one, bytes("two"), "text/plain")).isTrue();
        nextWrite();
        assertThat(store.replace("rep/a", one, bytes("three"), "text/plain")).isFalse();
        assertThat(store.replace("rep/a", one, bytes("two"), "text/plain"))
                .as("F11 our own bytes stand")
                .isTrue();
        assertThat(store.replace("rep/none", one, bytes("x"), "text/plain")).isFalse();
        assertThat(store.get("rep/a")).contains(bytes("two"));
        assertThat(store.get("rep/none")).isEmpty();
        assertThat(store.getVersion("rep/none")).isEmpty();
    }

    @Test
    @DisplayName("I2 of sixteen who replace a version at once, one does")
    void replaceRace() throws Exception {
        for (int round = 0; round < races(); round++) {
            String key = "rep/race" + round;
            store.put(key, bytes("old"), "text/plain");
            ObjectStore.Version old = store.getVersion(key).orElseThrow();
            nextWrite();
            CyclicBarrier together = new CyclicBarrier(16);
            List<Future<Boolean>> writers = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 16; i++) {
                    byte[] mine = bytes("writer " + i);
                    writers.add(threads.submit(() -> {
                        together.await();
                        return store.replace(key, old, mine, "text/plain");
                    }));
                }
            }
            int replaced = 0;
            for (Future<Boolean> writer : writers) {
                replaced += told(writer).orElse(false) ? 1 : 0;
            }
            assertThat(replaced).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("tells of an object, reads its beginning, and copies it, as long as it is the same")
    void factsAndCopies() {
        store.put("facts/a", bytes("beginning and end"), "text/plain");
        ObjectStore.Facts facts = store.head("facts/a").orElseThrow();
        assertThat(facts.size()).isEqualTo(17);
        assertThat(facts.contentType()).startsWith("text/plain");
        assertThat(store.head("facts/none")).isEmpty();
        assertThat(store.getBeginning("facts/a", facts.etag(), 9)).contains(bytes("beginning"));
        assertThat(store.getBeginning("facts/a", facts.etag(), 99)).contains(bytes("beginning and end"));
        assertThat(store.copy("facts/a", facts, "facts/b", "image/png")).isTrue();
        assertThat(store.get("facts/b")).contains(bytes("beginning and end"));
        assertThat(store.head("facts/b").orElseThrow().contentType()).isEqualTo("image/png");

        nextWrite();
        store.put("facts/a", bytes("changed"), "text/plain");
        assertThat(store.getBeginning("facts/a", facts.etag(), 9)).isEmpty();
        assertThat(store.copy("facts/a", facts, "facts/c", "image/png")).isFalse();
        store.delete("facts/a");
        assertThat(store.getBeginning("facts/a", facts.etag(), 9)).isEmpty();
        assertThat(store.copy("facts/a", facts, "facts/c", "image/png")).isFalse();
        assertThat(store.head("facts/c")).isEmpty();

        store.put("facts/empty", new byte[0], "text/plain");
        String empty = store.head("facts/empty").orElseThrow().etag();
        assertThat(store.getBeginning("facts/empty", empty, 9)).contains(new byte[0]);
    }

    @Test
    @DisplayName("a signed PUT takes the bytes once, with the signed length and type only")
    void putLinks() throws Exception {
        ObjectStore.SignedPut put = store.putLink("put/a", "image/png", 5, Duration.ofMinutes(1));
        assertThat(put.headers()).containsOnlyKeys("Content-Type", "If-None-Match");
        assertThat(put(put.url(), "image/png", true, "longer than five")).isEqualTo(403);
        assertThat(put(put.url(), "image/jpeg", true, "right")).isEqualTo(403);
        assertThat(put(put.url(), "image/png", false, "right")).isEqualTo(403);
        assertThat(store.head("put/a")).isEmpty();
        assertThat(put(put.url(), "image/png", true, "right")).isEqualTo(200);
        nextWrite();
        assertThat(put(put.url(), "image/png", true, "other")).isEqualTo(412);
        assertThat(store.get("put/a")).contains(bytes("right"));
        assertThat(fetch(put.url()).statusCode()).as("reading with it").isEqualTo(403);
    }

    private static int put(URI url, String type, boolean once, String body) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url).header("Content-Type", type).PUT(HttpRequest.BodyPublishers.ofString(body));
        if (once) {
            request.header("If-None-Match", "*");
        }
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    @DisplayName("lists keys and folders in order, page by page")
    void lists() {
        int many = 1000 * (pages() - 1) + 5;
        for (int i = 0; i < many; i++) {
            store.put(String.format(Locale.ROOT, "many/%04d/x", i), bytes("x"), "text/plain");
        }
        List<String> keys = new ArrayList<>();
        List<String> folders = new ArrayList<>();
        String next = null;
        int pages = 0;
        do {
            ObjectStore.Page page = store.list("many/", false, next);
            keys.addAll(page.keys());
            next = page.next();
            pages++;
        } while (next != null);
        do {
            ObjectStore.Page page = store.list("many/", true, next);
            folders.addAll(page.folders());
            next = page.next();
        } while (next != null);
        assertThat(pages).isEqualTo(pages());
        assertThat(keys).hasSize(many).isSorted().contains("many/0004/x");
        assertThat(folders).hasSize(many).contains("many/0000/");
        assertThat(store.list("nothing/", true, null).folders()).isEmpty();
        assertThat(store.listAfter("many/", "many/0002").folders())
                .as("a folder comes after the beginning of its name")
                .startsWith("many/0002/", "many/0003/");
        assertThat(store.listAfter("many/", "many/9").folders()).isEmpty();
    }

    @Test
    @DisplayName("I17 a link opens its key and ends in time")
    void links() throws Exception {
        store.put("linked", bytes("hello"), "text/plain");
        URI link = store.link("linked", Duration.ofSeconds(4)).url();
        assertThat(fetch(link).statusCode()).isEqualTo(200);
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (fetch(link).statusCode() != ended()) {
            assertThat(System.nanoTime()).as("expired in time").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private static HttpResponse<byte[]> fetch(URI uri) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }
}
