package dev.minilab.api;

import dev.minilab.api.Origin.Original;
import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.RefusedUrlException;
import dev.minilab.egress.TargetUrl;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.InvalidRequestException.Mistake;
import dev.minilab.request.JobRequest;
import dev.minilab.request.OutputView;
import dev.minilab.request.Preset;
import dev.minilab.request.Presets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A job as a request asks for it.
final class RequestDraft implements Draft {

    /// What every request is checked against.
    record Rules(Presets presets, AddressPolicy addresses, TargetUrl.Rules urls) {}

    private final JobRequest request;
    private final Rules rules;
    private final @Nullable String traceparent;
    private Optional<Preset> preset = Optional.empty();
    private Accepted.@Nullable Webhook webhook;

    /// @param traceparent the trace of the request, if it is part of one
    RequestDraft(JobRequest request, Rules rules, @Nullable String traceparent) {
        this.request = request;
        this.rules = rules;
        this.traceparent = traceparent;
    }

    @Override
    public String fingerprint() {
        ObjectNode json = Json.object()
                .put("call", "create")
                .put("preset", request.preset())
                .put("webhook", request.webhookUrl())
                .put("external_id", request.externalId())
                .put("deadline", String.valueOf(request.deadline()))
                .put("lane", request.lane().wireName())
                .put("source", request.source().toString());
        json.set("outputs", OutputView.show(request.outputs()));
        ArrayNode events = json.putArray("events");
        request.webhookEvents().stream().map(JobStatus::event).sorted().forEach(events::add);
        ObjectNode metadata = json.putObject("metadata");
        request.metadata().forEach(metadata::put);
        return json.toString();
    }

    @Override
    public void check() throws InvalidRequestException {
        preset = preset();
        webhook = webhook();
    }

    /// The preset that applies: none where the request names its outputs.
    private Optional<Preset> preset() throws InvalidRequestException {
        if (!request.outputs().isEmpty()) {
            return Optional.empty();
        }
        Optional<Preset> found = rules.presets().find(request.preset());
        if (found.isEmpty()) {
            throw new InvalidRequestException(
                    ErrorCode.INVALID_SPEC, List.of(new Mistake("/preset", "is not a preset of this installation")));
        }
        return found;
    }

    private Accepted.@Nullable Webhook webhook() throws InvalidRequestException {
        if (request.webhookUrl() == null) {
            return null;
        }
        try {
            TargetUrl url = TargetUrl.parse(request.webhookUrl(), rules.addresses(), rules.urls());
            return new Accepted.Webhook(url.uri(), request.webhookEvents());
        } catch (RefusedUrlException e) {
            throw new InvalidRequestException(e.code(), List.of(new Mistake("/webhook/url", e.getMessage())));
        }
    }

    @Override
    public Accepted accepted(Tenant tenant, JobId job, Instant now, Original original) {
        return new Accepted(
                Accepted.SCHEMA,
                job,
                tenant,
                now,
                original.source(),
                preset.map(Preset::outputs).orElse(request.outputs()),
                preset.map(Preset::name).orElse(null),
                preset.map(Preset::version).orElse(null),
                webhook,
                request.externalId(),
                request.metadata(),
                request.deadline() == null ? null : now.plus(request.deadline()),
                request.lane(),
                null,
                original.url(),
                traceparent);
    }
}
