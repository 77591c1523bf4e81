package dev.minilab.strict;

import dev.minilab.strict.HttpRelay.Answer;
import dev.minilab.strict.HttpRelay.Request;
import dev.minilab.strict.HttpRelay.Upstream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Answers as Cloudflare R2 does where R2 is stricter than the embedded S3 behind it, as far as
/// <https://developers.cloudflare.com/r2/api/s3/api/> and the notes on it tell. Thread-safe.
public final class R2Strict implements HttpRelay.Filter {

    static final Duration BETWEEN_WRITES = Duration.ofSeconds(1);
    private static final Duration LONGEST_LINK = Duration.ofDays(7);
    private static final int LONGEST_KEY = 1024;
    private static final int MOST_METADATA = 8192;
    private static final int SMALLEST_PART = 5 << 20;

    private static final Set<String> PRESIGNED = Set.of("GET", "HEAD", "PUT", "DELETE");
    private static final Set<String> NOT_THERE = Set.of(
            "acl", "tagging", "policy", "object-lock", "retention", "legal-hold", "versioning", "delete", "torrent");
    private static final List<String> HEADERS_NOT_THERE =
            List.of("x-amz-acl", "x-amz-grant-", "x-amz-tagging", "x-amz-object-lock-", "x-amz-trailer");
    private static final Map<String, String> GUESSES = Map.of(
            "jpg", "image/jpeg",
            "png", "image/png",
            "webp", "image/webp",
            "json", "application/json",
            "html", "text/html",
            "txt", "text/plain");
    private static final Pattern PART = Pattern.compile("<PartNumber>\\s*(\\d+)\\s*</PartNumber>");
    private static final DateTimeFormatter AMZ_DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private final Map<String, Instant> lastWrites = new ConcurrentHashMap<>();
    private final Map<String, Map<Integer, Integer>> parts = new ConcurrentHashMap<>();

