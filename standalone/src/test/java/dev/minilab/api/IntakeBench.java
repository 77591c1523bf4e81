package dev.minilab.api;

import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.TargetUrl;
import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.job.Accepted;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.queue.Depth;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.record.Claims;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.JobRequestReader;
import dev.minilab.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// An intake on a bucket, with a clock of its own, that can be made to die in any gap between two of its writes: like
/// a process that was killed it does nothing more, and cleans up nothing.
final class IntakeBench {

    static final Tenant TENANT = new Tenant("acme");

    /// Where the process dies.
    enum Gap {
        CLAIMED,
        ORIGINAL_STORED,
        ACCEPTED_WRITTEN,
        ENQUEUED
    }

    /// What goes wrong while the process lives.
    enum Fault {
        /// The client hangs up before its last byte.
        BODY_BREAKS,
        /// The store is away once the original is there.
        STORE_FAILS
    }

    /// The death of a process. No code of ours catches it.
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private final ObjectStore store;
    private final Spool spool;
    private final JobRecords records;
    private final Inspections inspections = new Inspections(new Inspector(Limits.defaults()));
    private final RequestDraft.Rules rules = new RequestDraft.Rules(
            PresetsFile.load(null), new AddressPolicy(List.of()), new TargetUrl.Rules(false, Set.of()));
    private final AtomicInteger sent = new AtomicInteger();
    private volatile Instant now = Instant.parse("2026-11-24T10:20:00Z");

    IntakeBench(ObjectStore store, Path spool) {
        this.store = store;
        this.spool = new Spool(spool, Files::newOutputStream);
        records = new JobRecords(store);
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /// Asks for a job, as a request would that is told from others by its `external_id`.
    Acceptance accept(String key, String externalId, Origin origin, @Nullable Gap death)
            throws IOException, ProblemException, InspectException, InvalidRequestException {
        return accept(key, draft(externalId), origin, death);
    }

    /// The same, by a request that the store fails once the original is there.
    Acceptance acceptFailing(String key, String externalId, Origin origin)
            throws IOException, ProblemException, InspectException, InvalidRequestException {
        return accept(key, new FailingDraft(draft(externalId)), origin, null);
    }

    private Draft draft(String externalId) throws InvalidRequestException {
        return new RequestDraft(JobRequestReader.read(Json.object().put("external_id", externalId)), rules, null);
    }

    private Acceptance accept(String key, Draft draft, Origin origin, @Nullable Gap death)
            throws IOException, ProblemException, InspectException, InvalidRequestException {
        InstantSource clock = () -> now;
        MessageQueue queue = new DyingQueue(sent, death);
        Intake intake = new Intake(
                records,
                new Idempotency(new Claims(store), records, clock),
                new JobLanes(new JobQueue(queue), new JobQueue(queue)),
                clock);
        return intake.accept(TENANT, draft, new DyingOrigin(origin, death), key);
    }

    Origin inline(byte[] image) throws ProblemException {
        return inline(new ByteArrayInputStream(image), image.length);
    }

    /// An image that breaks off before its last byte.
    Origin broken(byte[] image) throws ProblemException {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new EOFException("the client hung up");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                throw new EOFException("the client hung up");
            }
        };
        return inline(
                new SequenceInputStream(new ByteArrayInputStream(image, 0, image.length - 1), broken), image.length);
    }

    private Origin inline(InputStream body, int length) throws ProblemException {
        return new InlineOrigin(
                Upload.streamed(body, length, "image/jpeg", Digests.of(_ -> null), spool), store, inspections);
    }

    Origin stored(String key) {
        return new BucketOrigin(key, 1 << 20, store, inspections);
    }

    /// How many messages were sent for jobs.
    int sent() {
        return sent.get();
    }

    private static void dieIf(boolean here) {
        if (here) {
            throw new Killed();
        }
    }

    private record DyingOrigin(Origin origin, @Nullable Gap death) implements Origin {
        @Override
        public void inspect() throws IOException, ProblemException, InspectException, InvalidRequestException {
            origin.inspect();
        }

        @Override
        public @Nullable String version() {
            return origin.version();
        }

        @Override
        public Original bring(Tenant tenant, JobId job, boolean once) throws IOException, ProblemException {
            dieIf(death == Gap.CLAIMED);
            Original brought = origin.bring(tenant, job, once);
            dieIf(death == Gap.ORIGINAL_STORED);
            return brought;
        }

        @Override
        public boolean isThatOf(Accepted accepted) throws IOException, ProblemException {
            return origin.isThatOf(accepted);
        }
    }

    private record FailingDraft(Draft draft) implements Draft {
        @Override
        public String fingerprint() {
            return draft.fingerprint();
        }

        @Override
        public void check() throws InvalidRequestException {
            draft.check();
        }

        @Override
        public Accepted accepted(Tenant tenant, JobId job, Instant now, Origin.Original original) {
            throw new IllegalStateException("made for a test");
        }
    }

    private record DyingQueue(AtomicInteger sent, @Nullable Gap death) implements MessageQueue {
        @Override
        public String name() {
            return "dying";
        }

        @Override
        public void send(String body, String group, Duration delay) {
            dieIf(death == Gap.ACCEPTED_WRITTEN);
            sent.incrementAndGet();
            dieIf(death == Gap.ENQUEUED);
        }

        @Override
        public List<Message> receive(int max, Duration wait, Duration visibility) {
            return List.of();
        }

        @Override
        public void delete(Message message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void changeVisibility(Message message, Duration visibility) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Depth depth() {
            return new Depth(sent.get(), 0, 0);
        }

        @Override
        public void check() {
            // It is always there.
        }
    }
}
