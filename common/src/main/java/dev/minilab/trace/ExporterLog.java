package dev.minilab.trace;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/// Brings what OpenTelemetry has to complain of into our log, as lines without stacks. It complains of a collector that
/// is away five times, and from then on once a minute. Thread-safe.
final class ExporterLog extends Handler {

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(Tracing.class);

    /// Kept, since such a logger is forgotten with its handlers otherwise.
    private static final Logger THEIRS = Logger.getLogger("io.opentelemetry");

    private ExporterLog() {
        setFormatter(new SimpleFormatter());
        setLevel(Level.WARNING);
    }

    static synchronized void listen() {
        if (THEIRS.getUseParentHandlers()) {
            THEIRS.setUseParentHandlers(false);
            THEIRS.addHandler(new ExporterLog());
        }
    }

    @Override
    public void publish(LogRecord record) {
        if (isLoggable(record)) {
            String why = record.getThrown() == null ? "" : " (" + said(record.getThrown()) + ")";
            LOG.warn("Traces: {}{}", getFormatter().formatMessage(record), why);
        }
    }

    /// Not what was wrong with an argument: that may be a header, and its value a key.
    private static String said(Throwable thrown) {
        return thrown instanceof IllegalArgumentException ? thrown.getClass().getSimpleName() : thrown.toString();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
