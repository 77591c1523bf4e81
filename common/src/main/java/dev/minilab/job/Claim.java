package dev.minilab.job;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// That an `Idempotency-Key` was used: the content of `idempotency/{tenant}/{hash}`, created before anything else of
/// its job, and replaced only against its ETag.
///
/// Until `leasedUntil` whoever claimed it is taken to be at work; after that, another may finish the same job under
/// the same id. `fingerprint` is the SHA-256 in hex of what was asked for, without the image; `version` the ETag of an
/// image that was in the bucket before, which is then the only one that the job may be made of. Immutable.
public record Claim(
        int schema, JobId job, String fingerprint, @Nullable String version, Instant createdAt, Instant leasedUntil) {

    public static final int SCHEMA = 1;

    /// How long a key stands for its job.
    public static final Duration LIFETIME = Duration.ofHours(24);

    /// How long a job may be finished under the id that was claimed for it. Its hour must be kept open for at least
    /// this and the longest upload.
    public static final Duration RESUMABLE = Duration.ofHours(1);

    /// Whether the key may stand for another request.
    public boolean expired(Instant now) {
        return !now.isBefore(createdAt.plus(LIFETIME));
    }

    /// Whether someone may still be at work.
    public boolean leased(Instant now) {
        return now.isBefore(leasedUntil);
    }

    /// Whether the job may be finished under its id.
    public boolean resumable(Instant now) {
        return now.isBefore(job.createdAt().plus(RESUMABLE));
    }

    public Claim leasedUntil(Instant time) {
        return new Claim(schema, job, fingerprint, version, createdAt, time);
    }

    /// The same, given up: the key may be used for anything.
    public Claim released() {
        return new Claim(schema, job, fingerprint, version, Instant.EPOCH, Instant.EPOCH);
    }
}