    public R2Strict(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Answer exchange(Request request, Upstream upstream) throws IOException {
        Map<String, String> query = query(request);
        Answer refused = refusal(request, query);
        if (refused != null) {
            return refused;
        }
        if (!request.method().equals("PUT")) {
            return upstream.send(request);
        }
        if (query.containsKey("partNumber")) {
            return part(request, query, upstream);
        }
        return write(request, upstream);
    }

    private @Nullable Answer refusal(Request request, Map<String, String> query) {
        if (query.keySet().stream().anyMatch(NOT_THERE::contains)
                || HEADERS_NOT_THERE.stream().anyMatch(prefix -> has(request, prefix))) {
            return notImplemented("this operation or header");
        }
        if (request.header("x-amz-content-sha256").startsWith("STREAMING-")
                || request.header("Content-Encoding").contains("aws-chunked")
                || has(request, "x-amz-sdk-checksum-")) {
            return notImplemented("chunked signing and checksum trailers");
        }
        if (request.method().equals("DELETE") && has(request, "if-")) {
            return notImplemented("a conditional DeleteObject");
        }
        if (query.containsKey("X-Amz-Signature")) {
            return presigned(request, query);
        }
        if (request.method().equals("POST") && query.containsKey("uploadId") && !equalParts(request, query)) {
            return Answer.xml(400, "InvalidPart", "All non-trailing parts must have the same length.");
        }
        return request.method().equals("PUT") ? unfit(request) : null;
    }

    private @Nullable Answer presigned(Request request, Map<String, String> query) {
        if (!PRESIGNED.contains(request.method())) {
            return notImplemented("a presigned " + request.method());
        }
        Duration life = Duration.ofSeconds(Long.parseLong(query.getOrDefault("X-Amz-Expires", "0")));
        if (life.isZero() || life.compareTo(LONGEST_LINK) > 0) {
            return Answer.xml(400, "AuthorizationQueryParametersError", "X-Amz-Expires must be 1 to 604800");
        }
        Instant signed = Instant.from(AMZ_DATE.parse(query.getOrDefault("X-Amz-Date", "")));
        if (clock.instant().isAfter(signed.plus(life))) {
            return Answer.xml(400, "ExpiredRequest", "Request has expired");
        }
        return request.method().equals("PUT") ? unfit(request) : null;
    }

    private static @Nullable Answer unfit(Request request) {
        boolean measured = has(request, "Content-Length") || has(request, "x-amz-copy-source");
        if (!measured || has(request, "Transfer-Encoding")) {
            return Answer.xml(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        }
        if (key(request).getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            return Answer.xml(400, "KeyTooLongError", "Your key is too long.");
        }
        int metadata = request.headers().entrySet().stream()
                .filter(header -> header.getKey().regionMatches(true, 0, "x-amz-meta-", 0, 11))
                .mapToInt(header -> header.getKey().length()
                        - 11
                        + header.getValue().stream().mapToInt(String::length).sum())
                .sum();
        if (metadata > MOST_METADATA) {
            return Answer.xml(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed size.");
        }
        String md5 = request.header("Content-MD5");
        if (!md5.isEmpty() && !md5.equals(md5(request.body()))) {
            return Answer.xml(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
        }
        return null;
    }

    /// One write a second to one key; a refused one does not count.
    private Answer write(Request request, Upstream upstream) throws IOException {
        String key = key(request);
        Instant now = clock.instant();
        Instant before = lastWrites.get(key);
        if (before != null && now.isBefore(before.plus(BETWEEN_WRITES))) {
            return Answer.xml(429, "TooManyRequests", "Reduce your concurrent request rate for the same object.");
        }
        Request typed = has(request, "Content-Type") ? request : request.with("Content-Type", guess(key));
        Answer answer = upstream.send(typed);
        if (answer.status() == 200) {
            lastWrites.put(key, now);
        }
        return answer;
    }

    private Answer part(Request request, Map<String, String> query, Upstream upstream) throws IOException {
        Answer answer = upstream.send(request);
        if (answer.status() == 200) {
            parts.computeIfAbsent(query.getOrDefault("uploadId", ""), _ -> new ConcurrentHashMap<>())
                    .put(Integer.parseInt(query.getOrDefault("partNumber", "0")), request.body().length);
        }
        return answer;
    }

    private boolean equalParts(Request request, Map<String, String> query) {
        Map<Integer, Integer> sizes = parts.getOrDefault(query.getOrDefault("uploadId", ""), Map.of());
        List<Integer> named = PART.matcher(new String(request.body(), StandardCharsets.UTF_8))
                .results()
                .map(found -> sizes.getOrDefault(Integer.parseInt(found.group(1)), 0))
                .toList();
        if (named.size() < 2) {
            return true;
        }
        List<Integer> all = named.subList(0, named.size() - 1);
        return all.stream().distinct().count() == 1
                && all.getFirst() >= SMALLEST_PART
                && named.getLast() <= all.getFirst();
    }

    private static Answer notImplemented(String what) {
        return Answer.xml(501, "NotImplemented", what + " is not implemented");
    }

    private static boolean has(Request request, String prefix) {
        return request.headers().keySet().stream()
                .anyMatch(name -> name.regionMatches(true, 0, prefix, 0, prefix.length()));
    }

    private static String key(Request request) {
        Matcher path = Pattern.compile("/[^/]+/(.*)").matcher(request.path());
        return path.matches() ? URLDecoder.decode(path.group(1), StandardCharsets.UTF_8) : "";
    }

    private static Map<String, String> query(Request request) {
        Map<String, String> query = new HashMap<>();
        int start = request.target().indexOf('?');
        if (start >= 0) {
            Stream.of(request.target().substring(start + 1).split("&")).forEach(pair -> {
                String[] halves = pair.split("=", 2);
                query.put(halves[0], halves.length == 1 ? "" : URLDecoder.decode(halves[1], StandardCharsets.UTF_8));
            });
        }
        return query;
    }

    private static String guess(String key) {
        return GUESSES.getOrDefault(key.substring(key.lastIndexOf('.') + 1), "application/octet-stream");
    }

    @SuppressWarnings("InsecureCryptoUsage") // Content-MD5 is what the protocol has.
    private static String md5(byte[] body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
