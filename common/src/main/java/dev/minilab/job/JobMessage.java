package dev.minilab.job;

/// What travels through the queues: which job is meant. Everything else is read from the bucket, the only truth.
public record JobMessage(int schema, Tenant tenant, JobId job) {

    public static final int SCHEMA = 1;
}
