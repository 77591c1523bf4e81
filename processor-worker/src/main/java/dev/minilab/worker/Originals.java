package dev.minilab.worker;

import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspector;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.Keys;
import dev.minilab.job.Sha256;
import dev.minilab.job.Source;
import dev.minilab.store.ObjectStore;
import dev.minilab.worker.source.SourceException;
import dev.minilab.worker.source.SourceFetcher;
import dev.minilab.worker.source.SourceFetcher.Fetched;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the original of a job: in the bucket, or at its URL, from where it is brought to the bucket. Thread-safe.
final class Originals {

    /// An original, as far as it is known where it was found.
    ///
    /// @param url where it was fetched from, by this attempt
    /// @param etag what the server there calls this version
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Original(
            byte[] bytes, @Nullable URI url, @Nullable String etag) {}

    private final ObjectStore store;
    private final Inspector inspector;
    private final SourceFetcher fetcher;
    private final long maxBytes;

    /// @param maxBytes how large an original is that was fetched, at most
    Originals(ObjectStore store, Inspector inspector, SourceFetcher fetcher, long maxBytes) {
        this.store = store;
        this.inspector = inspector;
        this.fetcher = fetcher;
        this.maxBytes = maxBytes;
    }

    /// The original of a job, whole and as accepted.
    ///
    /// @throws BadOriginalException if there is none to be had
    /// @throws InspectException if what is at the URL is nothing that an upload could be
    Original of(Accepted accepted) throws InspectException {
        URI url = accepted.sourceUrl();
        return url == null ? new Original(uploaded(accepted), null, null) : fromUrl(accepted, url);
    }

    private byte[] uploaded(Accepted accepted) {
        Source source = accepted.source();
        long expected = source == null ? 0 : source.bytes();
        byte[] original = store.get(Keys.original(accepted.tenant(), accepted.job()), expected)
                .orElseThrow(() -> new BadOriginalException(ErrorCode.SOURCE_NOT_FOUND, "the original is gone", false));
        String sha256 = source == null ? null : source.sha256();
        if (original.length != expected
                || (sha256 != null && !Sha256.of(original).equals(sha256))) {
            throw new BadOriginalException(ErrorCode.INTEGRITY, "the stored original is not what was uploaded", true);
        }
        return original;
    }

    /// What is stored once stays the original, whatever the URL gives later: of two attempts both work on the same.
    private Original fromUrl(Accepted accepted, URI url) throws InspectException {
        String key = Keys.original(accepted.tenant(), accepted.job());
        Optional<byte[]> stored = store.get(key, maxBytes);
        if (stored.isPresent()) {
            return new Original(stored.get(), url, null);
        }
        Fetched fetched = fetch(url);
        Inspection inspection = inspector.inspectWhole(fetched.bytes());
        return store.putIfAbsent(key, fetched.bytes(), inspection.format().mediaType())
                .map(first -> new Original(first, url, null))
                .orElse(new Original(fetched.bytes(), fetched.url(), fetched.etag()));
    }

    private Fetched fetch(URI url) {
        try {
            return fetcher.fetch(url);
        } catch (SourceException e) {
            throw new BadOriginalException(e.code(), e.getMessage(), e.passing());
        }
    }
}
