package dev.minilab.store;

import static dev.minilab.store.StoreCalls.call;

import dev.minilab.aws.AwsCredentials;
import dev.minilab.config.Config;
import dev.minilab.job.Keys;
import dev.minilab.store.StoreException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CORSRule;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// What is set once for a bucket: its existence, its lifecycle and its CORS rules. For those who set an installation up
/// and those who look after it; no request and no job comes here. Rules that are not ours are kept. Thread-safe.
///
/// Needs `s3:GetLifecycleConfiguration`, `s3:PutLifecycleConfiguration`, `s3:GetBucketCORS` and `s3:PutBucketCORS`; at
/// R2 a token with *Admin Read & Write*.
public final class BucketAdmin implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String UPLOADS = "uploads";
    private static final String MULTIPART = "multipart";
    private static final int CORS_SECONDS = 3600;

    private final String bucket;
    private final S3Client s3;

    public BucketAdmin(Config.Store config) {
        bucket = config.bucket();
        s3 = S3Client.builder()
                .httpClientBuilder(Apache5HttpClient.builder().connectionTimeout(Duration.ofSeconds(3)))
                .region(Region.of(config.region()))
                .endpointOverride(config.endpoint())
                .credentialsProvider(AwsCredentials.of(config.credentials()))
                .serviceConfiguration(c -> c.pathStyleAccessEnabled(config.endpoint() != null)
                        .chunkedEncodingEnabled(false)
                        .expectContinueEnabled(false))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(TIMEOUT).apiCallTimeout(TIMEOUT.multipliedBy(2)))
                .build();
    }

    /// Whether the store has the thing that was asked about, lacks it, or has no such things at all.
    public enum Rule {
        SET,
        MISSING,
        NOT_OFFERED
    }

    /// Whether direct uploads that nothing was made of are removed.
    public Rule uploadsExpire() {
        return lifecycle(rule -> rule.expiration() != null
                && rule.expiration().days() != null
                && Keys.uploads().startsWith(prefix(rule)));
    }

    /// Whether what was left of uploads in parts is removed.
    public Rule partsExpire() {
        return lifecycle(rule ->
                rule.abortIncompleteMultipartUpload() != null && prefix(rule).isEmpty());
    }

    private Rule lifecycle(Predicate<LifecycleRule> fits) {
        List<LifecycleRule> rules = lifecycleRules();
        if (rules == null) {
            return Rule.NOT_OFFERED;
        }
        return rules.stream().anyMatch(r -> r.status() == ExpirationStatus.ENABLED && fits.test(r))
                ? Rule.SET
                : Rule.MISSING;
    }

    private static String prefix(LifecycleRule rule) {
        return rule.filter() == null || rule.filter().prefix() == null
                ? ""
                : rule.filter().prefix();
    }

    private @Nullable List<LifecycleRule> lifecycleRules() {
        return configured(
                "GetBucketLifecycleConfiguration " + bucket,
                () -> s3.getBucketLifecycleConfiguration(g -> g.bucket(bucket)).rules());
    }

    /// Has direct uploads removed a day after they came, and parts of uploads likewise.
    public void expireUploads() {
        List<LifecycleRule> rules = new ArrayList<>();
        List<LifecycleRule> standing = lifecycleRules();
        if (standing != null) {
            standing.stream()
                    .filter(rule -> !List.of(UPLOADS, MULTIPART).contains(String.valueOf(rule.id())))
                    .forEach(rules::add);
        }
        rules.add(LifecycleRule.builder()
                .id(UPLOADS)
                .status(ExpirationStatus.ENABLED)
                .filter(f -> f.prefix(Keys.uploads()))
                .expiration(e -> e.days(1))
                .build());
        rules.add(LifecycleRule.builder()
                .id(MULTIPART)
                .status(ExpirationStatus.ENABLED)
                .filter(f -> f.prefix(""))
                .abortIncompleteMultipartUpload(a -> a.daysAfterInitiation(1))
                .build());
        call(
                "PutBucketLifecycleConfiguration " + bucket,
                () -> s3.putBucketLifecycleConfiguration(
                        p -> p.bucket(bucket).lifecycleConfiguration(l -> l.rules(rules))));
    }

    /// Whether pages of an origin may read results and put direct uploads.
    public Rule pagesMayUse(String origin) {
        List<CORSRule> rules = corsRules();
        if (rules == null) {
            return Rule.NOT_OFFERED;
        }
        return rules.stream().anyMatch(rule -> allows(rule, origin)) ? Rule.SET : Rule.MISSING;
    }

    private static boolean allows(CORSRule rule, String origin) {
        return Stream.of("*", origin).anyMatch(rule.allowedOrigins()::contains)
                && rule.allowedMethods().containsAll(List.of("GET", "PUT"))
                && Stream.of("content-type", "if-none-match")
                        .allMatch(header -> rule.allowedHeaders().stream()
                                .anyMatch(allowed -> allowed.equals("*") || allowed.equalsIgnoreCase(header)));
    }

    private @Nullable List<CORSRule> corsRules() {
        return configured(
                "GetBucketCors " + bucket,
                () -> s3.getBucketCors(g -> g.bucket(bucket)).corsRules());
    }

    /// Lets pages of these origins read results and put direct uploads.
    public void letPagesUse(List<String> origins) {
        List<CORSRule> rules = new ArrayList<>();
        List<CORSRule> standing = corsRules();
        if (standing != null) {
            rules.addAll(standing);
        }
        rules.add(CORSRule.builder()
                .allowedOrigins(origins)
                .allowedMethods("GET", "HEAD", "PUT")
                .allowedHeaders("content-type", "if-none-match")
                .exposeHeaders("ETag")
                .maxAgeSeconds(CORS_SECONDS)
                .build());
        call(
                "PutBucketCors " + bucket,
                () -> s3.putBucketCors(p -> p.bucket(bucket).corsConfiguration(c -> c.corsRules(rules))));
    }

    /// Whether the store refuses a body whose digest is another than the one that was sent along. Leaves nothing
    /// behind.
    public boolean refusesTornBodies(String key) {
        byte[] body = {1};
        String another = Base64.getEncoder().encodeToString(new byte[16]);
        try {
            call(
                    "PutObject " + key,
                    () -> s3.putObject(
                            p -> p.bucket(bucket).key(key).contentMD5(another), RequestBody.fromBytes(body)));
        } catch (StoreException e) {
            if (e.reason() == Reason.REFUSED) {
                return true;
            }
            throw e;
        }
        call("DeleteObject " + key, () -> s3.deleteObject(d -> d.bucket(bucket).key(key)));
        return false;
    }

    /// What is configured: nothing yet is an empty list, and null what this store does not offer.
    private static <T> @Nullable List<T> configured(String what, Supplier<List<T>> rules) {
        return StoreCalls.<@Nullable List<T>>call(what, () -> {
            try {
                return rules.get();
            } catch (S3Exception e) {
                String code = e.awsErrorDetails() == null
                        ? ""
                        : String.valueOf(e.awsErrorDetails().errorCode());
                if (e.statusCode() == 501 || code.equals("NotImplemented")) {
                    return null;
                }
                if (e.statusCode() == 404 && code.startsWith("NoSuch") && !code.equals("NoSuchBucket")) {
                    return List.of();
                }
                throw e;
            }
        });
    }

    @Override
    public void close() {
        s3.close();
    }
}
