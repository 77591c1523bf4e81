package dev.minilab.client;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A connection to one Minilab installation. Thread-safe; one for a program is enough.
///
/// Calls wait for their answer; virtual threads suit them. What may succeed later is tried again as the [RetryPolicy]
/// of the [Connection] has it. That is safe for new jobs too, since each carries an `Idempotency-Key` over all its
/// tries. What fails for good is a [MinilabException].
public final class Minilab implements AutoCloseable {

    /// The longest wait that is asked for in one call, in seconds. Proxies cut connections that are silent for long.
    private static final long LONGEST_WAIT = 25;

    private static final Duration BETWEEN_POLLS = Duration.ofSeconds(1);

    private final Transport transport;

    public Minilab(Connection connection) {
        transport = new Transport(connection);
    }

    /// Makes a job of an image.
    ///
    /// @return the job, which has usually just begun to wait
    public Job create(Image image, JobRequest request) {
        return create(image, request, UUID.randomUUID().toString(), Progress.NONE);
    }

    /// Makes a job of an image.
    ///
    /// @param idempotencyKey whoever sends the same with the same key within 24 hours gets this job
    public Job create(Image image, JobRequest request, String idempotencyKey, Progress progress) {
        return job(transport.send(
                Creation.of(transport, image, request, progress).header("Idempotency-Key", idempotencyKey)));
    }

    /// Makes a job of an image that is elsewhere.
    public Job create(Source source, JobRequest request) {
        return create(source, request, UUID.randomUUID().toString());
    }

    /// Makes a job of an image that is elsewhere, once for each key.
    public Job create(Source source, JobRequest request, String idempotencyKey) {
        return job(transport.send(Creation.of(transport, source, request).header("Idempotency-Key", idempotencyKey)));
    }

    private record UploadRequest(String contentType, long contentLength) {}

    private record Upload(String id, URI url, Map<String, String> headers, Instant expiresAt) {}

    /// Sends an image straight to the bucket, past the API. Nothing is made of it until a job is created from it.
    public Source.Uploaded upload(Image image, Progress progress) {
        Call ask = Call.of("POST", transport.resolve("/v1/uploads"))
                .json(new UploadRequest(image.mediaType(), image.length()));
        Upload upload = Transport.read(transport.send(ask), Upload.class);
        Call put =
                Call.of("PUT", upload.url()).body(() -> new CountedBody(image.publisher(), progress), image.length());
        for (Map.Entry<String, String> header : upload.headers().entrySet()) {
            put = put.header(header.getKey(), header.getValue());
        }
        try {
            transport.sendForeign(put);
        } catch (MinilabException.Refused e) {
            if (!e.repeated("http_412")) { // It can be put once, and an earlier try did.
                throw e;
            }
        }
        return new Source.Uploaded(upload.id());
    }

    public Job get(String id) {
        return job(transport.send(Call.get(path(id, ""))));
    }

    /// Waits until a job has ended.
    ///
    /// @return the job in its terminal state: look which
    /// @throws MinilabException.NotEnded if it has not ended within `patience`
    public Job await(String id, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            long wait = Math.clamp(left.plusMillis(999).toSeconds(), 1, LONGEST_WAIT);
            HttpResponse<byte[]> answer = transport.send(Call.get(path(id, "")).preferWait(wait));
            Job job = job(answer);
            if (job.status().terminal()) {
                return job;
            }
            left = Duration.ofNanos(end - System.nanoTime());
            if (!left.isPositive()) {
                throw new MinilabException.NotEnded(job);
            }
            if (answer.headers().firstValue("Preference-Applied").isEmpty()) {
                Duration asked = Transport.retryAfter(answer);
                Duration pause = asked.isZero() ? BETWEEN_POLLS : asked;
                Transport.pause(pause.compareTo(left) < 0 ? pause : left);
            }
        }
    }

    /// Tells of everything that happens to a job, from its beginning to its end, on the thread that calls.
    public void follow(String id, Consumer<JobEvent> consumer) {
        new EventStream(transport, path(id, "/events")).follow(consumer);
    }

    /// Jobs, the newest first. Lazy: pages are fetched as the stream is read.
    public Stream<Job> list(JobFilter filter) {
        return new JobPages(transport, filter).stream();
    }

    /// Ends a job as canceled.
    ///
    /// @throws MinilabException.Refused with `job_already_terminal` if it has ended before
    public Job cancel(String id) {
        try {
            return job(transport.send(Call.of("POST", path(id, "/cancel"))));
        } catch (MinilabException.Refused e) {
            if (e.repeated("job_already_terminal")) {
                Job job = get(id);
                if (job.status() == JobStatus.CANCELED) {
                    return job;
                }
            }
            throw e;
        }
    }

    /// Makes a new job of the same original, as the earlier one was asked for.
    public Job retry(String id) {
        return job(transport.send(Call.of("POST", path(id, "/retry"))
                .header("Idempotency-Key", UUID.randomUUID().toString())));
    }

    /// Deletes a job with its original, its outputs and their links.
    public void delete(String id) {
        try {
            transport.send(Call.of("DELETE", path(id, "")));
        } catch (MinilabException.Refused e) {
            if (!e.repeated("gone")) {
                throw e;
            }
        }
    }

    /// The bytes of an output, by a fresh link.
    public byte[] download(String id, String output) {
        HttpResponse<byte[]> answer = transport.send(Call.get(path(id, "/outputs/" + JobFilter.encode(output))));
        String link = answer.headers()
                .firstValue("Location")
                .orElseThrow(() -> new MinilabException.Refused(Problem.foreign(answer.statusCode()), false));
        return transport.sendForeign(Call.get(URI.create(link))).body();
    }

    private record Deliveries(List<Delivery> data) {}

    /// The attempts to deliver the webhook of a job.
    public List<Delivery> deliveries(String id) {
        return Transport.read(transport.send(Call.get(path(id, "/deliveries"))), Deliveries.class)
                .data();
    }

    /// Delivers the webhook of a job that has ended again.
    public void redeliver(String id) {
        transport.send(Call.of("POST", path(id, "/deliveries")).once());
    }

    /// What the installation can do: formats, codecs and limits, as the API has them.
    public Map<String, Object> capabilities() {
        return described("/v1/capabilities");
    }

    /// The presets of the installation: `data`, a list of names, versions and outputs, as the API has them.
    public Map<String, Object> presets() {
        return described("/v1/presets");
    }

    @SuppressWarnings("unchecked") // An object of JSON has strings for names.
    private Map<String, Object> described(String path) {
        return Transport.read(transport.send(Call.get(transport.resolve(path))), Map.class);
    }

    private URI path(String id, String rest) {
        return transport.resolve("/v1/jobs/" + JobFilter.encode(id) + rest);
    }

    private static Job job(HttpResponse<byte[]> answer) {
        return Transport.read(answer, Job.class);
    }

    /// Breaks off what is under way.
    @Override
    public void close() {
        transport.close();
    }
}
