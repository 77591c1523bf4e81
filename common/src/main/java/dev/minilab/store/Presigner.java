package dev.minilab.store;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.PresignedPutObjectRequest;

/// Signs requests that others send, or that are sent by hand, for one bucket at one address. Thread-safe.
final class Presigner implements AutoCloseable {

    private static final String IF_NONE_MATCH_ANY = "*";

    private final String bucket;
    private final AwsCredentialsProvider credentials;
    private final S3Presigner presigner;

    Presigner(
            String bucket,
            Region region,
            @Nullable URI endpoint,
            AwsCredentialsProvider credentials,
            S3Configuration settings,
            S3Client s3) {
        this.bucket = bucket;
        this.credentials = credentials;
        presigner = S3Presigner.builder()
                .region(region)
                .endpointOverride(endpoint)
                .credentialsProvider(credentials)
                .serviceConfiguration(settings)
                .s3Client(s3)
                .build();
    }

    ObjectStore.SignedLink get(String key, Duration ttl) {
        Instant expiresAt = expiry(ttl);
        var signed = presigner.presignGetObject(p ->
                p.signatureDuration(ttl).getObjectRequest(g -> g.bucket(bucket).key(key)));
        return new ObjectStore.SignedLink(URI.create(signed.url().toString()), expiresAt);
    }

    /// Until when what is signed now will work at least: to the second, as signatures have it, and no longer than the
    /// credentials that sign.
    private Instant expiry(Duration ttl) {
        Instant byTtl = Instant.now().truncatedTo(ChronoUnit.SECONDS).plus(ttl);
        return endOfCredentials().filter(byTtl::isAfter).orElse(byTtl);
    }

    /// When the credentials end, if they are temporary and it is known.
    Optional<Instant> endOfCredentials() {
        return credentials.resolveCredentials().expirationTime();
    }

    ObjectStore.SignedPut put(String key, String contentType, long length, boolean ifAbsent, Duration ttl) {
        Instant expiresAt = expiry(ttl);
        PresignedPutObjectRequest signed = sign(key, contentType, length, ifAbsent, Map.of(), ttl);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", contentType);
        if (ifAbsent) {
            headers.put("If-None-Match", IF_NONE_MATCH_ANY);
        }
        return new ObjectStore.SignedPut(URI.create(signed.url().toString()), headers, expiresAt);
    }

    SdkHttpRequest putRequest(
            String key, String contentType, long length, boolean ifAbsent, Map<String, String> metadata, Duration ttl) {
        return sign(key, contentType, length, ifAbsent, metadata, ttl).httpRequest();
    }

    private PresignedPutObjectRequest sign(
            String key, String contentType, long length, boolean ifAbsent, Map<String, String> metadata, Duration ttl) {
        return presigner.presignPutObject(p -> p.signatureDuration(ttl)
                .putObjectRequest(r -> r.bucket(bucket)
                        .key(key)
                        .contentLength(length)
                        .contentType(contentType)
                        .metadata(metadata)
                        .ifNoneMatch(ifAbsent ? IF_NONE_MATCH_ANY : null)));
    }

    @Override
    public void close() {
        presigner.close();
    }
}
