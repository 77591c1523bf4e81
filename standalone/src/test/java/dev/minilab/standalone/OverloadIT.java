package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.worker.Worker;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Overload")
@Tag("long")
@Tag("faults")
@Timeout(300)
class OverloadIT {

    private static final int UPLOADS = 160;
    private static final int CLIENTS = 32;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    @DisplayName("F34, I22 eight times the clients that it has permits for: accepted or told to wait, never an error;"
            + " what was accepted ends")
    void overload() throws Exception {
        byte[] image = Images.jpeg(300, 200);
        List<Future<HttpResponse<byte[]>>> uploads = new ArrayList<>();
        try (LocalPair pair = LocalPair.start(Map.of());
                Worker _ = pair.startWorker()) {
            try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
                for (int i = 0; i < UPLOADS; i++) {
                    uploads.add(clients.submit(() -> pair.client().post("/v1/jobs", "image/jpeg", image)));
                }
            }
            List<String> accepted = new ArrayList<>();
            for (Future<HttpResponse<byte[]>> upload : uploads) {
                HttpResponse<byte[]> answer = upload.get();
                assertThat(answer.statusCode()).as(Client.text(answer)).isIn(202, 429, 503);
                if (answer.statusCode() == 202) {
                    accepted.add(Client.id(answer));
                } else {
                    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                }
            }
            assertThat(accepted).isNotEmpty();
            for (String id : accepted) {
                assertThat(pair.client()
                                .awaitTerminal(id, PATIENCE)
                                .path("status")
                                .asString(""))
                        .isEqualTo("succeeded");
            }
        }
    }
}
