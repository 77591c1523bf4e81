package dev.minilab.job;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The value of a `traceparent` header (<https://www.w3.org/TR/trace-context-1/>, version 00): the trace that a call
/// belongs to, and the step of it that made the call. Immutable.
///
/// @param traceId 32 hex digits, not all of them 0
/// @param parentId 16 hex digits, not all of them 0
/// @param sampled whether whoever made the call may have recorded it
public record TraceParent(String traceId, String parentId, boolean sampled) {

    private static final Pattern TRACE_ID = Pattern.compile("(?!0{32})[0-9a-f]{32}");
    private static final Pattern PARENT_ID = Pattern.compile("(?!0{16})[0-9a-f]{16}");
    /// Later versions may go on after the flags.
    private static final Pattern HEADER =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(" + TRACE_ID + ")-(" + PARENT_ID + ")-([0-9a-f]{2})(-.*)?");

    public TraceParent {
        if (!TRACE_ID.matcher(traceId).matches() || !PARENT_ID.matcher(parentId).matches()) {
            throw new IllegalArgumentException("not the ids of a trace");
        }
    }

    /// What a header says; nothing if it is none, as the specification wants it.
    public static Optional<TraceParent> parse(String header) {
        Matcher form = HEADER.matcher(header.strip());
        if (!form.matches() || (form.group(1).equals("00") && form.group(5) != null)) {
            return Optional.empty();
        }
        boolean sampled = (Integer.parseInt(form.group(4), 16) & 1) == 1;
        return Optional.of(new TraceParent(form.group(2), form.group(3), sampled));
    }

    /// The trace of a job that was made outside any: it follows from the job, and whoever is called may record it.
    public static TraceParent of(JobId job) {
        String hash = Sha256.of(job.value().getBytes(StandardCharsets.US_ASCII));
        return new TraceParent(hash.substring(0, 32), hash.substring(32, 48), true);
    }

    /// The same trace, at a step of its own.
    public TraceParent child(RandomGenerator random) {
        return new TraceParent(traceId, HexFormat.of().toHexDigits(random.nextLong(1, Long.MAX_VALUE)), sampled);
    }

    /// As a header has it.
    @Override
    public String toString() {
        return "00-" + traceId + "-" + parentId + "-" + (sampled ? "01" : "00");
    }
}
