package dev.minilab.api;

import dev.minilab.job.Accepted;

/// That a job exists: made by this request, or by an earlier one with the same `Idempotency-Key`.
record Acceptance(Accepted accepted, boolean replayed) {}
