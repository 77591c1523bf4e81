package dev.minilab.client;

/// Something that happened to a job: `type` is `job.queued`, `job.processing`, `output.succeeded`, `job.succeeded`
/// and
/// so on, `job` the job as it was then, `id` where a broken stream goes on. Immutable.
public record JobEvent(String id, String type, Job job) {}
