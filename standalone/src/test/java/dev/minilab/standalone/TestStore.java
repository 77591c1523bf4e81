package dev.minilab.standalone;

import dev.minilab.config.Config;
import dev.minilab.store.ObjectStore;
import dev.minilab.strict.HttpRelay;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// An embedded store on a folder, with its bucket made and perhaps a filter before it, for tests in this JVM.
public final class TestStore implements AutoCloseable {

    private final EmbeddedStore server;
    private final HttpRelay relay;
    private final ObjectStore store;

    private TestStore(EmbeddedStore server, HttpRelay relay, ObjectStore store) {
        this.server = server;
        this.relay = relay;
        this.store = store;
    }

    public static TestStore start(Path folder) throws Exception {
        return start(folder, HttpRelay.Filter.NONE);
    }

    public static TestStore start(Path folder, HttpRelay.Filter filter) throws Exception {
        var secrets = new DataFolder.Secrets("minilab", "a-secret", "");
        EmbeddedStore server = EmbeddedStore.start(folder, "127.0.0.1", 0, secrets);
        HttpRelay relay = new HttpRelay(server.endpoint(), filter);
        Map<String, String> env = new TreeMap<>(Map.of(
                "MINILAB_S3_ENDPOINT",
                        (filter.equals(HttpRelay.Filter.NONE) ? server.endpoint() : relay.uri()).toString(),
                "MINILAB_S3_ACCESS_KEY_ID", secrets.accessKeyId(),
                "MINILAB_S3_SECRET_ACCESS_KEY", secrets.secretAccessKey()));
        ObjectStore store = new ObjectStore(Config.load(env).store());
        store.createBucket();
        return new TestStore(server, relay, store);
    }

    public ObjectStore store() {
        return store;
    }

    /// Where the filter listens.
    public URI relay() {
        return relay.uri();
    }

    @Override
    public void close() throws IOException {
        store.close();
        relay.close();
        server.close();
    }
}
