package dev.minilab.store;

import dev.minilab.aws.AwsCredentials;
import dev.minilab.config.Config;
import dev.minilab.metrics.Meters;
import dev.minilab.metrics.Metric;
import dev.minilab.store.StoreException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// One bucket of an S3-compatible store, as the rest of Minilab sees it: whole small objects, one streamed upload,
/// listings, signed links.
///
/// Set for Cloudflare R2, and right for S3 and S3Proxy too (<https://developers.cloudflare.com/r2/api/s3/api/>):
/// checksums only when required, no chunked signing, no 100-continue, and our own Content-MD5 with whole objects, so
/// that a torn body becomes an error and not an object. Every call either does what it says or throws
/// [StoreException]; small calls are retried by the SDK, a streamed upload is not. Thread-safe.
public final class ObjectStore implements AutoCloseable {

    /// Enough for a few hundred uploads at once beside everything else; a call that gets no connection in time fails
    /// as unavailable.
    private static final int MAX_CONNECTIONS = 512;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(25);
    /// A streamed upload that takes longer is broken off.
    public static final Duration LONGEST_UPLOAD = Duration.ofMinutes(30);

    /// The slowest line on which whole objects are still read and written, in bytes a second.
    private static final long SLOWEST = 256 * 1024;

    private static final Duration UPLOAD_SIGNATURE = Duration.ofMinutes(15);
    private static final String IF_NONE_MATCH_ANY = "*";

    private final String bucket;
    private final SdkHttpClient http;
    private final S3Client s3;
    private final S3Presigner uploads;
    private final S3Presigner links;

