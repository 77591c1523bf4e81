package dev.minilab.store;

import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.store.StoreException.Reason;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Turns what the SDK throws into [StoreException], in one place, and measures the calls.
final class StoreCalls {

    private StoreCalls() {}

    static <T> T call(String what, Supplier<T> call) {
        long start = System.nanoTime();
        String outcome = "ok";
        try {
            return translated(what, call);
        } catch (StoreException e) {
            outcome = e.reason().name().toLowerCase(Locale.ROOT);
            throw e;
        } finally {
            Meters.timeSince(Metric.STORE_CALLS, start, what.substring(0, what.indexOf(' ')), outcome);
        }
    }

    private static <T> T translated(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (NoSuchBucketException e) {
            throw new StoreException(Reason.NO_BUCKET, what + ": the bucket does not exist", e);
        } catch (S3Exception e) {
            String code = e.awsErrorDetails() == null
                    ? ""
                    : Optional.ofNullable(e.awsErrorDetails().errorCode()).orElse("");
            throw refused(what, e.statusCode(), code, e);
        } catch (SdkException e) {
            throw new StoreException(Reason.UNAVAILABLE, what + ": " + e.getMessage(), e);
        } catch (CancellationException e) { // What the HTTP client makes of a wait for a connection that is given up.
            throw new StoreException(Reason.UNAVAILABLE, what + ": no connection in time", e);
        }
    }

    static StoreException refused(String what, int status, String code, Exception cause) {
        Reason reason = switch (status) {
            case 401, 403 -> Reason.DENIED;
            case 404 -> Reason.NO_BUCKET;
            case 507 -> Reason.FULL;
            case 408, 409, 429 -> Reason.UNAVAILABLE; // 409: S3's answer to conditional writes at the same moment.
            case 501 -> Reason.REFUSED; // R2's answer to what it does not have.
            default -> status >= 500 ? Reason.UNAVAILABLE : Reason.REFUSED;
        };
        return new StoreException(reason, what + ": the store answered " + status + " " + code, cause);
    }
}
