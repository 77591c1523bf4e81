package dev.minilab.api;

import dev.minilab.api.Origin.Original;
import dev.minilab.job.Accepted;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import dev.minilab.request.InvalidRequestException;
import java.time.Instant;

/// A job that is asked for and does not exist yet. For one request and one thread.
interface Draft {

    /// What is asked for, in the same words whenever the same is asked for; without the image that comes with it.
    String fingerprint();

    /// Refuses what cannot be accepted.
    void check() throws InvalidRequestException;

    /// The job, once it has an id and an original; to be called after [#check].
    Accepted accepted(Tenant tenant, JobId job, Instant now, Original original);
}
