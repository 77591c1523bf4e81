package dev.minilab.worker.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.egress.EgressException.Failure;
import dev.minilab.job.Delivery;
import dev.minilab.job.Delivery.State;
import dev.minilab.standalone.StateTable;
import dev.minilab.worker.webhook.DeliveryResult.Delivered;
import dev.minilab.worker.webhook.DeliveryResult.Gone;
import dev.minilab.worker.webhook.DeliveryResult.Refused;
import dev.minilab.worker.webhook.DeliveryResult.Skipped;
import dev.minilab.worker.webhook.DeliveryResult.Unanswered;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("I19 The states of an event are those of docs/states.md")
class DeliveryStatesTest {

    private static final Instant NOW = Instant.parse("2026-11-24T00:10:00Z");
    private static final WebhookSchedule SCHEDULE =
            new WebhookSchedule(List.of(Duration.ofSeconds(5), Duration.ofMinutes(5), Duration.ofMinutes(30)));
    private static final int LAST_STEP = 4;
    private static final List<DeliveryResult> TAKEN = List.of(new Delivered(200, ""), new Delivered(204, ""));
    private static final List<DeliveryResult> GONE = List.of(new Gone(410, ""));
    private static final List<DeliveryResult> REFUSED = List.of(
            new Refused(500, "", Optional.empty()),
            new Refused(301, "", Optional.empty()),
            new Refused(429, "", Optional.of(Duration.ofSeconds(9))),
            new Unanswered(Failure.TIMEOUT),
            new Skipped(Duration.ofMinutes(1)));

    /// Which step of the schedule an attempt is, 0 for none of it, and what may become of it.
    private record Event(int step, List<DeliveryResult> results) {}

    private static final Map<String, Event> EVENTS = Map.of(
            "2xx", new Event(2, TAKEN),
            "refused", new Event(2, REFUSED),
            "refused at the last step", new Event(LAST_STEP, REFUSED),
            "410", new Event(2, GONE),
            "redelivered, 2xx", new Event(1, TAKEN),
            "redelivered, refused", new Event(1, REFUSED),
            "to another URL",
                    new Event(
                            0,
                            Stream.of(TAKEN, REFUSED, GONE)
                                    .flatMap(List::stream)
                                    .toList()));

    @Test
    @DisplayName("every transition, and no other state")
    void walk() throws Exception {
        StateTable table = StateTable.read("states.md", "The event of a job that has ended");
        assertThat(table.columns()).containsExactlyInAnyOrderElementsOf(EVENTS.keySet());
        assertThat(table.rows().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(State.values()).map(State::wireName).toList());
        table.rows()
                .forEach((from, row) -> row.forEach((event, to) -> {
                    if (!to.equals("–")) {
                        Event happening = EVENTS.getOrDefault(event, new Event(0, List.of()));
                        assertThat(happening.results())
                                .as("%s, %s", from, event)
                                .isNotEmpty()
                                .allMatch(result ->
                                        after(from, happening.step(), result).equals(to));
                    }
                }));
    }

    private static String after(String from, int step, DeliveryResult result) {
        Delivery last = from.equals("pending") ? null : delivery(State.valueOf(from.toUpperCase(Locale.ROOT)));
        Attempt attempt = new Attempt(
                "msg_1", "job.succeeded", last == null ? 1 : 2, step, URI.create("https://example.com/"), last);
        return attempt.ended(NOW, Duration.ofMillis(9), result, SCHEDULE, NOW, new Random(7))
                .state()
                .wireName();
    }

    private static Delivery delivery(State state) {
        @Nullable Instant next = state == State.RETRYING ? NOW : null;
        return new Delivery(
                "msg_1", "job.succeeded", 1, 1, "https://example.com/", NOW, 9, 500, null, null, state, next);
    }
}
