package dev.minilab.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("traceparent")
class TraceParentTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-" + TRACE + "-b7ad6b7169203331-01",
                "00-" + TRACE + "-b7ad6b7169203331-03",
                "cc-" + TRACE + "-b7ad6b7169203331-01-what-the-future-holds"
            })
    @DisplayName("is read as the specification has it, later versions too")
    void reads(String header) {
        assertThat(TraceParent.parse(header)).contains(new TraceParent(TRACE, "b7ad6b7169203331", true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-" + TRACE + "-b7ad6b7169203331-01",
                "00-" + TRACE + "-b7ad6b7169203331-01-more",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-" + TRACE + "-b7ad6b7169203331-1\n"
            })
    @DisplayName("that is none is as good as none")
    void ignores(String header) {
        assertThat(TraceParent.parse(header)).isEmpty();
    }

    @Test
    @DisplayName("goes on with another step of the same trace; a job has a trace of its own, always the same")
    void goesOn() {
        TraceParent given =
                TraceParent.parse("00-" + TRACE + "-b7ad6b7169203331-00").orElseThrow();
        TraceParent next = given.child(new Random(1));
        assertThat(next.traceId()).isEqualTo(TRACE);
        assertThat(next.parentId()).isNotEqualTo(given.parentId());
        assertThat(next.sampled()).isFalse();
        assertThat(TraceParent.parse(next.toString())).contains(next);
        JobId job = JobId.create(Instant.parse("2026-11-24T10:00:00Z"));
        assertThat(TraceParent.of(job)).isEqualTo(TraceParent.of(job));
        assertThat(TraceParent.parse(TraceParent.of(job).toString())).contains(TraceParent.of(job));
    }
}
