package dev.minilab.standalone;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.minilab.cli.ProgressBar;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/// Sets logging up, for every command: to standard error, as text on a terminal and as one JSON object a line
/// elsewhere, with the job's id, without the query strings of URLs (they hold signatures) and without keys and
/// secrets.
///
/// `MINILAB_LOG_FORMAT` is `text` or `json`, `MINILAB_LOG_LEVEL` a level for Minilab's own loggers. Found by Logback
/// through its service file; libraries speak from `WARN` up.
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {

    private static final String TEXT =
            "%d{HH:mm:ss.SSS} %highlight(%-5level) %logger{0}%replace( [%X{job}]){' \\[\\]', ''} %msg %kvp%n";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Map<String, String> env = System.getenv();
        String format = env.getOrDefault("MINILAB_LOG_FORMAT", ProgressBar.onTerminal() ? "text" : "json");
        Encoder<ILoggingEvent> encoder = new Redacting(format.equals("text") ? text(context) : json(context));
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        context.getLogger("ROOT").setLevel(Level.WARN);
        context.getLogger("ROOT").addAppender(appender);
        // It warns of its own shutdown hook, which we switch off.
        context.getLogger("org.apache.pekko").setLevel(Level.ERROR);
        context.getLogger("dev.minilab")
                .setLevel(Level.toLevel(
                        env.getOrDefault("MINILAB_LOG_LEVEL", "info").toUpperCase(Locale.ROOT), Level.INFO));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// From now on only warnings are told.
    static void quiet() {
        ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLogger("dev.minilab")
                .setLevel(Level.WARN);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(TEXT);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithContext(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithThreadName(false);
        encoder.setWithArguments(false);
        encoder.setWithMessage(false);
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return encoder;
    }

    /// Passes on what another encoder wrote, without what must not be read.
    static final class Redacting extends EncoderBase<ILoggingEvent> {
        private static final Pattern QUERY = Pattern.compile("(https?://[^\\s?\"'<>]+)\\?[^\\s\"'<>\\\\]*");
        private static final Pattern SECRET = Pattern.compile("(whsec_|whsk_|mlk_)[A-Za-z0-9+/=_-]{6,}");

        private final Encoder<ILoggingEvent> encoder;

        Redacting(Encoder<ILoggingEvent> encoder) {
            this.encoder = encoder;
        }

        @Override
        public byte[] headerBytes() {
            return encoder.headerBytes();
        }

        @Override
        public byte[] encode(ILoggingEvent event) {
            return redact(new String(encoder.encode(event), StandardCharsets.UTF_8))
                    .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] footerBytes() {
            return encoder.footerBytes();
        }

        static String redact(String line) {
            String withoutQueries = QUERY.matcher(line).replaceAll("$1?…");
            return SECRET.matcher(withoutQueries).replaceAll("$1…");
        }
    }
}
