package dev.minilab.worker;

import dev.minilab.failpoint.Failpoint;
import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspector;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobError;
import dev.minilab.job.JobMessage;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.Result;
import dev.minilab.job.Sha256;
import dev.minilab.job.Source;
import dev.minilab.job.Started;
import dev.minilab.json.Json.UnreadableJsonException;
import dev.minilab.queue.Message;
import dev.minilab.queue.QueueException;
import dev.minilab.record.Attempts;
import dev.minilab.record.DamagedRecordException;
import dev.minilab.record.DeadLetters;
import dev.minilab.record.JobQueue;
import dev.minilab.record.JobRecords;
import dev.minilab.record.JobRemains;
import dev.minilab.record.WebhookQueue;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.StoreException;
import dev.minilab.trace.Tracing;
import dev.minilab.worker.Originals.Original;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.consume.Handler;
import dev.minilab.worker.consume.Outcome;
import dev.minilab.worker.consume.RetryPolicy;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import dev.minilab.worker.render.Renderer;
import dev.minilab.worker.render.RendererBusyException;
import dev.minilab.worker.sweep.Endings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// The path of one job through the worker. Thread-safe.
///
/// Safe to be run twice, at once or one after the other, whole or broken off anywhere: outputs go to keys that
/// follow from the job, only one `result.json` can come into being, and the message is deleted last.
final class JobHandler implements Handler {

    private static final Logger LOG = LoggerFactory.getLogger(JobHandler.class);
    /// Jobs that end sooner pay for no `started.json`.
    private static final Duration WORTH_SAYING = Duration.ofSeconds(2);

    private final ObjectStore store;
    private final Originals originals;
    private final Watermarks watermarks;
    private final JobRemains remains;
    private final JobRecords records;
    private final Attempts attempts;
    private final Endings endings;
    private final WebhookQueue webhooks;
    private final Inspector inspector;
    private final Renderer renderer;
    private final int maxAttempts;
    private final InstantSource clock;

    JobHandler(
            ObjectStore store,
            Originals originals,
            JobRecords records,
            WebhookQueue webhooks,
            Inspector inspector,
            Renderer renderer,
            int maxAttempts,
            InstantSource clock) {
        this.store = store;
        this.originals = originals;
        watermarks = new Watermarks(store);
        remains = new JobRemains(store);
        this.records = records;
        this.webhooks = webhooks;
        this.inspector = inspector;
        this.renderer = renderer;
        this.maxAttempts = maxAttempts;
        this.clock = clock;
        attempts = new Attempts(store);
        endings = new Endings(records, new DeadLetters(store), webhooks, clock);
    }

    @Override
    public Outcome handle(Message message) throws InterruptedException {
        JobMessage job;
        try {
            job = JobQueue.read(message);
        } catch (UnreadableJsonException e) {
            return new Outcome.Reject(e.getMessage());
        }
        if (job.schema() > JobMessage.SCHEMA) {
            return new Outcome.Reject("schema " + job.schema() + " is newer than this worker");
        }
        Tracing.note("minilab.job.id", job.job().value());
        try (var _ = MDC.putCloseable("job", job.job().value())) {
            return handle(job, message.receiveCount());
        } catch (DamagedRecordException e) {
            return unreadable(job, e);
        } catch (StoreException | QueueException | BadOriginalException | RendererBusyException e) {
            LOG.warn("Attempt {} broke off: {}", message.receiveCount(), e.getMessage());
            return new Outcome.RetryAfter(RetryPolicy.after(message.receiveCount(), ThreadLocalRandom.current()));
        }
    }

    private Outcome handle(JobMessage job, int attempt) throws InterruptedException {
        Optional<Accepted> found = records.accepted(job.tenant(), job.job());
        if (found.isEmpty()) {
            LOG.warn("There is no such job");
            return Outcome.DONE;
        }
        Accepted accepted = found.get();
        if (accepted.schema() > Accepted.SCHEMA) {
            return new Outcome.Reject("accepted.json has schema " + accepted.schema());
        }
        try (var _ = Tracing.resume(accepted.traceparent())) {
            return handle(accepted, job, attempt);
        }
    }