    public ObjectStore(Config.Store config) {
        bucket = config.bucket();
        http = Apache5HttpClient.builder()
                .maxConnections(MAX_CONNECTIONS)
                .connectionTimeout(CONNECT_TIMEOUT)
                .connectionAcquisitionTimeout(CONNECT_TIMEOUT)
                .socketTimeout(SOCKET_TIMEOUT)
                .expectContinueEnabled(false)
                .build();
        AwsCredentialsProvider credentials = AwsCredentials.of(config.credentials());
        Region region = Region.of(config.region());
        S3Configuration settings = S3Configuration.builder()
                .pathStyleAccessEnabled(config.endpoint() != null)
                .chunkedEncodingEnabled(false)
                .expectContinueEnabled(false)
                .build();
        s3 = S3Client.builder()
                .httpClient(http)
                .region(region)
                .endpointOverride(config.endpoint())
                .credentialsProvider(credentials)
                .serviceConfiguration(settings)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(o -> o.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT))
                .build();
        uploads = presigner(region, config.endpoint(), credentials, settings);
        links = presigner(region, config.publicEndpoint(), credentials, settings);
    }

    private S3Presigner presigner(
            Region region, @Nullable URI endpoint, AwsCredentialsProvider credentials, S3Configuration settings) {
        return S3Presigner.builder()
                .region(region)
                .endpointOverride(endpoint)
                .credentialsProvider(credentials)
                .serviceConfiguration(settings)
                .s3Client(s3)
                .build();
    }

    /// Writes an object, over whatever stands there.
    public void put(String key, byte[] body, String contentType) {
        put(key, body, contentType, Map.of());
    }

    /// Writes an object, over whatever stands there, with metadata that is served as `x-amz-meta-` headers: names and
    /// values are ASCII.
    public void put(String key, byte[] body, String contentType, Map<String, String> metadata) {
        PutObjectRequest request = putRequest(key, body, contentType, null).toBuilder()
                .metadata(metadata)
                .build();
        call("PutObject " + key, () -> s3.putObject(request, RequestBody.fromBytes(body)));
    }

    /// Creates an object unless its key is taken: the compare-and-set that everything rests on. An answer that got
    /// lost on its way is recognised: when the object that stands there has our very bytes, it counts as created.
    ///
    /// @return nothing if created, else the bytes that were there first
    public Optional<byte[]> putIfAbsent(String key, byte[] body, String contentType) {
        boolean created = call("PutObject " + key, () -> {
            try {
                s3.putObject(putRequest(key, body, contentType, IF_NONE_MATCH_ANY), RequestBody.fromBytes(body));
                return true;
            } catch (S3Exception e) {
                if (e.statusCode() == 412) {
                    return false;
                }
                throw e;
            }
        });
        if (created) {
            return Optional.empty();
        }
        byte[] standing = get(key).orElseThrow(() -> new StoreException(
                Reason.UNAVAILABLE, "PutObject " + key + ": taken, and gone again", new IOException("412, then 404")));
        return MessageDigest.isEqual(standing, body) ? Optional.empty() : Optional.of(standing);
    }

    private PutObjectRequest putRequest(String key, byte[] body, String contentType, @Nullable String ifNoneMatch) {
        return PutObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .contentType(contentType)
                .contentLength((long) body.length)
                .contentMD5(Base64.getEncoder().encodeToString(md5().digest(body)))
                .ifNoneMatch(ifNoneMatch)
                .overrideConfiguration(o -> inTimeFor(o, body.length))
                .build();
    }

    private static void inTimeFor(AwsRequestOverrideConfiguration.Builder call, long bytes) {
        Duration more = Duration.ofSeconds(bytes / SLOWEST);
        call.apiCallAttemptTimeout(ATTEMPT_TIMEOUT.plus(more)).apiCallTimeout(CALL_TIMEOUT.plus(more.multipliedBy(2)));
    }

    /// Streams exactly `length` bytes into an object and holds none of them longer than a buffer; tried once, because
    /// the stream is read once.
    ///
    /// The request is a presigned one with an unsigned payload: signing the payload would mean to read it twice.
    ///
    /// @throws StoreException with reason `BODY_BROKEN` if `body` fails or ends early; then no object comes into
    /// being
    public void upload(String key, InputStream body, long length, String contentType) {
        var source = new UploadSource(body, length);
        call("PutObject " + key, () -> {
            var signed = uploads.presignPutObject(p -> p.signatureDuration(UPLOAD_SIGNATURE)
                    .putObjectRequest(
                            r -> r.bucket(bucket).key(key).contentLength(length).contentType(contentType)));
            try {
                HttpExecuteResponse response = http.prepareRequest(HttpExecuteRequest.builder()
                                .request(signed.httpRequest())
                                .contentStreamProvider(source)
                                .build())
                        .call();
                try (InputStream answer =
                        response.responseBody().<InputStream>map(a -> a).orElseGet(InputStream::nullInputStream)) {
                    answer.readNBytes(1 << 16); // To its end, so that the connection can be used again.
                }
                int status = response.httpResponse().statusCode();
                if (status != 200) {
                    throw refused("PutObject " + key, status, "", new IOException("HTTP " + status));
                }
                return true;
            } catch (IOException e) {
                Reason reason = source.failed() ? Reason.BODY_BROKEN : Reason.UNAVAILABLE;
                throw new StoreException(reason, "PutObject " + key + ": " + e.getMessage(), e);
            }
        });
    }

    /// The bytes of an object, or nothing if there is none.
    public Optional<byte[]> get(String key) {
        return get(key, 0);
    }

    /// The bytes of an object that is expected to have about `size` of them, which decides how long it may take.
    public Optional<byte[]> get(String key, long size) {
        return ObjectStore.<Optional<byte[]>>call("GetObject " + key, () -> {
            try {
                ResponseBytes<GetObjectResponse> object = s3.getObjectAsBytes(GetObjectRequest.builder()
                        .bucket(bucket)
                        .key(key)
                        .overrideConfiguration(o -> inTimeFor(o, size))
                        .build());
                return Optional.of(object.asByteArrayUnsafe());
            } catch (NoSuchKeyException _) {
                return Optional.empty();
            }
        });
    }

    /// The bytes of an object, or nothing if there is none or it has more than `most` bytes. Of one that has more,
    /// nothing is read.
    public Optional<byte[]> getUpTo(String key, int most) {
        return ObjectStore.<Optional<byte[]>>call("GetObject " + key, () -> {
            try {
                return s3.getObject(
                        g -> g.bucket(bucket).key(key).overrideConfiguration(o -> inTimeFor(o, most)),
                        (object, body) -> {
                            if (object.contentLength() > most) {
                                body.abort();
                                return Optional.empty();
                            }
                            return Optional.of(body.readAllBytes());
                        });
            } catch (NoSuchKeyException _) {
                return Optional.empty();
            }
        });
    }

    /// Removes an object; removing what is not there succeeds too.
    public void delete(String key) {
        call("DeleteObject " + key, () -> s3.deleteObject(d -> d.bucket(bucket).key(key)));
    }

    /// One page of keys below a prefix, in order, at most 1,000.
    ///
    /// @param folders whether to stop at the next `/` and list folders instead of what is in them
    /// @param after the `next` of the page before, or nothing for the first page
    public Page list(String prefix, boolean folders, @Nullable String after) {
        ListObjectsV2Response page = call(
                "ListObjectsV2 " + prefix,
                () -> s3.listObjectsV2(l -> l.bucket(bucket)
                        .prefix(prefix)
                        .delimiter(folders ? "/" : null)
                        .continuationToken(after)));
        return new Page(
                page.contents().stream().map(S3Object::key).toList(),
                page.commonPrefixes().stream().map(p -> p.prefix()).toList(),
                Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null);
    }

    /// Keys and folders of a listing; `next` asks for the page after it.
    public record Page(
            List<String> keys,
            List<String> folders,
            @Nullable String next) {}

    /// A link with which anyone can read one object until it expires.
    public URI link(String key, Duration ttl) {
        return call("presign " + key, () -> {
            var signed = links.presignGetObject(p -> p.signatureDuration(ttl)
                    .getObjectRequest(g -> g.bucket(bucket).key(key)));
            return URI.create(signed.url().toString());
        });
    }

    /// Asks for the bucket. What is found wrong is explained for whoever configured it.
    ///
    /// @throws StoreException if it does not answer, does not exist, or may not be used
    public void check() {
        call("HeadBucket " + bucket, () -> s3.headBucket(h -> h.bucket(bucket)));
    }

    /// Creates the bucket unless it exists: for embedded stores.
    public void createBucket() {
        try {
            check();
        } catch (StoreException e) {
            if (e.reason() != Reason.NO_BUCKET) {
                throw e;
            }
            call("CreateBucket " + bucket, () -> s3.createBucket(c -> c.bucket(bucket)));
        }
    }

    @Override
    public void close() {
        links.close();
        uploads.close();
        s3.close();
        http.close();
    }

    private static <T> T call(String what, Supplier<T> call) {
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
        }
    }

    private static StoreException refused(String what, int status, String code, Exception cause) {
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

    @SuppressWarnings("InsecureCryptoUsage") // Content-MD5 guards against torn bodies, not against people.
    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    /// Hands its stream out once and remembers whether it was the one to fail: a stream that ends early fails, so
    /// that the request is broken off at once.
    private static final class UploadSource implements ContentStreamProvider {
        private final InputStream body;
        private final long end = System.nanoTime() + LONGEST_UPLOAD.toNanos();
        private long left;
        private volatile boolean failed;

        UploadSource(InputStream body, long length) {
            this.body = body;
            this.left = length;
        }

        boolean failed() {
            return failed;
        }

        @Override
        public InputStream newStream() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    try {
                        if (System.nanoTime() > end) {
                            throw new InterruptedIOException("the upload takes longer than " + LONGEST_UPLOAD);
                        }
                        int read = body.read(buffer, offset, length);
                        if (read < 0 && left > 0) {
                            throw new EOFException("the source ended " + left + " bytes early");
                        }
                        left -= Math.max(0, read);
                        return read;
                    } catch (IOException e) {
                        failed = true;
                        throw e;
                    }
                }
            };
        }
    }
}
