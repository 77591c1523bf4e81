package dev.minilab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.minilab.FakeServer;
import dev.minilab.FakeServer.Answer;
import dev.minilab.config.Secret;
import dev.minilab.config.TracingConfig;
import dev.minilab.job.JobId;
import dev.minilab.job.TraceParent;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@DisplayName("Traces")
@Timeout(60)
class TracingTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SAMPLED = "00-" + TRACE + "-b7ad6b7169203331-01";
    private static final String UNSAMPLED = "00-" + TRACE + "-b7ad6b7169203331-00";
    private static final TraceParent ITS = TraceParent.parse(SAMPLED).orElseThrow();
    private static final TraceParent OTHER = TraceParent.of(JobId.create(Instant.EPOCH));

    /// Keeps what is exported.
    private static final class Kept implements SpanExporter {
        private final List<SpanData> spans = new CopyOnWriteArrayList<>();

        @Override
        public CompletableResultCode export(Collection<SpanData> more) {
            spans.addAll(more);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    private final Kept kept = new Kept();
    private Tracing.@Nullable Running running;

    private static TracingConfig config(@Nullable URI endpoint) {
        return new TracingConfig(endpoint, Map.of(), Map.of(), 1);
    }

    private void start() {
        running = Tracing.start(config(null), "test", kept);
    }

    @AfterEach
    void stop() {
        if (running != null) {
            running.close();
        }
        running = null;
    }

    /// What was made, by name; the last of it is sent when traces end.
    private Map<String, SpanData> made() {
        stop();
        return kept.spans.stream().collect(Collectors.toMap(SpanData::getName, Function.identity()));
    }

    private static SpanData named(Map<String, SpanData> made, String name) {
        return Objects.requireNonNull(made.get(name), name);
    }

    @Test
    @DisplayName("are off until a collector is configured: no step is of any, and nothing is told to anybody")
    void off() {
        try (var off = Tracing.start(config(null), "test");
                Step request = Tracing.serve("GET", SAMPLED);
                Step within = Tracing.within(SAMPLED);
                Step work = Tracing.receive("jobs", "m1", SAMPLED);
                Step send = Tracing.send("jobs");
                Step stage = Tracing.stage("fetch");
                Step call = Tracing.call("deliver", "example.com", OTHER)) {
            assertThat(off).isNotNull();
            assertThat(Tracing.on()).isFalse();
            assertThat(Tracing.current()).isNull();
            assertThat(MDC.get(Step.TRACE_ID)).isNull();
            assertThat(List.of(request, within, work, send, stage, call)).containsOnly(Step.NONE);
            assertThat(call.traceparent()).isNull();
        }
    }

    @Test
    @DisplayName("one from a request over a message and a stage to a call, each step below the one before")
    void oneTrace() {
        start();
        String message;
        try (Step request = Tracing.serve("POST", SAMPLED)) {
            request.rename("POST /v1/jobs");
            try (Step send = Tracing.send("jobs")) {
                message = send.traceparent();
            }
        }
        try (Step work = Tracing.receive("jobs", "m1", message)) {
            work.note("n", 3);
            Tracing.note("minilab.job.id", "job_1");
            try (Step stage = Tracing.stage("announce")) {
                assertThat(stage.traceparent()).isEqualTo(Tracing.current());
                try (Step call = Tracing.call("deliver webhook", "example.com", ITS)) {
                    call.fail("timeout");
                }
            }
        }
        Map<String, SpanData> made = made();
        assertThat(made.values()).extracting(SpanData::getTraceId).containsOnly(TRACE);
        assertThat(named(made, "POST /v1/jobs").getParentSpanId()).isEqualTo("b7ad6b7169203331");
        List<String> path = List.of("POST /v1/jobs", "send jobs", "process jobs", "announce", "deliver webhook");
        assertThat(made).containsOnlyKeys(path);
        for (int i = 1; i < path.size(); i++) {
            assertThat(named(made, path.get(i)).getParentSpanId())
                    .as(path.get(i))
                    .isEqualTo(named(made, path.get(i - 1)).getSpanId());
        }
        assertThat(path.stream().map(name -> named(made, name).getKind()))
                .containsExactly(
                        SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER, SpanKind.INTERNAL, SpanKind.CLIENT);
        SpanData work = named(made, "process jobs");
        assertThat(work.getAttributes().get(AttributeKey.longKey("n"))).isEqualTo(3);
        assertThat(work.getAttributes().get(AttributeKey.stringKey("minilab.job.id")))
                .isEqualTo("job_1");
        assertThat(work.getResource().getAttribute(AttributeKey.stringKey("service.name")))
                .isEqualTo("test");
        assertThat(named(made, "deliver webhook").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {"", "nonsense", "00-" + TRACE + "-0000000000000000-01", "ff-" + TRACE + "-b7ad6b7169203331-01"})
    @DisplayName("a traceparent that is none begins a new one for a request, and none for a message")
    void badTraceparent(@Nullable String traceparent) {
        start();
        try (Step work = Tracing.receive("jobs", "m1", traceparent);
                Step within = Tracing.within(traceparent);
                Step stage = Tracing.stage("fetch");
                Step send = Tracing.send("jobs")) {
            assertThat(List.of(work, within, stage, send)).containsOnly(Step.NONE);
        }
        try (Step request = Tracing.serve("GET", traceparent)) {
            assertThat(TraceParent.parse(String.valueOf(request.traceparent())))
                    .hasValueSatisfying(made -> assertThat(made.traceId()).isNotEqualTo(TRACE));
        }
        assertThat(made()).containsOnlyKeys("GET");
    }

    @Test
    @DisplayName("of which the caller keeps nothing are not kept here, and go on as such")
    void unsampled() {
        start();
        try (Step request = Tracing.serve("GET", UNSAMPLED);
                Step send = Tracing.send("jobs")) {
            assertThat(request.traceparent()).startsWith("00-" + TRACE).endsWith("-00");
            assertThat(send.traceparent()).endsWith("-00");
        }
        assertThat(made()).isEmpty();
    }

    @Test
    @DisplayName(
            "a message that is sent once more goes on with the trace of its job; a call of its own, with the job's")
    void again() {
        start();
        try (var _ = Tracing.within(SAMPLED);
                Step send = Tracing.send("jobs")) {
            assertThat(send.traceparent()).contains(TRACE);
        }
        try (Step call = Tracing.call("deliver webhook", null, OTHER)) {
            assertThat(call.traceparent()).contains(OTHER.traceId());
        }
        Map<String, SpanData> made = made();
        assertThat(named(made, "send jobs").getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(named(made, "deliver webhook").getParentSpanId()).isEqualTo(OTHER.parentId());
    }

    @Test
    @DisplayName("give their id to the lines that are logged meanwhile")
    void logs() {
        start();
        try (Step _ = Tracing.serve("GET", SAMPLED)) {
            assertThat(MDC.get(Step.TRACE_ID)).isEqualTo(TRACE);
            try (Step _ = Tracing.within(OTHER.toString());
                    Step _ = Tracing.resume(SAMPLED)) {
                assertThat(MDC.get(Step.TRACE_ID)).isEqualTo(OTHER.traceId());
            }
            assertThat(MDC.get(Step.TRACE_ID)).isEqualTo(TRACE);
        }
        assertThat(MDC.get(Step.TRACE_ID)).isNull();
        assertThat(Tracing.current()).isNull();
    }

    @Test
    @DisplayName("are begun once in a process")
    void once() {
        start();
        assertThatIllegalStateException().isThrownBy(this::start);
    }

    private static ListAppender<ILoggingEvent> log() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        ((Logger) LoggerFactory.getLogger(Tracing.class)).addAppender(log);
        return log;
    }

    @Test
    @DisplayName(
            "a collector that is away, or that never answers, holds up nobody, is told of in few words, and ends in time")
    void collectorAway() throws Exception {
        ListAppender<ILoggingEvent> log = log();
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI mute = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/v1/traces");
            for (URI away : List.of(URI.create("http://127.0.0.1:1/v1/traces"), mute)) {
                running = Tracing.start(config(away), "test");
                for (int i = 0; i < 10_000; i++) {
                    Tracing.serve("GET", null).close();
                }
                stop();
            }
        } finally {
            ((Logger) LoggerFactory.getLogger(Tracing.class)).detachAppender(log);
        }
        assertThat(log.list)
                .hasSizeLessThan(20)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.contains("Failed to export") && line.contains("ConnectException"));
    }

    @Test
    @DisplayName("go to the collector as OTLP, with the headers that are set")
    void exported() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        try (FakeServer collector = new FakeServer()) {
            collector.answer(_ -> {
                arrived.countDown();
                return new Answer(200, "application/x-protobuf", "");
            });
            running = Tracing.start(
                    new TracingConfig(
                            collector.uri().resolve("/v1/traces"),
                            Map.of("x-key", new Secret("hush")),
                            Map.of("service.name", "named"),
                            1),
                    "test");
            Tracing.serve("GET", SAMPLED).close();
            stop();
            assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
            FakeServer.Request request = collector.requests().getFirst();
            assertThat(request.uri()).hasPath("/v1/traces");
            assertThat(request.header("x-key")).containsExactly("hush");
            assertThat(request.header("Content-Type")).containsExactly("application/x-protobuf");
            assertThat(request.text()).contains("named").doesNotContain("\u0004test");
        }
    }
}