    private Outcome handle(Accepted accepted, JobMessage job, int attempt) throws InterruptedException {
        Optional<Result> before = records.result(job.tenant(), job.job());
        Result result;
        boolean ours = false;
        if (before.isPresent()) {
            result = before.get();
            if (result.outputs().isEmpty()) {
                remains.removeStray(job.tenant(), job.job(), result); // An attempt may have broken off late.
            }
        } else {
            int begun = attempt == 1 && !job.sentBefore() ? 1 : attempts.next(job.tenant(), job.job());
            Result made = attempt(accepted, Math.max(attempt, begun), begun);
            result = finish(accepted, made);
            ours = result.equals(made);
            LOG.info("Job {} after attempt {}", result.status().wireName(), attempt);
            Tracing.note("minilab.job.status", result.status().wireName());
        }
        announce(accepted, result, ours);
        Failpoint.ANNOUNCED.reach();
        return Outcome.DONE;
    }

    /// A request that cannot be read is read once more, and given up where that shows the same.
    private Outcome unreadable(JobMessage job, DamagedRecordException cause) {
        LOG.warn("Cannot read: {}", cause.getMessage());
        try {
            records.accepted(job.tenant(), job.job());
            return new Outcome.RetryAfter(Duration.ZERO);
        } catch (DamagedRecordException _) {
            endings.giveUpUnreadable(job.tenant(), job.job());
            return Outcome.DONE;
        }
    }

    private Result finish(Accepted accepted, Result ours) {
        Result standing;
        try (var _ = JobMeters.stage("record")) {
            standing = records.finish(accepted, ours);
        }
        Failpoint.RESULT_WRITTEN.reach();
        if (standing.equals(ours)) {
            JobMeters.ended(accepted, ours);
        } else {
            remains.removeStray(accepted.tenant(), accepted.job(), standing);
        }
        return standing;
    }

    /// Does the work and tells how it ended; what may go better another time leaves as an exception.
    ///
    /// @param attempt how often the job was taken up, this time included
    /// @param begun how often it was brought to be rendered, this time included: counts where workers end over it
    private Result attempt(Accepted accepted, int attempt, int begun) throws InterruptedException {
        Instant startedAt = clock.instant();
        if (accepted.deadlineAt() != null && startedAt.isAfter(accepted.deadlineAt())) {
            return Result.expired(accepted.job(), startedAt, attempt, clock.instant());
        }
        if (begun > maxAttempts) {
            String cause = "workers ended while they rendered it, again and again";
            endings.keep(accepted, ErrorCode.POISON, cause);
            return failed(accepted, begun - 1, startedAt, ErrorCode.POISON, cause);
        }
        Thread note = noteStart(accepted, new Started(startedAt, attempt));
        boolean atFault = true;
        AtomicBoolean counted = new AtomicBoolean();
        try {
            Original original = fetch(accepted);
            Inspection inspection = inspector.inspectWhole(original.bytes());
            RenderRequest request =
                    new RenderRequest(original.bytes(), inspection, accepted.outputs(), watermarks.of(accepted));
            Rendering rendering;
            try (var _ = JobMeters.stage("render")) {
                rendering = renderer.render(request, () -> count(accepted, new Started(startedAt, begun), counted));
            }
            Failpoint.RENDERED.reach();
            Map<String, Result.Output> outputs;
            try (var _ = JobMeters.stage("store")) {
                outputs = storeAll(accepted, rendering);
            }
            Failpoint.OUTPUTS_STORED.reach();
            return result(accepted, attempt, startedAt, original, inspection, outputs, rendering);
        } catch (InspectException e) {
            return failed(accepted, attempt, startedAt, e.code(), e.getMessage());
        } catch (RenderException e) {
            LOG.info("Cannot render: {}", e.getMessage(), e);
            return failed(accepted, attempt, startedAt, e.code(), e.getMessage());
        } catch (BadOriginalException e) {
            if (e.passing() && attempt < maxAttempts) {
                throw e; // The next read may be right.
            }
            return failed(accepted, attempt, startedAt, e.code(), e.getMessage());
        } catch (RendererBusyException | InterruptedException e) {
            atFault = false;
            throw e;
        } catch (RuntimeException | OutOfMemoryError e) {
            atFault = !(e instanceof StoreException s && s.retryable());
            if (!atFault || attempt < maxAttempts) {
                throw e;
            }
            LOG.error("Giving up after attempt {}", attempt, e);
            endings.keep(accepted, ErrorCode.INTERNAL, String.valueOf(e.getMessage()));
            return failed(accepted, attempt, startedAt, ErrorCode.INTERNAL, "something went wrong on our side");
        } finally {
            note.interrupt();
            if (counted.get() && !atFault) {
                withdraw(accepted, begun);
            }
        }
    }

    /// Once it has its turn and no sooner: what ends a worker while a job waits is not that job.
    private void count(Accepted accepted, Started attempt, AtomicBoolean counted) {
        if (attempt.attempt() > 1 && !counted.getAndSet(true)) {
            attempts.begin(accepted.tenant(), accepted.job(), attempt);
        }
    }

