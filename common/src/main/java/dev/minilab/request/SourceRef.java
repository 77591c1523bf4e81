package dev.minilab.request;

import dev.minilab.job.UploadId;

/// Where the original of a job is to come from. Immutable.
public sealed interface SourceRef {

    /// With the request itself, as its body or a part of it.
    record Inline() implements SourceRef {}

    /// From a direct upload.
    record Uploaded(UploadId upload) implements SourceRef {}

    /// From an object that is in the bucket already: for operators only.
    record Stored(String key) implements SourceRef {

        /// As long as S3 and R2 permit, in bytes of UTF-8.
        public static final int MAX_KEY = 1024;
    }

    /// From a URL, as sent: whether it may be called is for the caller to check.
    record Remote(String url) implements SourceRef {}
}
