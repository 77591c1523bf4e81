package dev.minilab.client;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// Where a job stands. Terminal ones never change.
public enum JobStatus {
    QUEUED,
    PROCESSING,
    SUCCEEDED,
    /// Some outputs were made and others were not.
    PARTIALLY_SUCCEEDED,
    FAILED,
    CANCELED,
    /// Its deadline came first.
    EXPIRED,
    /// One that came after this version of the client; taken as not terminal.
    @JsonEnumDefaultValue
    UNKNOWN;

    /// As it stands in answers: the name in lower case.
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean terminal() {
        return switch (this) {
            case QUEUED, PROCESSING, UNKNOWN -> false;
            case SUCCEEDED, PARTIALLY_SUCCEEDED, FAILED, CANCELED, EXPIRED -> true;
        };
    }
}
