package dev.minilab.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells in our log when traces cannot be sent, once until they can again. Thread-safe.
final class TellingExporter implements SpanExporter {

    private static final Logger LOG = LoggerFactory.getLogger(Tracing.class);

    /// OpenTelemetry tells of every batch, past our log. Kept, since such a logger is forgotten with its level
    /// otherwise.
    private static final java.util.logging.Logger TALKATIVE = java.util.logging.Logger.getLogger("io.opentelemetry");

    private final SpanExporter exporter;
    private final AtomicBoolean away = new AtomicBoolean();

    TellingExporter(SpanExporter exporter) {
        this.exporter = exporter;
        TALKATIVE.setLevel(Level.OFF);
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans);
        return result.whenComplete(() -> tell(result, spans.size()));
    }

    private void tell(CompletableResultCode result, int spans) {
        if (result.isSuccess()) {
            if (away.compareAndSet(true, false)) {
                LOG.info("Traces can be sent again");
            }
        } else if (away.compareAndSet(false, true)) {
            Throwable why = result.getFailureThrowable();
            LOG.warn(
                    "Cannot send traces, {} steps are lost: {}",
                    spans,
                    why == null ? "no reason given" : why.toString());
        }
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
