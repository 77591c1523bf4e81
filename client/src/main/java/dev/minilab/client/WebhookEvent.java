package dev.minilab.client;

import java.time.Instant;

/// What a webhook tells: `type` is `job.succeeded`, `job.partially_succeeded`, `job.failed`, `job.canceled` or
/// `job.expired`, `data` the job, with links that work. Immutable.
public record WebhookEvent(String type, Instant timestamp, Job data) {}
