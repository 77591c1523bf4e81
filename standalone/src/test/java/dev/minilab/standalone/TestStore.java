package dev.minilab.standalone;

import dev.minilab.config.Config;
import dev.minilab.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// An embedded store on a folder, with its bucket made, for tests in this JVM.
public final class TestStore implements AutoCloseable {

    private final EmbeddedStore server;
    private final ObjectStore store;

    private TestStore(EmbeddedStore server, ObjectStore store) {
        this.server = server;
        this.store = store;
    }

    public static TestStore start(Path folder) throws Exception {
        var secrets = new DataFolder.Secrets("minilab", "a-secret", "");
        EmbeddedStore server = EmbeddedStore.start(folder, "127.0.0.1", 0, secrets);
        Map<String, String> env = new TreeMap<>(Map.of(
                "MINILAB_S3_ENDPOINT", server.endpoint().toString(),
                "MINILAB_S3_ACCESS_KEY_ID", secrets.accessKeyId(),
                "MINILAB_S3_SECRET_ACCESS_KEY", secrets.secretAccessKey()));
        ObjectStore store = new ObjectStore(Config.load(env).store());
        store.createBucket();
        return new TestStore(server, store);
    }

    public ObjectStore store() {
        return store;
    }

    @Override
    public void close() throws IOException {
        store.close();
        server.close();
    }
}
