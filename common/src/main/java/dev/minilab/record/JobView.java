package dev.minilab.record;

import dev.minilab.job.Accepted;
import dev.minilab.job.Delivery;
import dev.minilab.job.JobError;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Keys;
import dev.minilab.job.Lane;
import dev.minilab.job.Placeholder;
import dev.minilab.job.Result;
import dev.minilab.job.Sha256;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Shows a job to clients, in answers and in webhooks: the JSON of the public contract, with links that are signed at
/// this moment. Thread-safe.
public final class JobView {

    private final ObjectStore store;
    private final Duration urlTtl;
    private final InstantSource clock;

    /// @param urlTtl how long the signed links of a view work, from 1 s to 7 days
    public JobView(ObjectStore store, Duration urlTtl, InstantSource clock) {
        this.store = store;
        this.urlTtl = urlTtl;
        this.clock = clock;
    }

    public ObjectNode show(JobSnapshot job) {
        Accepted accepted = job.accepted();
        Result result = job.result();
        String self = "/v1/jobs/" + accepted.job();
        ObjectNode json = Json.object()
                .put("id", accepted.job().value())
                .put("status", job.status().wireName())
                .put("tenant", accepted.tenant().value())
                .put("external_id", accepted.externalId())
                .put("lane", accepted.lane().wireName());
        if (accepted.retryOf() != null) {
            json.put("retry_of", accepted.retryOf().value());
        }
        ObjectNode metadata = json.putObject("metadata");
        accepted.metadata().forEach(metadata::put);
        json.put("created_at", time(accepted.acceptedAt()))
                .put("started_at", time(job.startedAt()))
                .put("finished_at", result == null ? null : time(result.finishedAt()))
                .put("deadline_at", time(accepted.deadlineAt()))
                .put("attempts", job.attempts());
        source(json.putObject("source"), accepted, result);
        ObjectNode outputs = json.putObject("outputs");
        for (String name : accepted.outputs().keySet()) {
            output(outputs.putObject(name), accepted.tenant(), accepted.job(), name, result);
        }
        placeholder(json, result == null ? null : result.placeholder());
        error(json, result == null ? null : result.error());
        webhook(json, job);
        if (result != null && result.timings() != null) {
            json.putObject("timings")
                    .put("queued_ms", result.timings().queuedMs())
                    .put("render_ms", result.timings().renderMs())
                    .put("decodes", result.timings().decodes());
        }
        json.putObject("links").put("self", self).put("events", self + "/events");
        return json;
    }

    /// What is left to show of a job whose request cannot be read any more: its id, and how it ended once the sweeper
    /// has ended it.
    public ObjectNode showUnreadable(Tenant tenant, JobId job, @Nullable Result result) {
        JobStatus status = result == null ? JobStatus.QUEUED : result.status();
        String self = "/v1/jobs/" + job;
        ObjectNode json = Json.object()
                .put("id", job.value())
                .put("status", status.wireName())
                .put("tenant", tenant.value())
                .putNull("external_id")
                .put("lane", Lane.INTERACTIVE.wireName());
        json.putObject("metadata");
        json.put("created_at", time(job.createdAt()))
                .putNull("started_at")
                .put("finished_at", result == null ? null : time(result.finishedAt()))
                .putNull("deadline_at")
                .put("attempts", result == null ? 0 : result.attempts());
        json.putObject("source");
        ObjectNode outputs = json.putObject("outputs");
        if (result != null) {
            result.outputs().keySet().forEach(name -> output(outputs.putObject(name), tenant, job, name, result));
        }
        placeholder(json, null);
        error(json, result == null ? null : result.error());
        json.putNull("webhook");
        json.putObject("links").put("self", self).put("events", self + "/events");
        return json;
    }

