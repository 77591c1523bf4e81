package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// The id of a worker's process: `wrk_` and a ULID that begins with the time of its start. Immutable.
public record WorkerId(@JsonValue String value) {

    private static final String PREFIX = "wrk_";
    private static final Pattern GRAMMAR = Pattern.compile(PREFIX + Ulid.GRAMMAR);

    /// @throws IllegalArgumentException if `value` is not the id of a worker
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public WorkerId {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new IllegalArgumentException("not the id of a worker");
        }
    }

    public static WorkerId create(Instant now) {
        return new WorkerId(PREFIX + Ulid.create(now, new SecureRandom()));
    }

    /// The id, or nothing when the text is not one.
    public static Optional<WorkerId> parse(String text) {
        return GRAMMAR.matcher(text).matches() ? Optional.of(new WorkerId(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
