package dev.minilab.api;

import dev.minilab.job.Accepted;
import dev.minilab.job.Claim;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Sha256;
import dev.minilab.job.Tenant;
import dev.minilab.record.Claims;
import dev.minilab.record.Claims.Standing;
import dev.minilab.record.JobRecords;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to it that one `Idempotency-Key` makes one job, whatever dies in between
/// (draft-ietf-httpapi-idempotency-key).
///
/// The claim is written first and names the job's id. So whoever comes after a crash either finds the job accepted,
/// or
/// finishes it under the same id, where only one `accepted.json` can come into being. As long as the first may still
/// be at work, others are sent away; should both be at work all the same, they write the same keys, each once.
/// Thread-safe.
final class Idempotency {

    /// How long a request is taken to be at work. If it takes longer, a second one does the same work beside it.
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Idempotency.class);
    private static final int MOST_KEY = 255;
    private static final int TRIES = 3;

    /// A key as sent, and what was asked for with it but for the image; `version` is that of an original which may
    /// have others, once it has been looked at.
    record Request(
            Tenant tenant,
            String keySha256,
            String fingerprint,
            @Nullable String version) {
        Request of(@Nullable String found) {
            return new Request(tenant, keySha256, fingerprint, found);
        }
    }

    /// The right to accept a job under this id.
    record Turn(Request request, Claim claim, boolean first) {
        JobId job() {
            return claim.job();
        }
    }

    private final Claims claims;
    private final JobRecords records;
    private final InstantSource clock;

    Idempotency(Claims claims, JobRecords records, InstantSource clock) {
        this.claims = claims;
        this.records = records;
        this.clock = clock;
    }

    /// @param asked what is asked for, in the same words for the same request
    static Request request(Tenant tenant, String key, String asked) throws ProblemException {
        if (key.isBlank() || key.length() > MOST_KEY || !key.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new ProblemException(
                    ErrorCode.BAD_IDEMPOTENCY_KEY, "an Idempotency-Key has 1 to 255 printable ASCII characters");
        }
        return new Request(tenant, sha256(key), sha256(asked), null);
    }

    private static String sha256(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The job that the key made, or nothing if it has made none yet. Writes nothing.
    ///
    /// @throws ProblemException if the key stands for another request, or the first is still at work
    Optional<Accepted> find(Request request) throws ProblemException {
        Optional<Standing> standing = claims.find(request.tenant(), request.keySha256());
        return standing.isPresent() ? made(request, standing.get().claim()) : Optional.empty();
    }

    private Optional<Accepted> made(Request request, Claim claim) throws ProblemException {
        Instant now = clock.instant();
        if (claim.expired(now)) {
            return Optional.empty();
        }
        if (!claim.fingerprint().equals(request.fingerprint())) {
            throw new ProblemException(
                    ErrorCode.IDEMPOTENCY_KEY_REUSE, "this Idempotency-Key was used for another request");
        }
        Optional<Accepted> accepted = records.accepted(request.tenant(), claim.job());
        if (accepted.isEmpty() && (claim.leased(now) || maybeAtWork(claim, now))) {
            throw inProgress();
        }
        return accepted;
    }

    /// Whether a job that is too old to be finished by others may yet be finished by the one who began it.
    private static boolean maybeAtWork(Claim claim, Instant now) {
        Duration longest = ObjectStore.LONGEST_UPLOAD.multipliedBy(2);
        return !claim.resumable(now) && now.isBefore(claim.leasedUntil().plus(longest));
    }

    private static ProblemException inProgress() {
        return new ProblemException(
                ErrorCode.IDEMPOTENCY_IN_PROGRESS, "the first request with this key is still being accepted");
    }

    /// Claims the key. To be called when [#find] found nothing and all that can be refused has been.
    ///
    /// @throws ProblemException as [#find], or if someone has just claimed it, or for another version
    Turn claim(Request request) throws ProblemException {
        for (int i = 0; i < TRIES; i++) {
            Instant now = clock.instant();
            Claim mine = new Claim(
                    Claim.SCHEMA, JobId.create(now), request.fingerprint(), request.version(), now, now.plus(LEASE));
            if (claims.create(request.tenant(), request.keySha256(), mine)) {
                return new Turn(request, mine, true);
            }
            Optional<Standing> standing = claims.find(request.tenant(), request.keySha256());
            if (standing.isEmpty()) {
                continue; // It was just swept.
            }
            if (made(request, standing.get().claim()).isPresent()) {
                throw inProgress(); // It has just been made: the next try finds it.
            }
            Turn turn = takeOver(request, standing.get().claim(), mine);
            if (claims.replace(request.tenant(), request.keySha256(), standing.get(), turn.claim())) {
                return turn;
            }
        }
        throw inProgress();
    }

    private static Turn takeOver(Request request, Claim standing, Claim mine) throws ProblemException {
        Instant now = mine.createdAt();
        if (standing.expired(now) || !standing.resumable(now)) {
            return new Turn(request, mine, true);
        }
        if (!Objects.equals(standing.version(), mine.version())) {
            throw new ProblemException(
                    ErrorCode.SOURCE_CHANGED, "the object is another than when this Idempotency-Key was first used");
        }
        return new Turn(request, standing.leasedUntil(mine.leasedUntil()), false);
    }

    /// Lets others have a turn at once after a failure. If that fails too, they have it when the lease ends.
    ///
    /// @param nothingWritten whether it is certain that there is no job, so that the key may stand for anything
    void giveUp(Turn turn, boolean nothingWritten) {
        Claim own = turn.claim();
        boolean free = nothingWritten && turn.first();
        try {
            claims.replaceOwn(
                    turn.request().tenant(),
                    turn.request().keySha256(),
                    own,
                    free ? own.released() : own.leasedUntil(clock.instant()));
        } catch (StoreException e) {
            LOG.warn("The claim of job {} stays until its lease ends: {}", own.job(), e.getMessage());
        }
    }
}
