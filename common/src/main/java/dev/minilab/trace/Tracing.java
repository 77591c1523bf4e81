package dev.minilab.trace;

import dev.minilab.config.TracingConfig;
import dev.minilab.job.TraceParent;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The steps of traces that this process makes, once for all its parts: a process has one tracer, as it has one log.
/// Until [#start] finds a collector configured, steps are of no trace and cost nothing.
///
/// A trace goes from process to process as a `traceparent` (<https://www.w3.org/TR/trace-context-1/>): in headers, in
/// an attribute of messages, and in `accepted.json` for whoever sends a message once more. Names of steps and of what
/// they note follow <https://opentelemetry.io/docs/specs/semconv/>. Thread-safe; steps belong to their threads.
public final class Tracing {

    private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);

    private static volatile @Nullable Tracer tracer;

    private Tracing() {}

    /// What ends the traces of this process when it is closed: the last steps are sent within three seconds, or lost.
    @FunctionalInterface
    public interface Running extends AutoCloseable {
        @Override
        void close();
    }

    /// Begins to make traces, if a collector is configured; to be called once, before there are parts to trace. A
    /// collector that is away costs its steps and nothing else: they wait in a queue of bounded length.
    ///
    /// @param service what this process is called unless the configuration tells
    public static Running start(TracingConfig config, String service) {
        URI endpoint = config.endpoint();
        return endpoint == null ? () -> {} : start(config, service, exporter(config, endpoint));
    }

    static Running start(TracingConfig config, String service, SpanExporter exporter) {
        if (on()) {
            throw new IllegalStateException("traces are made already");
        }
        ExporterLog.listen();
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(resource(config, service))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.ratio())))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setExporterTimeout(EXPORT_TIMEOUT)
                        .build())
                .build();
        tracer = provider.get("dev.minilab");
        return () -> {
            tracer = null;
            provider.shutdown().join(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        };
    }

    private static SpanExporter exporter(TracingConfig config, URI endpoint) {
        var builder = OtlpHttpSpanExporter.builder()
                .setEndpoint(endpoint.toString())
                .setTimeout(EXPORT_TIMEOUT)
                .setConnectTimeout(EXPORT_TIMEOUT);
        config.headers().forEach((name, value) -> builder.addHeader(name, value.value()));
        return builder.build();
    }

    private static Resource resource(TracingConfig config, String service) {
        var attributes = Resource.getDefault().toBuilder()
                .put("service.name", service)
                .put(
                        "service.version",
                        Optional.ofNullable(Tracing.class.getPackage().getImplementationVersion())
                                .orElse("development"));
        config.resource().forEach((name, value) -> attributes.put(AttributeKey.stringKey(name), value));
        return attributes.build();
    }

    /// Whether traces are made.
    public static boolean on() {
        return tracer != null;
    }

    /// Answering a request: in the trace of whoever makes it, or a new one.
    ///
    /// @param traceparent the header, if there is one; one that is none is passed over
    public static Step serve(String name, @Nullable String traceparent) {
        return begin(name, SpanKind.SERVER, remote(traceparent).orElse(Context.root()));
    }

    /// Sending a message, if that is part of a trace.
    public static Step send(String queue) {
        return below("send " + queue, SpanKind.PRODUCER)
                .note("messaging.system", "aws_sqs")
                .note("messaging.operation.type", "send")
                .note("messaging.destination.name", queue);
    }

    /// Working on a message, if its sending was part of a trace.
    ///
    /// @param traceparent what came with it
    public static Step receive(String queue, String message, @Nullable String traceparent) {
        return remote(traceparent)
                .map(parent -> begin("process " + queue, SpanKind.CONSUMER, parent)
                        .note("messaging.system", "aws_sqs")
                        .note("messaging.operation.type", "process")
                        .note("messaging.destination.name", queue)
                        .note("messaging.message.id", message))
                .orElse(Step.NONE);
    }

    /// A part of what this thread is about, if that is part of a trace.
    public static Step stage(String name) {
        return below(name, SpanKind.INTERNAL);
    }

    /// Calling a receiver, in a trace: below what this thread is about if that is part of it.
    public static Step call(String name, @Nullable String host, TraceParent its) {
        if (!on()) {
            return Step.NONE;
        }
        String trace = Span.current().getSpanContext().getTraceId();
        Context parent = trace.equals(its.traceId()) ? Context.current() : remote(its);
        Step step = begin(name, SpanKind.CLIENT, parent).note("http.request.method", "POST");
        return host == null ? step : step.note("server.address", host);
    }

    /// [#within] a trace, unless this thread is in one already.
    public static Step resume(@Nullable String traceparent) {
        return current() == null ? within(traceparent) : Step.NONE;
    }

    /// Goes on with a trace, without a step of its own.
    public static Step within(@Nullable String traceparent) {
        return remote(traceparent).map(Span::fromContext).map(Step::enter).orElse(Step.NONE);
    }

    /// The step that this thread is at, as the header `traceparent` has it; nothing if it is at none.
    public static @Nullable String current() {
        return on() ? Step.traceparent(Span.current().getSpanContext()) : null;
    }

    /// Notes something at the step that this thread is at.
    public static void note(String attribute, String value) {
        if (on()) {
            Span.current().setAttribute(attribute, value);
        }
    }

    private static Step below(String name, SpanKind kind) {
        return current() == null ? Step.NONE : begin(name, kind, Context.current());
    }

    private static Step begin(String name, SpanKind kind, Context parent) {
        Tracer running = tracer;
        return running == null
                ? Step.NONE
                : Step.enter(running.spanBuilder(name)
                        .setSpanKind(kind)
                        .setParent(parent)
                        .startSpan());
    }

    private static Optional<Context> remote(@Nullable String traceparent) {
        return on()
                ? Optional.ofNullable(traceparent).flatMap(TraceParent::parse).map(Tracing::remote)
                : Optional.empty();
    }

    private static Context remote(TraceParent parent) {
        TraceFlags flags = parent.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault();
        return Context.root()
                .with(Span.wrap(SpanContext.createFromRemoteParent(
                        parent.traceId(), parent.parentId(), flags, TraceState.getDefault())));
    }
}
