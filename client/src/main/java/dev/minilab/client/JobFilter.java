package dev.minilab.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Which jobs to list; null for any. `pageSize` is how many are asked for at once. Immutable.
public record JobFilter(
        @Nullable JobStatus status, @Nullable String externalId, int pageSize) {

    public static final JobFilter ALL = new JobFilter(null, null, 50);

    public JobFilter {
        if (pageSize < 1 || status == JobStatus.UNKNOWN) {
            throw new IllegalArgumentException("impossible filter");
        }
    }

    public JobFilter status(JobStatus to) {
        return new JobFilter(to, externalId, pageSize);
    }

    public JobFilter externalId(String to) {
        return new JobFilter(status, to, pageSize);
    }

    public JobFilter pageSize(int to) {
        return new JobFilter(status, externalId, to);
    }

    String query(@Nullable String cursor) {
        return "?limit=" + pageSize
                + (status == null ? "" : "&status=" + status.wireName())
                + (externalId == null ? "" : "&external_id=" + encode(externalId))
                + (cursor == null ? "" : "&cursor=" + encode(cursor));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
