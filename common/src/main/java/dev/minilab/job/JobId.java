package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// A job's id: `job_` and a ULID, 26 characters of Crockford's base 32 that begin with the time of creation.
///
/// The id alone gives every key of the job, because the hour folder follows from its time. Ids sort by time to the
/// millisecond; 80 random bits keep them from being guessed. Follows <https://github.com/ulid/spec>. Immutable.
public record JobId(@JsonValue String value) implements Comparable<JobId> {

    private static final String PREFIX = "job_";
    private static final Pattern GRAMMAR = Pattern.compile(PREFIX + Ulid.GRAMMAR);
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HH", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final SecureRandom RANDOM = new SecureRandom();

    /// @throws IllegalArgumentException if `value` is not a job id
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public JobId {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new IllegalArgumentException("not a job id");
        }
    }

    public static JobId create(Instant now) {
        return create(now, RANDOM);
    }

    static JobId create(Instant now, RandomGenerator random) {
        return new JobId(PREFIX + Ulid.create(now, random));
    }

    /// The id, or nothing when the text is not one: whatever a stranger sends, at any length.
    public static Optional<JobId> parse(String text) {
        return text.length() == 30 && GRAMMAR.matcher(text).matches() ? Optional.of(new JobId(text)) : Optional.empty();
    }

    /// When the job was created, to the millisecond.
    public Instant createdAt() {
        return Ulid.timeOf(value.substring(PREFIX.length()));
    }

    /// The hour folder of the job's keys, in UTC: `20261123T22`.
    public String hour() {
        return hourOf(createdAt());
    }

    /// When an hour begins.
    ///
    /// @throws DateTimeException if `hour` is no hour folder
    public static Instant startOf(String hour) {
        return HOUR.parse(hour, Instant::from);
    }

    /// The hour folder of a time: `20261123T22`.
    public static String hourOf(Instant time) {
        return HOUR.format(time);
    }

    /// How ids begin that were created about `time`: the first `digits` of the ten that are the time.
    static String prefixOf(Instant time, int digits) {
        return PREFIX + Ulid.timePrefix(time, digits);
    }

    @Override
    public int compareTo(JobId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
