package dev.minilab.api;

import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.RefusedUrlException;
import dev.minilab.egress.TargetUrl;
import dev.minilab.failpoint.Failpoint;
import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspector;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobId;
import dev.minilab.job.Keys;
import dev.minilab.job.Sha256;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.record.JobLanes;
import dev.minilab.record.JobRecords;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.InvalidRequestException.Mistake;
import dev.minilab.request.JobRequest;
import dev.minilab.request.Preset;
import dev.minilab.request.Presets;
import dev.minilab.request.SourceRef;
import dev.minilab.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How an image becomes a job: look at its first bytes, stream it to the bucket, commit, enqueue. Thread-safe.
final class Intake {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final int WHOLE_AT_ONCE = 4;

    private final ObjectStore store;
    private final JobRecords records;
    private final JobLanes jobs;
    private final Inspector inspector;
    private final Presets presets;
    private final AddressPolicy addresses;
    private final TargetUrl.Rules urlRules;
    private final InstantSource clock;
    private final Semaphore inMemory = new Semaphore(WHOLE_AT_ONCE);

    Intake(
            ObjectStore store,
            JobRecords records,
            JobLanes jobs,
            Inspector inspector,
            Presets presets,
            AddressPolicy addresses,
            TargetUrl.Rules urlRules,
            InstantSource clock) {
        this.store = store;
        this.records = records;
        this.jobs = jobs;
        this.inspector = inspector;
        this.presets = presets;
        this.addresses = addresses;
        this.urlRules = urlRules;
        this.clock = clock;
    }

    /// Accepts one image. When this returns, the job exists and will end, whatever dies; when it throws, nothing was
    /// accepted.
    Accepted accept(Tenant tenant, Upload upload, JobRequest request)
            throws IOException, ProblemException, InspectException, InvalidRequestException {
        requireInline(request.source());
        Optional<Preset> preset = preset(request);
        Accepted.Webhook webhook = webhook(request);
        Inspection inspection = inspect(upload);

        Instant now = clock.instant();
        JobId job = JobId.create(now);
        Source source = storeOriginal(tenant, job, upload, inspection);
        Failpoint.ORIGINAL_STORED.reach();
        Accepted accepted = new Accepted(
                Accepted.SCHEMA,
                job,
                tenant,
                now,
                source,
                preset.map(Preset::outputs).orElse(request.outputs()),
                preset.map(Preset::name).orElse(null),
                preset.map(Preset::version).orElse(null),
                webhook,
                request.externalId(),
                request.metadata(),
                request.deadline() == null ? null : now.plus(request.deadline()),
                request.lane(),
                null,
                null);
        records.accept(accepted);
        Failpoint.ACCEPTED_WRITTEN.reach();
        Meters.count(Metric.JOBS_ACCEPTED, accepted.lane().wireName());
        Meters.add(Metric.UPLOAD_BYTES, upload.length(), accepted.lane().wireName());
        enqueue(accepted);
        Failpoint.ENQUEUED.reach();
        return accepted;
    }

    private static void requireInline(SourceRef source) throws InvalidRequestException {
        if (!(source instanceof SourceRef.Inline)) {
            throw new InvalidRequestException(
                    ErrorCode.INVALID_SPEC, List.of(new Mistake("/source", "cannot stand beside an image")));
        }
    }

    /// The preset that applies: none where the request names its outputs.
    private Optional<Preset> preset(JobRequest request) throws InvalidRequestException {
        if (!request.outputs().isEmpty()) {
            return Optional.empty();
        }
        Optional<Preset> preset = presets.find(request.preset());
        if (preset.isEmpty()) {
            throw new InvalidRequestException(
                    ErrorCode.INVALID_SPEC, List.of(new Mistake("/preset", "is not a preset of this installation")));
        }
        return preset;
    }

    private Accepted.@Nullable Webhook webhook(JobRequest request) throws InvalidRequestException {
        if (request.webhookUrl() == null) {
            return null;
        }
        try {
            TargetUrl url = TargetUrl.parse(request.webhookUrl(), addresses, urlRules);
            return new Accepted.Webhook(url.uri(), request.webhookEvents());
        } catch (RefusedUrlException e) {
            throw new InvalidRequestException(e.code(), List.of(new Mistake("/webhook/url", e.getMessage())));
        }
    }

    /// Reads the header and goes back to the first byte. What the client declared must be what the bytes say.
    private Inspection inspect(Upload upload) throws IOException, ProblemException, InspectException {
        InputStream content = upload.content();
        content.mark(Inspector.HEAD_LIMIT);
        Inspection inspection;
        try {
            inspection = inspector.inspect(content);
            content.reset();
        } catch (IOException _) {
            throw new ProblemException(ErrorCode.BAD_REQUEST, "the body broke off");
        } catch (InspectException e) {
            if (e.code() != ErrorCode.BAD_HEADER || upload.length() <= Inspector.HEAD_LIMIT) {
                throw e;
            }
            content.reset();
            inspection = inspectWhole(upload);
        }
        String declared = upload.declaredImageType().orElse(inspection.format().mediaType());
        if (!ImageFormat.ofMediaType(declared)
                .equals(ImageFormat.ofMediaType(inspection.format().mediaType()))) {
            throw new ProblemException(
                    ErrorCode.TYPE_MISMATCH,
                    "the image is declared as another type than it is: it is "
                            + inspection.format().mediaType());
        }
        return inspection;
    }

    /// For files that tell their size late, as most TIFFs do at their very end. They are held in memory, so few at a
    /// time.
    private Inspection inspectWhole(Upload upload) throws IOException, ProblemException, InspectException {
        Path file = upload.toDisk();
        inMemory.acquireUninterruptibly();
        try {
            return inspector.inspectWhole(Files.readAllBytes(file));
        } finally {
            inMemory.release();
        }
    }

    private Source storeOriginal(Tenant tenant, JobId job, Upload upload, Inspection inspection) {
        MessageDigest sha256 = Sha256.digest();
        store.upload(
                Keys.original(tenant, job),
                new DigestInputStream(upload.content(), sha256),
                upload.length(),
                inspection.format().mediaType());
        return new Source(
                inspection.format(),
                inspection.width(),
                inspection.height(),
                upload.length(),
                Sha256.hex(sha256.digest()),
                inspection.orientation(),
                inspection.frames());
    }

    /// The job is committed, so a queue that is away delays it and does not lose it: the sweeper sends it.
    private void enqueue(Accepted accepted) {
        try {
            jobs.send(accepted);
        } catch (RuntimeException e) {
            LOG.warn("Job {} waits for the sweeper: {}", accepted.job(), e.getMessage());
        }
    }
}
