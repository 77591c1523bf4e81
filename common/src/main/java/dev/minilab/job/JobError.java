package dev.minilab.job;

/// Why a job or one output failed: a code, a sentence that a client may read, and whether a retry may help.
public record JobError(ErrorCode code, String detail, boolean retryable) {

    public static JobError of(ErrorCode code, String detail) {
        return new JobError(code, detail, code.retryable());
    }
}
