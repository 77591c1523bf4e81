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
import dev.minilab.worker.source.Fetched;
import dev.minilab.worker.source.SourceException;
import dev.minilab.worker.source.SourceFetcher;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the original of a job: in the bucket, or at its URL, from where it is brought to the bucket. Thread-safe.
final class Originals {

    /// An original, as far as it is known where it was found.
    ///
    /// @param url where it was fetched from, where it was
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
    Original of(Accepted accepted) throws InspectException, InterruptedException {
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
            throw notAsFound();
        }
        return original;
    }

    /// What is stored once stays the original, whatever the URL gives later: of two attempts both work on the same.
    private Original fromUrl(Accepted accepted, URI url) throws InspectException, InterruptedException {
        String key = Keys.original(accepted.tenant(), accepted.job());
        Optional<Original> stored = stored(key, url);
        if (stored.isPresent()) {
            return stored.get();
        }
        try (Fetched fetched = fetch(url)) {
            String mediaType = inspect(fetched).format().mediaType();
            boolean first =
                    store.uploadIfAbsent(key, fetched.content(), fetched.length(), mediaType, SourceNotes.of(fetched));
            if (first) {
                return new Original(fetched.bytes(), fetched.url(), fetched.etag());
            }
        }
        return stored(key, url)
                .orElseThrow(() -> new BadOriginalException(ErrorCode.SOURCE_NOT_FOUND, "the original is gone", true));
    }

    private Optional<Original> stored(String key, URI url) {
        return store.getDescribed(key, maxBytes).map(found -> {
            SourceNotes notes = SourceNotes.read(found.metadata());
            if (notes.sha256() != null && !Sha256.of(found.bytes()).equals(notes.sha256())) {
                throw notAsFound();
            }
            return new Original(found.bytes(), notes.url() == null ? url : notes.url(), notes.etag());
        });
    }

    /// By its head, as an upload; by the whole where that is not enough.
    private Inspection inspect(Fetched fetched) throws InspectException {
        try {
            return inspector.inspect(new BufferedInputStream(fetched.content()));
        } catch (InspectException e) {
            if (e.code() != ErrorCode.BAD_HEADER || fetched.length() <= Inspector.HEAD_LIMIT) {
                throw e;
            }
            return inspector.inspectWhole(fetched.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException("what was written cannot be read", e);
        }
    }

    private Fetched fetch(URI url) throws InterruptedException {
        try {
            return fetcher.fetch(url);
        } catch (SourceException e) {
            throw new BadOriginalException(e.code(), e.getMessage(), e.passing());
        }
    }

    private static BadOriginalException notAsFound() {
        return new BadOriginalException(ErrorCode.INTEGRITY, "the stored original is not what was uploaded", true);
    }
}
