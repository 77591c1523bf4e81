package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

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

    /// The beginnings of all ids of an hour, the latest first: with 6 characters of the time slices of 17 minutes.
    ///
    /// @throws DateTimeException if `hour` is no hour folder
    public static List<String> slices(String hour, int characters) {
        Instant start = HOUR.parse(hour, Instant::from);
        long span = 1L << (5 * (10 - characters));
        long first = start.toEpochMilli() / span;
        long last = (start.plus(Duration.ofHours(1)).toEpochMilli() - 1) / span;
        return LongStream.iterate(last, slice -> slice >= first, slice -> slice - 1)
                .mapToObj(slice -> PREFIX + Ulid.timePrefix(Instant.ofEpochMilli(slice * span), characters))
                .toList();
    }

    /// The 32 parts of a slice, the latest first.
    public static List<String> finer(String slice) {
        return new StringBuilder(Ulid.ALPHABET)
                .reverse()
                .chars()
                .mapToObj(c -> slice + (char) c)
                .toList();
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