    /// A strong ETag (RFC 9110, 8.8.3) of what [#show] shows now. It changes with the job, twice in the life of a
    /// signed link, and with temporary credentials that sign it, so that a client that keeps an answer keeps links
    /// that work.
    public String etag(JobSnapshot job) {
        long era = clock.instant().toEpochMilli() / Math.max(1, urlTtl.toMillis() / 2);
        String state = job.accepted().job() + " " + job.status() + " " + job.attempts() + " "
                + (job.lastDelivery() == null ? "" : job.lastDelivery().attempt()) + " "
                + (job.result() == null ? "" : era + " " + store.endOfLinks());
        return "\"" + Sha256.of(state.getBytes(StandardCharsets.UTF_8)).substring(0, 24) + "\"";
    }

    /// What is known by now: in the end what the worker found, and before that a URL may be all there is.
    private static void source(ObjectNode json, Accepted accepted, @Nullable Result result) {
        if (accepted.sourceUrl() != null) {
            json.put("url", accepted.sourceUrl().toString());
        }
        Source source = result != null && result.source() != null ? result.source() : accepted.source();
        if (source == null) {
            return;
        }
        json.put("format", source.format().wireName())
                .put("media_type", source.format().mediaType())
                .put("width", source.width())
                .put("height", source.height())
                .put("bytes", source.bytes())
                .put("sha256", source.sha256())
                .put("orientation", source.orientation())
                .put("frames", source.frames());
        if (source.url() != null) {
            json.put("url", source.url().toString()).put("etag", source.etag());
        }
    }

    private void output(ObjectNode json, Tenant tenant, JobId job, String name, @Nullable Result result) {
        Result.Output output = result == null ? null : result.outputs().get(name);
        if (output == null) {
            json.put("status", result == null ? "pending" : "failed");
            return;
        }
        Result.Stored stored = output.stored();
        json.put("status", stored == null ? "failed" : "succeeded");
        if (stored == null) {
            error(json, output.error());
            return;
        }
        String key = Keys.output(tenant, job, name, stored.format());
        ObjectStore.SignedLink link = store.link(key, urlTtl);
        json.put("format", stored.format().wireName())
                .put("media_type", stored.format().mediaType())
                .put("width", stored.width())
                .put("height", stored.height())
                .put("bytes", stored.bytes())
                .put("sha256", stored.sha256())
                .put("url", link.url().toString())
                .put("url_expires_at", time(link.expiresAt()))
                .put("stable_url", "/v1/jobs/" + job + "/outputs/" + name);
    }

    private static void placeholder(ObjectNode json, @Nullable Placeholder placeholder) {
        if (placeholder == null) {
            json.putNull("placeholder");
            return;
        }
        json.putObject("placeholder")
                .put("thumbhash", placeholder.thumbhash())
                .put("dominant_color", placeholder.dominantColor());
    }

    private static void webhook(ObjectNode json, JobSnapshot job) {
        Accepted.Webhook webhook = job.accepted().webhook();
        if (webhook == null) {
            json.putNull("webhook");
            return;
        }
        Delivery last = job.lastDelivery();
        ObjectNode shown = json.putObject("webhook")
                .put("url", webhook.url().toString())
                .put("status", webhookStatus(job, webhook))
                .put("attempts", last == null ? 0 : last.attempt());
        if (last != null && last.nextAttemptAt() != null) {
            shown.put("next_attempt_at", time(last.nextAttemptAt()));
        }
    }

    private static String webhookStatus(JobSnapshot job, Accepted.Webhook webhook) {
        if (job.result() != null && !webhook.wants(job.result().status())) {
            return "skipped";
        }
        Delivery last = job.lastDelivery();
        return (last == null ? Delivery.State.PENDING : last.state()).wireName();
    }

    private static void error(ObjectNode json, @Nullable JobError error) {
        if (error == null) {
            json.putNull("error");
            return;
        }
        json.putObject("error")
                .put("code", error.code().wireName())
                .put("detail", error.detail())
                .put("retryable", error.retryable());
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
