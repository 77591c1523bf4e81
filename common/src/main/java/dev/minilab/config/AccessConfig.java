package dev.minilab.config;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How much of the API its callers may use, and how. Limits are those of one API process. Immutable.
///
/// @param rate how many calls a key may make; none for no limit
/// @param queuedJobs how many jobs of a tenant may be unfinished; 0 for no limit
/// @param bytesADay how many bytes a tenant may upload in a day of UTC; 0 for no limit
/// @param maxQueueAge how long the oldest interactive job may have waited before no more are accepted; zero for no
/// limit
/// @param uploads how many uploads may be under way; 0 for as many as the heap bears
/// @param uploadBytes how many bytes these may have together, as they state them
/// @param minUploadRate how many bytes a second of a body must come once `patience` is over
/// @param patience how long headers, and the beginning of a body, may take
/// @param corsOrigins the origins whose pages may call, or `*`
/// @param presetsOnly whether outputs of one's own need the scope `specs`
public record AccessConfig(
        @Nullable Rate rate,
        int queuedJobs,
        long bytesADay,
        Duration maxQueueAge,
        int uploads,
        long uploadBytes,
        long minUploadRate,
        Duration patience,
        Set<String> corsOrigins,
        boolean presetsOnly) {

    private static final long GIB = 1L << 30;

    public AccessConfig {
        corsOrigins = Set.copyOf(corsOrigins);
    }

    static AccessConfig read(Settings settings) {
        return new AccessConfig(
                settings.parsed(
                        "MINILAB_RATE_LIMIT", "a rate such as 100/s, 600/m or, with a burst, 100/s:200", Rate::parse),
                settings.integer("MINILAB_QUOTA_QUEUED_JOBS", 0, 0, 1_000_000),
                settings.bytes("MINILAB_QUOTA_BYTES_A_DAY", 0, 0, 1024 * 1024 * GIB),
                settings.duration("MINILAB_MAX_QUEUE_AGE", Duration.ZERO, Duration.ZERO, Duration.ofDays(7)),
                settings.integer("MINILAB_UPLOADS", 0, 0, 100_000),
                settings.bytes("MINILAB_UPLOADS_BYTES", 4 * GIB, 1, 1024 * 1024 * GIB),
                settings.bytes("MINILAB_MIN_UPLOAD_RATE", 2 << 10, 0, GIB),
                settings.duration(
                        "MINILAB_CLIENT_PATIENCE",
                        Duration.ofSeconds(20),
                        Duration.ofMillis(100),
                        Duration.ofMinutes(10)),
                settings.parsed(
                        "MINILAB_CORS_ORIGINS",
                        Set.of(),
                        "a comma-separated list of origins such as https://example.com, or *",
                        AccessConfig::origins),
                settings.flag("MINILAB_PRESETS_ONLY", false));
    }

    private static Set<String> origins(String text) {
        return Stream.of(text.split(","))
                .map(String::strip)
                .map(AccessConfig::origin)
                .collect(Collectors.toSet());
    }

    /// Browsers send an origin without a path and in lower case, so that it can be compared as it stands.
    private static String origin(String text) {
        if (text.equals("*")) {
            return text;
        }
        URI uri = URI.create(text);
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!http || uri.getHost() == null || !text.equals(uri.getScheme() + "://" + uri.getRawAuthority())) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    /// A rate of calls: `amount` of them each `period` in the long run, `burst` at once.
    public record Rate(int amount, Duration period, int burst) {

        private static final Pattern TEXT = Pattern.compile("(\\d{1,7})/(s|m|h)(?::(\\d{1,7}))?");

        public Rate {
            if (amount < 1 || burst < 1 || period.isNegative() || period.isZero()) {
                throw new IllegalArgumentException("a rate is positive");
            }
        }

        /// Reads `100/s`, `600/m` or `100/s:200`; without a burst it is the amount.
        static Rate parse(String text) {
            Matcher matcher = TEXT.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException();
            }
            int amount = Integer.parseInt(matcher.group(1));
            Duration period = switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(1);
                case "m" -> Duration.ofMinutes(1);
                default -> Duration.ofHours(1);
            };
            String burst = matcher.group(3);
            return new Rate(amount, period, burst == null ? amount : Integer.parseInt(burst));
        }

        /// How many calls come free in that time.
        public double tokens(Duration time) {
            return (double) time.toNanos() / period.toNanos() * amount;
        }

        /// How long it takes until that many come free.
        public Duration timeFor(double tokens) {
            return Duration.ofNanos((long) Math.ceil(tokens * period.toNanos() / amount));
        }
    }
}
