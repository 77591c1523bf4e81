package dev.minilab.worker.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.Delivery;
import dev.minilab.worker.webhook.Receivers.Admission;
import dev.minilab.worker.webhook.Receivers.Admission.Busy;
import dev.minilab.worker.webhook.Receivers.Admission.Granted;
import dev.minilab.worker.webhook.Receivers.Admission.Paused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("F29 Receivers are spared, and those that only fail hold up nobody")
class ReceiversTest {

    private final List<String> events = new ArrayList<>();
    private long now = 1;
    private final Receivers receivers = new Receivers(
            new DeliveryEvents() {
                @Override
                public void attempted(String host, Delivery delivery) {
                    events.add("attempted " + host);
                }

                @Override
                public void paused(String host, Duration pause) {
                    events.add("paused " + host + " " + pause.toSeconds());
                }

                @Override
                public void resumed(String host) {
                    events.add("resumed " + host);
                }
            },
            () -> now,
            Duration.ZERO);

    private void attempt(String host, boolean works) throws InterruptedException {
        receivers.leave((Granted) receivers.enter(host, false), works);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void failUntilPaused() throws InterruptedException {
        for (int i = 0; i < Receivers.FAILURES_TO_PAUSE; i++) {
            attempt("a.example", false);
        }
    }

    @Test
    @DisplayName("eight attempts at once to one host, while another has its own eight")
    void bounded() throws Exception {
        List<Admission> held = new ArrayList<>();
        for (int i = 0; i < Receivers.AT_ONCE; i++) {
            held.add(receivers.enter("a.example", false));
        }
        assertThat(held).allMatch(Granted.class::isInstance);
        assertThat(receivers.enter("a.example", true)).isEqualTo(new Busy());
        assertThat(receivers.enter("b.example", false)).isInstanceOf(Granted.class);
        receivers.leave((Granted) held.getFirst(), true);
        assertThat(receivers.enter("a.example", false)).isInstanceOf(Granted.class);
    }

    @Test
    @DisplayName("ten failures in a row pause a host, and are said once; others go on")
    void pauses() throws Exception {
        for (int i = 0; i < Receivers.FAILURES_TO_PAUSE - 1; i++) {
            attempt("a.example", false);
        }
        attempt("a.example", true); // Not in a row.
        failUntilPaused();
        assertThat(receivers.enter("a.example", false)).isEqualTo(new Paused(Duration.ofMinutes(1)));
        pass(Duration.ofSeconds(20));
        assertThat(receivers.enter("a.example", false)).isEqualTo(new Paused(Duration.ofSeconds(40)));
        assertThat(receivers.enter("b.example", false)).isInstanceOf(Granted.class);
        assertThat(events).containsExactly("paused a.example 60");
    }

    @Test
    @DisplayName("after the pause one attempt goes through; while those fail the pauses double up to 15 minutes")
    void probes() throws Exception {
        failUntilPaused();
        for (long seconds : new long[] {60, 120, 240, 480, 900, 900}) {
            pass(Duration.ofSeconds(seconds));
            Admission probe = receivers.enter("a.example", false);
            assertThat(probe).isInstanceOf(Granted.class);
            assertThat(receivers.enter("a.example", false)).as("one at a time").isInstanceOf(Paused.class);
            receivers.leave((Granted) probe, false);
        }
        assertThat(events)
                .containsExactly(
                        "paused a.example 60",
                        "paused a.example 120",
                        "paused a.example 240",
                        "paused a.example 480",
                        "paused a.example 900",
                        "paused a.example 900",
                        "paused a.example 900");
    }

    @Test
    @DisplayName("a host that works again gets everything at once")
    void resumes() throws Exception {
        failUntilPaused();
        pass(Duration.ofMinutes(1));
        attempt("a.example", true);
        attempt("a.example", false);
        assertThat(receivers.enter("a.example", false)).isInstanceOf(Granted.class);
        assertThat(events).containsExactly("paused a.example 60", "resumed a.example");
    }

    @Test
    @DisplayName("who insists goes through a pause, and ends it by success")
    void insists() throws Exception {
        failUntilPaused();
        receivers.leave((Granted) receivers.enter("a.example", true), false);
        assertThat(receivers.enter("a.example", false)).isInstanceOf(Paused.class);
        receivers.leave((Granted) receivers.enter("a.example", true), true);
        attempt("a.example", true);
        assertThat(events).containsExactly("paused a.example 60", "resumed a.example");
    }

    @Test
    @DisplayName("failures of attempts that were under way together pause once, and for the first time only")
    void together() throws Exception {
        for (int i = 0; i < Receivers.FAILURES_TO_PAUSE - 1; i++) {
            attempt("a.example", false);
        }
        List<Admission> held = new ArrayList<>();
        for (int i = 0; i < Receivers.AT_ONCE; i++) {
            held.add(receivers.enter("a.example", false));
        }
        held.forEach(one -> receivers.leave((Granted) one, false));
        assertThat(events).containsExactly("paused a.example 60");
    }

    @Test
    @DisplayName("hosts that nobody calls are forgotten, so that strangers cannot fill the memory with names")
    void forgets() throws Exception {
        failUntilPaused();
        for (int i = 0; i < 10_001; i++) {
            attempt("h" + i + ".example", true);
        }
        assertThat(receivers.enter("a.example", false)).isInstanceOf(Granted.class);
    }
}
