package dev.minilab.api;

import dev.minilab.inspect.InspectException;
import dev.minilab.job.Accepted;
import dev.minilab.job.JobId;
import dev.minilab.job.Source;
import dev.minilab.job.Tenant;
import dev.minilab.request.InvalidRequestException;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Where the original of a new job is by now, and how it gets to the job. For one request and one thread.
interface Origin {

    /// Looks at it. What its size, its type or its first bytes forbid is refused here, before anything is written.
    void inspect() throws IOException, ProblemException, InspectException, InvalidRequestException;

    /// Which of the versions of an object it is that [#inspect] has looked at; nothing where that follows from the
    /// request or its body.
    default @Nullable String version() {
        return null;
    }

    /// Brings it to the key of a job; to be called after [#inspect], once.
    ///
    /// @param once whether the key may be taken: then what stands there is kept, and must be the same
    /// @throws ProblemException if it cannot be had any more, or another stands there
    Original bring(Tenant tenant, JobId job, boolean once) throws IOException, ProblemException;

    /// Whether a job that was accepted has this very original, as far as that does not follow from the request. Reads
    /// it to its end.
    boolean isThatOf(Accepted accepted) throws IOException, ProblemException;

    /// What a job is told of its original: facts of what is in the bucket, or the URL it is still to be fetched from.
    record Original(@Nullable Source source, @Nullable URI url) {}
}
