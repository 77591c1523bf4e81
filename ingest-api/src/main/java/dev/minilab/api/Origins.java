package dev.minilab.api;

import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.TargetUrl;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.Keys;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobSnapshot;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.InvalidRequestException.Mistake;
import dev.minilab.request.SourceRef;
import dev.minilab.store.ObjectStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the origin that a request names. Thread-safe.
final class Origins {

    private final ObjectStore store;
    private final Inspections inspections;
    private final long maxBytes;
    private final AddressPolicy addresses;
    private final TargetUrl.Rules urlRules;

    Origins(
            ObjectStore store,
            Inspections inspections,
            long maxBytes,
            AddressPolicy addresses,
            TargetUrl.Rules urlRules) {
        this.store = store;
        this.inspections = inspections;
        this.maxBytes = maxBytes;
        this.addresses = addresses;
        this.urlRules = urlRules;
    }

    /// @param upload the image, where it came with the request
    Origin of(Caller caller, SourceRef source, @Nullable Upload upload)
            throws ProblemException, InvalidRequestException {
        if (upload != null && !(source instanceof SourceRef.Inline)) {
            throw refused("/source", "cannot stand beside an image");
        }
        return switch (source) {
            case SourceRef.Inline _ -> inline(upload);
            case SourceRef.Uploaded uploaded -> inBucket(Keys.upload(caller.tenant(), uploaded.upload()));
            case SourceRef.Stored stored -> {
                caller.require(Scope.ADMIN);
                requireNotOfOthers(caller.tenant(), stored.key());
                yield inBucket(stored.key());
            }
            case SourceRef.Remote remote -> RemoteOrigin.of(remote.url(), addresses, urlRules);
        };
    }

    /// The original of an earlier job.
    Origin of(JobSnapshot earlier) {
        return new EarlierOrigin(earlier, store);
    }

    private Origin inline(@Nullable Upload upload) throws InvalidRequestException {
        if (upload == null) {
            throw refused("/source", "is missing: without an image in the request there is nothing to work on");
        }
        return new InlineOrigin(upload, store, inspections);
    }

    private Origin inBucket(String key) {
        return new BucketOrigin(key, maxBytes, store, inspections);
    }

    /// An operator of one tenant reaches what lies beside our own keys, and no other tenant's images.
    private static void requireNotOfOthers(Tenant tenant, String key) throws InvalidRequestException {
        if (Keys.isOfAnother(tenant, key)) {
            throw refused("/source/key", "is a key that belongs to Minilab itself");
        }
    }

    private static InvalidRequestException refused(String pointer, String detail) {
        return new InvalidRequestException(ErrorCode.INVALID_SPEC, List.of(new Mistake(pointer, detail)));
    }
}
