package dev.minilab.standalone;

import dev.minilab.strict.R2Strict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The object store keeps its contract on what answers as R2 does")
class StrictStoreTest extends StoreContract {

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    @Override
    TestStore start(Path folder) throws Exception {
        return TestStore.start(folder, new R2Strict(() -> Instant.now().plus(ahead.get())));
    }

    /// R2: `ExpiredRequest` is a 400.
    @Override
    int ended() {
        return 400;
    }

    /// R2: one write a second to one key.
    @Override
    void nextWrite() {
        ahead.updateAndGet(time -> time.plusSeconds(1));
    }

    /// R2: sixteen at once are fifteen too many in this second, and the SDK tries each some times more.
    @Override
    boolean throttles() {
        return true;
    }

    /// Listings are those of the store behind, which is shown to page by itself.
    @Override
    int pages() {
        return 1;
    }

    /// The tries take seconds.
    @Override
    int races() {
        return 1;
    }
}
