package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// The id of a direct upload: `upl_` and a ULID that begins with the time at which it was asked for. Immutable.
public record UploadId(@JsonValue String value) {

    private static final String PREFIX = "upl_";
    private static final Pattern GRAMMAR = Pattern.compile(PREFIX + Ulid.GRAMMAR);
    private static final SecureRandom RANDOM = new SecureRandom();

    /// @throws IllegalArgumentException if `value` is not the id of an upload
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public UploadId {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new IllegalArgumentException("not the id of an upload");
        }
    }

    public static UploadId create(Instant now) {
        return new UploadId(PREFIX + Ulid.create(now, RANDOM));
    }

    /// The id, or nothing when the text is not one.
    public static Optional<UploadId> parse(String text) {
        return GRAMMAR.matcher(text).matches() ? Optional.of(new UploadId(text)) : Optional.empty();
    }

    /// When the upload was asked for, to the millisecond.
    public Instant createdAt() {
        return Ulid.timeOf(value.substring(PREFIX.length()));
    }

    @Override
    public String toString() {
        return value;
    }
}
