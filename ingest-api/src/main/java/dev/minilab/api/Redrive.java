package dev.minilab.api;

import dev.minilab.inspect.InspectException;
import dev.minilab.job.DeadLetter;
import dev.minilab.job.JobId;
import dev.minilab.record.Claims;
import dev.minilab.record.DamagedRecordException;
import dev.minilab.record.DeadLetters;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobSnapshot;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.store.ObjectStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Brings jobs that were given up back as retries, whoever's they are. To be broken off and done again is
/// harmless: one dead letter makes one retry. Thread-safe.
public final class Redrive {

    private final ObjectStore store;
    private final JobRecords records;
    private final DeadLetters letters;
    private final Intake intake;

    public Redrive(ObjectStore store, JobLanes lanes, InstantSource clock) {
        this.store = store;
        records = new JobRecords(store);
        letters = new DeadLetters(store);
        intake = new Intake(records, new Idempotency(new Claims(store), records, clock), lanes, clock);
    }

    /// What became of a dead letter: the job that was made of it, or why there is none.
    public record Outcome(
            DeadLetter letter,
            @Nullable JobId retry,
            @Nullable String problem) {}

    /// Makes a retry of a job that was given up, and forgets the letter.
    ///
    /// @throws dev.minilab.store.StoreException if the store does not answer: then it may be done again
    public Outcome retry(DeadLetter letter) throws IOException {
        try {
            Optional<JobSnapshot> job =
                    records.find(letter.tenant(), letter.job()).filter(found -> !found.deleted());
            if (job.isEmpty()) {
                letters.remove(letter);
                return new Outcome(letter, null, "the job was deleted");
            }
            Acceptance made = intake.accept(
                    letter.tenant(),
                    new RetryDraft(job.get().accepted(), job.get().accepted().traceparent()),
                    new EarlierOrigin(job.get(), store),
                    "redrive of " + letter.job());
            letters.remove(letter);
            return new Outcome(letter, made.accepted().job(), null);
        } catch (DamagedRecordException _) {
            return new Outcome(letter, null, "the stored request cannot be read");
        } catch (ProblemException | InspectException | InvalidRequestException e) {
            return new Outcome(letter, null, e.getMessage());
        }
    }
}
