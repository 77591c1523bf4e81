package dev.minilab.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads settings out of an environment and collects every mistake instead of stopping at the first.
///
/// Each getter makes its name known and returns a usable default when the value is wrong; [#finish] then throws with
/// all mistakes, unknown `MINILAB_` names among them. A message names the variable and never repeats the value of a
/// secret. For one thread.
final class Settings {

    private static final String PREFIX = "MINILAB_";
    private static final Pattern BYTES = Pattern.compile("(\\d{1,12}) ?(B|KiB|MiB|GiB)?");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9}) ?(ms|s|m|h|d)");

    private final Map<String, String> env;
    private final TreeSet<String> known = new TreeSet<>();
    private final List<String> mistakes = new ArrayList<>();

    Settings(Map<String, String> env) {
        this.env = env;
    }

    @Nullable
    String text(String name) {
        known.add(name);
        String value = env.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    String text(String name, String fallback) {
        String value = text(name);
        return value == null ? fallback : value;
    }

    /// A value that `parse` understands; what `parse` throws tells what is wrong, and `what` what is expected.
    <T> @Nullable T parsed(String name, String what, Function<String, T> parse) {
        String value = text(name);
        if (value == null) {
            return null;
        }
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException | DateTimeParseException | ArithmeticException e) {
            mistake(name, "is not " + what);
            return null;
        }
    }

    <T> T parsed(String name, T fallback, String what, Function<String, T> parse) {
        T value = parsed(name, what, parse);
        return value == null ? fallback : value;
    }

    int integer(String name, int fallback, int min, int max) {
        return parsed(name, fallback, "a whole number from " + min + " to " + max, text ->
                (int) inRange(Integer.parseInt(text), min, max));
    }

    long number(String name, long fallback, long min, long max) {
        return parsed(
                name,
                fallback,
                "a whole number from " + min + " to " + max,
                text -> inRange(Long.parseLong(text), min, max));
    }

    long bytes(String name, long fallback, long min, long max) {
        return parsed(
                name,
                fallback,
                "a size such as 25MiB, from " + min + " to " + max + " bytes",
                text -> inRange(parseBytes(text), min, max));
    }

    Duration duration(String name, Duration fallback, Duration min, Duration max) {
        return parsed(
                name, fallback, "a duration such as 90s, 15m or 1h, from " + show(min) + " to " + show(max), text -> {
                    Duration value = parseDuration(text);
                    inRange(value.toMillis(), min.toMillis(), max.toMillis());
                    return value;
                });
    }

    /// A duration, or nothing where none is set or it is `off`.
    @Nullable
    Duration duration(String name, Duration min, Duration max) {
        return "off".equals(text(name))
                ? null
                : parsed(
                        name,
                        "off, or a duration such as 90s, 15m, 1h or 30d, from " + show(min) + " to " + show(max),
                        text -> {
                            Duration value = parseDuration(text);
                            inRange(value.toMillis(), min.toMillis(), max.toMillis());
                            return value;
                        });
    }

    boolean flag(String name, boolean fallback) {
        return parsed(name, fallback, "true or false", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    @Nullable
    URI endpoint(String name) {
        return parsed(name, "an http or https URL without path, query or user info", text -> {
            URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http
                    || uri.getHost() == null
                    || uri.getRawUserInfo() != null
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null
                    || !uri.getRawPath().isEmpty()) {
                throw new IllegalArgumentException();
            }
            return uri;
        });
    }

    @Nullable
    Path path(String name) {
        return parsed(name, "a path", Path::of);
    }

    void mistake(String name, String problem) {
        mistakes.add(name + " " + problem);
    }

    /// @throws ConfigException if anything was wrong
    void finish() {
        for (String name : new TreeSet<>(env.keySet())) {
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                mistake(name, "is not a setting" + suggestion(name));
            }
        }
        if (!mistakes.isEmpty()) {
            throw new ConfigException(mistakes);
        }
    }

    private String suggestion(String name) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(candidate -> distance(name, candidate) <= 1 + (name.length() - PREFIX.length()) / 3)
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }

    private static long inRange(long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static long parseBytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException();
        }
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        int shift = List.of("B", "KiB", "MiB", "GiB").indexOf(unit) * 10;
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    }

    static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Duration.parse(text);
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static String show(Duration duration) {
        return duration.toMillis() < 1000 ? duration.toMillis() + "ms" : duration.toSeconds() + "s";
    }

    /// Levenshtein's distance: how many letters to change, add or drop.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
