package dev.minilab.job;

import org.jspecify.annotations.Nullable;

/// What travels through the queues: which job is meant. Everything else is read from the bucket, the only truth.
///
/// `again` is true where the job was sent before, so that someone may have begun with it.
public record JobMessage(
        int schema, Tenant tenant, JobId job, @Nullable Boolean again) {

    public static final int SCHEMA = 1;

    /// Whether the job was sent before.
    public boolean sentBefore() {
        return Boolean.TRUE.equals(again);
    }
}
