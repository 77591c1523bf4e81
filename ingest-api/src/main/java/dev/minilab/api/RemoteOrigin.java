package dev.minilab.api;

import dev.minilab.egress.AddressPolicy;
import dev.minilab.egress.RefusedUrlException;
import dev.minilab.egress.TargetUrl;
import dev.minilab.job.Accepted;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.Tenant;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.net.URI;
import java.util.List;

/// An original at a URL, which a worker fetches once the job exists. Here its address is judged as far as it is
/// written
/// out; the worker judges it again when it connects.
final class RemoteOrigin implements Origin {

    private final URI url;

    private RemoteOrigin(URI url) {
        this.url = url;
    }

    /// @throws InvalidRequestException if this URL may not be fetched
    static RemoteOrigin of(String url, AddressPolicy addresses, TargetUrl.Rules rules) throws InvalidRequestException {
        try {
            return new RemoteOrigin(TargetUrl.parse(url, addresses, rules).uri());
        } catch (RefusedUrlException e) {
            ErrorCode code = e.code() == ErrorCode.BLOCKED_ADDRESS ? e.code() : ErrorCode.INVALID_SPEC;
            throw new InvalidRequestException(code, List.of(new Mistake("/source/url", e.getMessage())));
        }
    }

    @Override
    public void inspect() {
        // There is nothing to look at before the worker has fetched it.
    }

    @Override
    public Original bring(Tenant tenant, JobId job, boolean once) {
        return new Original(null, url);
    }

    @Override
    public boolean isThatOf(Accepted accepted) {
        return url.equals(accepted.sourceUrl());
    }
}
