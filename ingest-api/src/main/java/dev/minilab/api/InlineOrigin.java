package dev.minilab.api;

import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspector;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Sha256;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An original that comes with the request, streamed to the bucket while its SHA-256 is taken.
final class InlineOrigin implements Origin {

    private final Upload upload;
    private final ObjectStore store;
    private final Inspections inspections;
    private @Nullable Inspection inspection;

    InlineOrigin(Upload upload, ObjectStore store, Inspections inspections) {
        this.upload = upload;
        this.store = store;
        this.inspections = inspections;
    }

    /// Reads the header and goes back to the first byte. What the client declared must be what the bytes say.
    @Override
    public void inspect() throws IOException, ProblemException, InspectException {
        InputStream content = upload.content();
        content.mark(Inspector.HEAD_LIMIT);
        Optional<Inspection> found;
        try {
            found = inspections.ofHead(content, upload.length());
            content.reset();
        } catch (IOException _) {
            throw upload.brokenOff();
        }
        inspection = found.isPresent() ? found.get() : inspectWhole();
        Inspections.requireDeclared(upload.declaredImageType(), inspection);
    }

    private Inspection inspectWhole() throws IOException, ProblemException, InspectException {
        Path file = upload.toDisk();
        return inspections.ofWhole(() -> Files.readAllBytes(file));
    }

    @Override
    public Original bring(Tenant tenant, JobId job, boolean once) throws IOException, ProblemException {
        if (inspection == null) {
            throw new IllegalStateException("inspect it first");
        }
        String key = Keys.original(tenant, job);
        String mediaType = inspection.format().mediaType();
        Optional<String> standing = once ? store.sha256(key) : Optional.empty();
        String sha256 = standing.isPresent() ? digest() : store(key, mediaType, once);
        if (standing.isPresent() && !standing.get().equals(sha256)) {
            throw new ProblemException(
                    ErrorCode.IDEMPOTENCY_KEY_REUSE, "another image was sent with this Idempotency-Key before");
        }
        return new Original(
                new Source(
                        inspection.format(),
                        inspection.width(),
                        inspection.height(),
                        upload.length(),
                        sha256,
                        inspection.orientation(),
                        inspection.frames()),
                null);
    }

    private String store(String key, String mediaType, boolean once) throws ProblemException {
        MessageDigest sha256 = Sha256.digest();
        InputStream content = new DigestInputStream(upload.content(), sha256);
        try {
            if (!once) {
                store.upload(key, content, upload.length(), mediaType);
            } else if (!store.uploadIfAbsent(key, content, upload.length(), mediaType)) {
                throw new ProblemException(
                        ErrorCode.IDEMPOTENCY_IN_PROGRESS, "another request with this key has just sent its image");
            }
        } catch (StoreException e) {
            if (e.reason() == StoreException.Reason.BODY_BROKEN) {
                throw upload.brokenOff();
            }
            throw e;
        }
        return Sha256.hex(sha256.digest());
    }

    @Override
    public boolean isThatOf(Accepted accepted) throws IOException, ProblemException {
        Source source = accepted.source();
        return source != null && digest().equals(source.sha256());
    }

    private String digest() throws IOException, ProblemException {
        MessageDigest sha256 = Sha256.digest();
        try {
            new DigestInputStream(upload.content(), sha256).transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            throw upload.brokenOff();
        }
        return Sha256.hex(sha256.digest());
    }
}
