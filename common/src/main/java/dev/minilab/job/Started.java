package dev.minilab.job;

import java.time.Instant;

/// That a worker is at a job: the content of `started.json`, written only for jobs that take a while.
public record Started(Instant startedAt, int attempt) {}
