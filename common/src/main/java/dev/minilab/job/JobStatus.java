package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/// Where a job is. A terminal status never changes.
public enum JobStatus {
    QUEUED,
    PROCESSING,
    SUCCEEDED,
    PARTIALLY_SUCCEEDED,
    FAILED,
    CANCELED,
    EXPIRED;

    public boolean terminal() {
        return this != QUEUED && this != PROCESSING;
    }

    /// The webhook event that announces a terminal status: `job.succeeded`, …
    public String event() {
        return "job." + wireName();
    }

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static JobStatus ofWireName(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
