package dev.minilab.standalone;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The object store keeps its contract on the embedded S3")
class EmbeddedStoreTest extends StoreContract {

    @Override
    TestStore start(Path folder) throws Exception {
        return TestStore.start(folder);
    }
}
