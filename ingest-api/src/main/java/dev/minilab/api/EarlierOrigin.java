package dev.minilab.api;

import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.record.JobSnapshot;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.ObjectStore.Facts;
import org.jspecify.annotations.Nullable;

/// The original of an earlier job, copied inside the bucket. One that was to be fetched from a URL is fetched again.
final class EarlierOrigin implements Origin {

    private final Accepted earlier;
    private final @Nullable Source source;
    private final ObjectStore store;
    private @Nullable Facts facts;

    EarlierOrigin(JobSnapshot job, ObjectStore store) {
        earlier = job.accepted();
        source =
                earlier.source() != null && job.result() != null && job.result().source() != null
                        ? job.result().source() // It has seen the whole file.
                        : earlier.source();
        this.store = store;
    }

    private String key() {
        return Keys.original(earlier.tenant(), earlier.job());
    }

    @Override
    public void inspect() throws ProblemException {
        if (source != null) {
            facts = store.head(key()).orElseThrow(EarlierOrigin::gone);
        }
    }

    @Override
    public Original bring(Tenant tenant, JobId job, boolean once) throws ProblemException {
        if (source != null
                && (facts == null
                        || !store.copy(
                                key(),
                                facts,
                                Keys.original(tenant, job),
                                source.format().mediaType()))) {
            throw gone();
        }
        return new Original(source, earlier.sourceUrl());
    }

    private static ProblemException gone() {
        return new ProblemException(ErrorCode.SOURCE_NOT_FOUND, "the original of this job is gone");
    }

    /// Which job it is follows from the request.
    @Override
    public boolean isThatOf(Accepted accepted) {
        return true;
    }
}
