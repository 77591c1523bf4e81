package dev.minilab.worker.source;

import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.EgressAnswer;
import dev.minilab.egress.EgressClient;
import dev.minilab.egress.EgressClient.Call;
import dev.minilab.egress.EgressException;
import dev.minilab.egress.EgressException.Failure;
import dev.minilab.egress.RefusedUrlException;
import dev.minilab.egress.TargetUrl;
import dev.minilab.job.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/// Fetches an original from a URL: whole, within a minute, within the limit of an upload. Follows up to five
/// redirects, each of them checked as the first URL was. What comes goes to the disk, not to memory. Thread-safe.
public final class SourceFetcher {

    private static final int MOST_REDIRECTS = 5;
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Map<String, String> HEADERS = Map.of(
            "Accept", "image/*, application/octet-stream;q=0.9",
            "Accept-Encoding", "identity",
            "User-Agent", "minilab-sources");
    /// RFC 9110, 8.8.3, without what is not ASCII; longer ones are of no use to anyone.
    private static final Pattern ETAG = Pattern.compile("(?:W/)?\"[!#-~]{0,256}\"");

    private final EgressClient egress;
    private final AddressPolicy policy;
    private final TargetUrl.Rules rules;
    private final long maxBytes;
    private final Path spoolFolder;
    private final Duration longest;

    /// @param maxBytes the most bytes that an original may have
    /// @param spoolFolder a folder for what comes in, which exists
    public SourceFetcher(
            EgressClient egress, AddressPolicy policy, TargetUrl.Rules rules, long maxBytes, Path spoolFolder) {
        this(egress, policy, rules, maxBytes, spoolFolder, LONGEST);
    }

    SourceFetcher(
            EgressClient egress,
            AddressPolicy policy,
            TargetUrl.Rules rules,
            long maxBytes,
            Path spoolFolder,
            Duration longest) {
        this.egress = egress;
        this.policy = policy;
        this.rules = rules;
        this.maxBytes = maxBytes;
        this.spoolFolder = spoolFolder;
        this.longest = longest;
    }

    /// Fetches what is at a URL; to be closed.
    public Fetched fetch(URI url) throws SourceException, InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        URI at = url;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            URI checked = check(at.toString());
            try (EgressAnswer answer = open(checked, Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
                if (!isRedirect(answer)) {
                    requireImage(answer);
                    return new Fetched(
                            spool(answer),
                            checked,
                            answer.header("ETag")
                                    .filter(etag -> ETAG.matcher(etag).matches())
                                    .orElse(null));
                }
                at = target(checked, answer.header("Location").orElse(""));
            }
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

    private EgressAnswer open(URI url, Duration within) throws SourceException, InterruptedException {
        try {
            return egress.open(Call.get(url, HEADERS), within);
        } catch (EgressException e) {
            throw failed(e);
        }
    }

    private static SourceException failed(EgressException e) {
        return e.failure() == Failure.BLOCKED_ADDRESS
                ? new SourceException(ErrorCode.BLOCKED_ADDRESS, e.failure().sentence(), false)
                : unreachable(e.failure().sentence(), true);
    }

    private static boolean isRedirect(EgressAnswer answer) {
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

    private void requireImage(EgressAnswer answer) throws SourceException {
        int status = answer.status();
        if (status == 404 || status == 410) {
            throw new SourceException(ErrorCode.SOURCE_NOT_FOUND, "there is nothing at the URL", false);
        }
        if (status != 200) {
            boolean passing = status >= 500 || status == 408 || status == 425 || status == 429;
            throw unreachable("the server answered " + status, passing);
        }
        if (answer.length().orElse(0) > maxBytes) {
            throw tooLarge();
        }
    }

    private Spool spool(EgressAnswer answer) throws SourceException, InterruptedException {
        try {
            return Spool.of(answer.content(), maxBytes, spoolFolder).orElseThrow(this::tooLarge);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw e instanceof EgressException failure
                    ? failed(failure)
                    : new SourceException(ErrorCode.INTERNAL, "there is no room for the original on our side", true, e);
        }
    }

    private SourceException tooLarge() {
        return new SourceException(ErrorCode.SOURCE_TOO_LARGE, "an image has at most " + maxBytes + " bytes", false);
    }

    private static SourceException unreachable(String message, boolean passing) {
        return new SourceException(ErrorCode.SOURCE_UNREACHABLE, message, passing);
    }
}
