package dev.minilab.standalone;

import dev.minilab.strict.HttpRelay;
import dev.minilab.strict.SqsStrict;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The queue keeps its contract on what answers as SQS does")
class StrictQueueTest extends EmbeddedQueueTest {

    /// Duplicates would count as messages here; `SqsStrictTest` and the end-to-end tests have them.
    private static final SqsStrict.Rates NONE = new SqsStrict.Rates(0, 0);

    @SuppressWarnings("NullAway.Init") // Set when the tests start.
    private HttpRelay relay;

    @Override
    URI endpoint(URI server) throws IOException {
        relay = new HttpRelay(server, new SqsStrict(NONE, 1, InstantSource.system()));
        return relay.uri();
    }

    @Override
    void stop() throws Exception {
        super.stop();
        relay.close();
    }
}
