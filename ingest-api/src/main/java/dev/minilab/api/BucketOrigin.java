package dev.minilab.api;

import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspector;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.ObjectStore.Facts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An original that is in the bucket already: a direct upload, or any other object. The version that was inspected is
/// copied inside the bucket, and no other.
final class BucketOrigin implements Origin {

    private final String key;
    private final long maxBytes;
    private final ObjectStore store;
    private final Inspections inspections;
    private @Nullable Facts facts;
    private @Nullable Inspection inspection;

    BucketOrigin(String key, long maxBytes, ObjectStore store, Inspections inspections) {
        this.key = key;
        this.maxBytes = maxBytes;
        this.store = store;
        this.inspections = inspections;
    }

    @Override
    public void inspect() throws IOException, ProblemException, InspectException {
        Facts found = store.head(key).orElseThrow(BucketOrigin::notFound);
        if (found.size() == 0) {
            throw new ProblemException(ErrorCode.EMPTY_BODY, "the object is empty");
        }
        if (found.size() > maxBytes) {
            throw Upload.tooLarge(maxBytes);
        }
        byte[] head =
                store.getBeginning(key, found.etag(), Inspector.HEAD_LIMIT).orElseThrow(BucketOrigin::changed);
        Optional<Inspection> ofHead = inspections.ofHead(new ByteArrayInputStream(head), found.size());
        inspection = ofHead.isPresent() ? ofHead.get() : inspections.ofWhole(() -> whole(found));
        Inspections.requireDeclared(
                Optional.of(JobBody.mediaType(found.contentType())).filter(type -> type.startsWith("image/")),
                inspection);
        facts = found;
    }

    private byte[] whole(Facts found) throws ProblemException {
        return store.getBeginning(key, found.etag(), Math.toIntExact(found.size()))
                .orElseThrow(BucketOrigin::changed);
    }

    private static ProblemException notFound() {
        return new ProblemException(ErrorCode.SOURCE_NOT_FOUND, "nothing was uploaded there, or it is no longer there");
    }

    private static ProblemException changed() {
        return new ProblemException(ErrorCode.SOURCE_CHANGED, "the object changed while it was read");
    }

    @Override
    public @Nullable String version() {
        return facts == null ? null : facts.etag();
    }

    @Override
    public Original bring(Tenant tenant, JobId job, boolean once) throws ProblemException {
        if (facts == null || inspection == null) {
            throw new IllegalStateException("inspect it first");
        }
        if (!store.copy(
                key, facts, Keys.original(tenant, job), inspection.format().mediaType())) {
            throw changed();
        }
        return new Original(
                new Source(
                        inspection.format(),
                        inspection.width(),
                        inspection.height(),
                        facts.size(),
                        null,
                        inspection.orientation(),
                        inspection.frames()),
                null);
    }

    /// Which object it is follows from the request.
    @Override
    public boolean isThatOf(Accepted accepted) {
        return true;
    }
}