    /// An attempt that the job had no part in is not held against it.
    private void withdraw(Accepted accepted, int begun) {
        try {
            attempts.withdraw(accepted.tenant(), accepted.job(), begun);
        } catch (StoreException e) {
            LOG.warn("Attempt {} counts although it broke off: {}", begun, e.getMessage());
        }
    }

    /// Lets whoever asks see that the job is in work, once that takes long enough to be asked about.
    private Thread noteStart(Accepted accepted, Started started) {
        return Thread.ofVirtual().name("started-" + accepted.job()).start(() -> {
            try {
                Thread.sleep(WORTH_SAYING);
                records.start(accepted, started);
            } catch (InterruptedException _) {
                return; // The job was short.
            } catch (StoreException e) {
                LOG.warn("Cannot note the start of {}: {}", accepted.job(), e.getMessage());
            }
        });
    }

    private Original fetch(Accepted accepted) throws InspectException, InterruptedException {
        try (var _ = JobMeters.stage("fetch")) {
            return originals.of(accepted);
        }
    }

    private Map<String, Result.Output> storeAll(Accepted accepted, Rendering rendering) {
        Map<String, Result.Output> outputs = new LinkedHashMap<>();
        rendering
                .outputs()
                .forEach((name, output) -> outputs.put(
                        name,
                        switch (output) {
                            case Rendering.Rendered rendered ->
                                new Result.Output(storeOutput(accepted, name, rendered), null);
                            case Rendering.Failed failed -> new Result.Output(null, failed.error());
                        }));
        return outputs;
    }

    private Result.Stored storeOutput(Accepted accepted, String name, Rendering.Rendered output) {
        String key = Keys.output(accepted.tenant(), accepted.job(), name, output.format());
        Map<String, String> metadata =
                accepted.presetTag().map(tag -> Map.of("preset", tag)).orElse(Map.of());
        store.put(key, output.bytes(), output.format().mediaType(), metadata);
        return new Result.Stored(
                output.format(), output.width(), output.height(), output.bytes().length, Sha256.of(output.bytes()));
    }

    private Result result(
            Accepted accepted,
            int attempt,
            Instant startedAt,
            Original original,
            Inspection inspection,
            Map<String, Result.Output> outputs,
            Rendering rendering) {
        long failed = outputs.values().stream().filter(o -> o.error() != null).count();
        JobStatus status = failed == 0
                ? JobStatus.SUCCEEDED
                : failed < outputs.size() ? JobStatus.PARTIALLY_SUCCEEDED : JobStatus.FAILED;
        JobError error =
                status == JobStatus.FAILED ? outputs.values().iterator().next().error() : null;
        long queued =
                Math.max(0, Duration.between(accepted.acceptedAt(), startedAt).toMillis());
        return new Result(
                Result.SCHEMA,
                accepted.job(),
                status,
                startedAt,
                clock.instant(),
                attempt,
                outputs,
                error,
                new Result.Timings(queued, rendering.renderMs(), rendering.decodes()),
                source(accepted, original, inspection),
                rendering.placeholder(),
                null);
    }

    private static Source source(Accepted accepted, Original original, Inspection found) {
        String checked = accepted.source() == null ? null : accepted.source().sha256();
        return new Source(
                found.format(),
                found.width(),
                found.height(),
                original.bytes().length,
                checked != null ? checked : Sha256.of(original.bytes()),
                found.orientation(),
                found.frames(),
                original.url(),
                original.etag());
    }

    private Result failed(Accepted accepted, int attempt, Instant startedAt, ErrorCode code, String detail) {
        return new Result(
                Result.SCHEMA,
                accepted.job(),
                JobStatus.FAILED,
                startedAt,
                clock.instant(),
                attempt,
                Map.of(),
                JobError.of(code, detail),
                null);
    }

    /// Sent for a result that was there before, too: an earlier attempt may have ended between writing and
    /// sending. Then it comes later, so that of two who work on a job at once, one delivers and the other finds it
    /// done.
    private void announce(Accepted accepted, Result result, boolean ours) {
        boolean wanted = accepted.webhook() != null && accepted.webhook().wants(result.status());
        if (!wanted || result.deletedAt() != null) {
            return;
        }
        try (var _ = JobMeters.stage("announce")) {
            if (ours) {
                webhooks.announce(accepted.tenant(), accepted.job());
            } else {
                webhooks.announceAgain(accepted.tenant(), accepted.job());
            }
        }
    }
}
