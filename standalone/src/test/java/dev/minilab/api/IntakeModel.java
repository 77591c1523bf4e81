package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.api.IntakeBench.Fault;
import dev.minilab.api.IntakeBench.Gap;
import dev.minilab.job.Claim;
import dev.minilab.job.JobId;
import dev.minilab.store.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What one `Idempotency-Key` is to do, as its users understand it.
final class IntakeModel {

    enum Expected {
        JOB,
        KILLED,
        BROKEN,
        FAILED,
        REUSE,
        IN_PROGRESS
    }

    private static final Duration NOBODY_AT_WORK = ObjectStore.LONGEST_UPLOAD.multipliedBy(2);

    private final String key;
    private int made;
    private @Nullable Instant claimed;
    private Instant leasedUntil = Instant.EPOCH;
    private int request;
    private int storedImage;
    private boolean committed;
    private @Nullable JobId job;

    IntakeModel(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }

    /// How many jobs there are by now.
    int made() {
        return made;
    }

    /// What comes of a request that is sent now.
    Expected request(Instant now, int asked, int image, @Nullable Gap death, @Nullable Fault fault) {
        boolean free = claimed == null || !now.isBefore(claimed.plus(Claim.LIFETIME));
        if (!free && asked != request) {
            return Expected.REUSE;
        }
        if (!free && committed) {
            return fault == Fault.BODY_BREAKS ? Expected.BROKEN : image == storedImage ? Expected.JOB : Expected.REUSE;
        }
        if (!free && now.isBefore(leasedUntil)) {
            return Expected.IN_PROGRESS;
        }
        boolean resumable = !free && claimed != null && now.isBefore(claimed.plus(Claim.RESUMABLE));
        if (!free && !resumable && now.isBefore(leasedUntil.plus(NOBODY_AT_WORK))) {
            return Expected.IN_PROGRESS;
        }
        if (!resumable) {
            claim(now, asked);
        }
        return finish(now, image, death, fault, !resumable);
    }

    private void claim(Instant now, int asked) {
        claimed = now;
        request = asked;
        storedImage = -1;
        committed = false;
        job = null;
    }

    private Expected finish(Instant now, int image, @Nullable Gap death, @Nullable Fault fault, boolean first) {
        leasedUntil = now.plus(Idempotency.LEASE);
        if (death == Gap.CLAIMED) {
            return Expected.KILLED;
        }
        if (fault == Fault.BODY_BREAKS) {
            leasedUntil = now;
            claimed = first ? null : claimed; // Nothing was written: the key may stand for anything.
            return Expected.BROKEN;
        }
        if (storedImage >= 0 && storedImage != image) {
            leasedUntil = now;
            return Expected.REUSE;
        }
        storedImage = image;
        if (death == Gap.ORIGINAL_STORED) {
            return Expected.KILLED;
        }
        if (fault == Fault.STORE_FAILS) {
            leasedUntil = now;
            return Expected.FAILED;
        }
        committed = true;
        made++;
        return death == null ? Expected.JOB : Expected.KILLED;
    }

    /// A client was told of this job: it is the one that all are told of.
    void sees(JobId told, String when) {
        assertThat(job == null || job.equals(told)).as(when + ": one job").isTrue();
        job = told;
    }
}
