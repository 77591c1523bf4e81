package dev.minilab.api;

import dev.minilab.config.AccessConfig.Rate;
import dev.minilab.job.ErrorCode;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// How many calls a key may make: a bucket of tokens for each, refilled at the rate. Thread-safe.
///
/// Answers tell the rule and what is left of it in `RateLimit-Policy` and `RateLimit`
/// (<https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10>). Each process counts for itself.
final class RateLimits {

    private static final String POLICY = "\"default\"";

    private final @Nullable Rate rate;
    private final LongSupplier nanoTime;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    /// @param rate none for no limit
    RateLimits(@Nullable Rate rate, LongSupplier nanoTime) {
        this.rate = rate;
        this.nanoTime = nanoTime;
    }

    /// Takes a token of the caller's bucket.
    ///
    /// @throws ProblemException if there is none
    void take(Context ctx, Caller caller) throws ProblemException {
        if (rate == null) {
            return;
        }
        Bucket bucket = buckets.computeIfAbsent(caller.key(), _ -> new Bucket(rate, nanoTime.getAsLong()));
        Bucket.Level level = bucket.take(nanoTime.getAsLong());
        ctx.header("RateLimit-Policy", POLICY + ";q=" + rate.burst() + ";w=" + seconds(rate.timeFor(rate.burst())));
        ctx.header("RateLimit", POLICY + ";r=" + level.left() + ";t=" + seconds(level.untilFull()));
        if (!level.taken()) {
            throw new ProblemException(ErrorCode.RATE_LIMITED, "this key makes too many calls", level.untilNext());
        }
    }

    private static long seconds(Duration duration) {
        return duration.plusNanos(999_999_999).toSeconds();
    }

    /// One key's tokens. Thread-safe.
    private static final class Bucket {

        /// What a call found.
        ///
        /// @param left whole tokens that are left
        record Level(boolean taken, long left, Duration untilNext, Duration untilFull) {}

        private final Rate rate;
        private double tokens;
        private long at;

        Bucket(Rate rate, long now) {
            this.rate = rate;
            tokens = rate.burst();
            at = now;
        }

        synchronized Level take(long now) {
            tokens = Math.min(rate.burst(), tokens + rate.tokens(Duration.ofNanos(Math.max(0, now - at))));
            at = Math.max(at, now);
            boolean taken = tokens >= 1;
            if (taken) {
                tokens -= 1;
            }
            return new Level(
                    taken, (long) tokens, rate.timeFor(Math.max(0, 1 - tokens)), rate.timeFor(rate.burst() - tokens));
        }
    }
}
