package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Which of two queues a job waits in: people wait for the interactive one, nobody for the bulk one.
public enum Lane {
    INTERACTIVE,
    BULK;

    /// The name in requests and answers: `interactive`, `bulk`.
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Lane> ofWireName(String name) {
        return Stream.of(values()).filter(l -> l.wireName().equals(name)).findFirst();
    }

    @JsonCreator
    static Lane read(String name) {
        return ofWireName(name).orElseThrow(() -> new IllegalArgumentException("not a lane"));
    }
}
