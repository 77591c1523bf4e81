package dev.minilab.client;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// Which of two queues a job waits in: people wait for the interactive one, nobody for the bulk one.
public enum Lane {
    INTERACTIVE,
    BULK,
    /// One that came after this version of the client. Never sent.
    @JsonEnumDefaultValue
    UNKNOWN;

    /// As it stands in requests and answers: the name in lower case.
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
