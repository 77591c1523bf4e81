package dev.minilab.trace;

import dev.minilab.job.TraceParent;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/// One step of a trace, a span, from when it is begun until it is closed. Meanwhile it is what its thread is about:
/// steps that the thread begins are below it, and the lines that it logs bear the trace's id.
///
/// For the thread that began it, which closes its steps in the opposite order.
public final class Step implements AutoCloseable {

    /// The key of the trace's id in logs.
    public static final String TRACE_ID = "trace_id";

    /// A step of no trace.
    static final Step NONE = new Step(Span.getInvalid(), () -> {});

    private final Span span;
    private final Runnable leave;

    private Step(Span span, Runnable leave) {
        this.span = span;
        this.leave = leave;
    }

    @SuppressWarnings("MustBeClosedChecker") // Closed by the step.
    static Step enter(Span span) {
        var scope = Context.current().with(span).makeCurrent();
        String before = MDC.get(TRACE_ID);
        MDC.put(TRACE_ID, span.getSpanContext().getTraceId());
        return new Step(span, () -> {
            scope.close();
            if (before == null) {
                MDC.remove(TRACE_ID);
            } else {
                MDC.put(TRACE_ID, before);
            }
        });
    }

    /// As the header `traceparent` has it, for whoever goes on with the trace; nothing if there is none.
    public @Nullable String traceparent() {
        return traceparent(span.getSpanContext());
    }

    static @Nullable String traceparent(SpanContext context) {
        return context.isValid()
                ? new TraceParent(context.getTraceId(), context.getSpanId(), context.isSampled()).toString()
                : null;
    }

    /// Gives it another name.
    public void rename(String name) {
        span.updateName(name);
    }

    /// Notes what it was about.
    public Step note(String attribute, String value) {
        span.setAttribute(attribute, value);
        return this;
    }

    /// Notes a number.
    public Step note(String attribute, long value) {
        span.setAttribute(attribute, value);
        return this;
    }

    /// Notes that it went wrong, in a word or a class name of few: details are for the log.
    public void fail(String why) {
        span.setStatus(StatusCode.ERROR).setAttribute("error.type", why);
    }

    @Override
    public void close() {
        leave.run();
        span.end();
    }
}
