package dev.minilab.worker.source;

import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.EgressClient;
import dev.minilab.egress.EgressClient.Answer;
import dev.minilab.egress.EgressClient.Call;
import dev.minilab.egress.EgressException;
import dev.minilab.egress.EgressException.Failure;
import dev.minilab.egress.RefusedUrlException;
import dev.minilab.egress.TargetUrl;
import dev.minilab.job.ErrorCode;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Fetches an original from a URL: whole, within a minute, within the limit of an upload. Follows up to five
/// redirects,
/// each of them checked as the first URL was. Thread-safe.
public final class SourceFetcher {

    private static final int MOST_REDIRECTS = 5;
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Map<String, String> HEADERS = Map.of(
            "Accept", "image/*, application/octet-stream;q=0.9",
            "Accept-Encoding", "identity",
            "User-Agent", "minilab-sources");

    /// An original as it came.
    ///
    /// @param url where it was found, after redirects
    /// @param etag what its server calls this version, where it says so
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Fetched(byte[] bytes, URI url, @Nullable String etag) {}

    private final EgressClient egress;
    private final AddressPolicy policy;
    private final TargetUrl.Rules rules;
    private final int maxBytes;
    private final Duration longest;

    /// @param maxBytes the most bytes that an original may have, up to 1 GiB
    public SourceFetcher(EgressClient egress, AddressPolicy policy, TargetUrl.Rules rules, long maxBytes) {
        this(egress, policy, rules, maxBytes, LONGEST);
    }

    SourceFetcher(EgressClient egress, AddressPolicy policy, TargetUrl.Rules rules, long maxBytes, Duration longest) {
        this.egress = egress;
        this.policy = policy;
        this.rules = rules;
        this.maxBytes = Math.toIntExact(maxBytes);
        this.longest = longest;
    }

    /// Fetches what is at a URL.
    public Fetched fetch(URI url) throws SourceException {
        long end = System.nanoTime() + longest.toNanos();
        URI at = url;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            URI checked = check(at.toString());
            Answer answer = send(checked, Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            if (!isRedirect(answer)) {
                return new Fetched(body(answer), checked, answer.header("ETag").orElse(null));
            }
            at = target(checked, answer.header("Location").orElse(""));
        }
        throw unreachable("the URL leads through more than " + MOST_REDIRECTS + " redirects", false);
    }

    private URI check(String url) throws SourceException {
        try {
            return TargetUrl.parse(url, policy, rules).uri();
        } catch (RefusedUrlException e) {
            throw e.code() == ErrorCode.BLOCKED_ADDRESS
                    ? new SourceException(ErrorCode.BLOCKED_ADDRESS, e.getMessage(), false)
                    : unreachable("the URL, or one it leads to, may not be called: " + e.getMessage(), false);
        }
    }

    private Answer send(URI url, Duration within) throws SourceException {
        try {
            return egress.send(Call.get(url, HEADERS), within, maxBytes);
        } catch (EgressException e) {
            throw e.failure() == Failure.BLOCKED_ADDRESS
                    ? new SourceException(ErrorCode.BLOCKED_ADDRESS, e.failure().sentence(), false)
                    : unreachable(e.failure().sentence(), true);
        }
    }

    private static boolean isRedirect(Answer answer) {
        return switch (answer.status()) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    private static URI target(URI from, String location) throws SourceException {
        if (location.isBlank()) {
            throw unreachable("the URL redirects to nowhere", false);
        }
        try {
            // java.net.URI takes the last step of the path along with the query.
            return from.resolve(location.startsWith("?") ? from.getRawPath() + location : location);
        } catch (IllegalArgumentException _) {
            throw unreachable("the URL redirects to what is no URL", false);
        }
    }

    private byte[] body(Answer answer) throws SourceException {
        int status = answer.status();
        if (status == 404 || status == 410) {
            throw new SourceException(ErrorCode.SOURCE_NOT_FOUND, "there is nothing at the URL", false);
        }
        if (status != 200) {
            boolean passing = status >= 500 || status == 408 || status == 425 || status == 429;
            throw unreachable("the server answered " + status, passing);
        }
        if (answer.cut()) {
            throw new SourceException(ErrorCode.SOURCE_TOO_LARGE, "an image has at most " + maxBytes + " bytes", false);
        }
        return answer.body();
    }

    private static SourceException unreachable(String message, boolean passing) {
        return new SourceException(ErrorCode.SOURCE_UNREACHABLE, message, passing);
    }
}
