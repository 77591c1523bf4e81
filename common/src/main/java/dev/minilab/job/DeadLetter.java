package dev.minilab.job;

import java.time.Instant;

/// A job that was given up: whose it is, and why its result says `failed`. The content of
/// `dead-letters/{tenant}/{job}.json`, there until the job is sent again as a retry, and for two weeks at most.
public record DeadLetter(Tenant tenant, JobId job, ErrorCode code, String cause, Instant at) {}
