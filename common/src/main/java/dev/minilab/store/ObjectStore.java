package dev.minilab.store;

import static dev.minilab.store.StoreCalls.call;

import dev.minilab.aws.AwsCredentials;
import dev.minilab.config.Config;
import dev.minilab.job.Sha256;
import dev.minilab.store.StoreException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// One bucket of an S3-compatible store, as the rest of Minilab sees it: whole small objects, streamed uploads,
/// copies, listings, signed links.
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
    private final Presigner uploads;
    private final Presigner links;
    private final ReentrantLock[] turns = turns();

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
        uploads = new Presigner(bucket, region, config.endpoint(), credentials, settings, s3);
        links = new Presigner(bucket, region, config.publicEndpoint(), credentials, settings, s3);
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

    /// Replaces an object if it is still the one that was read. Losing that, or finding it gone, is an answer and no
    /// error; a lost answer is recognised as in [#putIfAbsent].
    ///
    /// R2 and S3 decide between any number of writers. S3Proxy 4.1 looks first and writes then, and two that come
    /// at the same moment may both win (*measured*); writers of this process therefore queue here. Where several
    /// processes share an S3Proxy, both may have won, and the last one's bytes stand.
    ///
    /// @return whether it was replaced
    public boolean replace(String key, Version old, byte[] body, String contentType) {
        PutObjectRequest request = putRequest(key, body, contentType, null).toBuilder()
                .ifMatch(old.etag())
                .build();
        ReentrantLock turn = turns[Math.floorMod(key.hashCode(), turns.length)];
        turn.lock();
        try {
            boolean replaced = call("PutObject " + key, () -> {
                try {
                    s3.putObject(request, RequestBody.fromBytes(body));
                    return true;
                } catch (NoSuchKeyException _) {
                    return false;
                } catch (S3Exception e) {
                    if (e.statusCode() == 412) {
                        return false;
                    }
                    throw e;
                }
            });
            return replaced
                    || get(key).filter(now -> MessageDigest.isEqual(now, body)).isPresent();
        } finally {
            turn.unlock();
        }
    }

    private static ReentrantLock[] turns() {
        return Stream.generate(ReentrantLock::new).limit(64).toArray(ReentrantLock[]::new);
    }

    /// The bytes of an object, and the ETag by which the store knows them.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Version(byte[] bytes, String etag) {}

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
        SdkHttpRequest request = uploads.putRequest(key, contentType, length, false, Map.of(), UPLOAD_SIGNATURE);
        int status = stream(key, request, new UploadSource(body, length));
        if (status != 200) {
            throw StoreCalls.refused("PutObject " + key, status, "", new IOException("HTTP " + status));
        }
    }

    /// Streams an object as [#upload] does, unless its key is taken. S3Proxy refuses a taken key by closing the
    /// connection under a body that is still being sent; so when a connection breaks, the key is looked at.
    ///
    /// @return whether it was created
    public boolean uploadIfAbsent(String key, InputStream body, long length, String contentType) {
        return uploadIfAbsent(key, body, length, contentType, Map.of());
    }

    /// Streams an object as the other does, with metadata as [#put] takes it.
    public boolean uploadIfAbsent(
            String key, InputStream body, long length, String contentType, Map<String, String> metadata) {
        SdkHttpRequest request = uploads.putRequest(key, contentType, length, true, metadata, UPLOAD_SIGNATURE);
        int status;
        try {
            status = stream(key, request, new UploadSource(body, length));
        } catch (StoreException e) {
            if (e.reason() == Reason.UNAVAILABLE && head(key).isPresent()) {
                return false;
            }
            throw e;
        }
        return switch (status) {
            case 200 -> true;
            case 412 -> false;
            default -> throw StoreCalls.refused("PutObject " + key, status, "", new IOException("HTTP " + status));
        };
    }

    private int stream(String key, SdkHttpRequest request, UploadSource source) {
        return call("PutObject " + key, () -> {
            try {
                HttpExecuteResponse response = http.prepareRequest(HttpExecuteRequest.builder()
                                .request(request)
                                .contentStreamProvider(source)
                                .build())
                        .call();
                try (InputStream answer =
                        response.responseBody().<InputStream>map(a -> a).orElseGet(InputStream::nullInputStream)) {
                    answer.readNBytes(1 << 16); // To its end, so that the connection can be used again.
                }
                return response.httpResponse().statusCode();
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
        return StoreCalls.<Optional<byte[]>>call("GetObject " + key, () -> {
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

    /// The bytes of an object and its metadata, by names in lower case; nothing if there is none.
    ///
    /// @param size how many bytes it is expected to have, which decides how long it may take
    public Optional<Described> getDescribed(String key, long size) {
        return StoreCalls.<Optional<Described>>call("GetObject " + key, () -> {
            try {
                ResponseBytes<GetObjectResponse> object = s3.getObjectAsBytes(
                        g -> g.bucket(bucket).key(key).overrideConfiguration(o -> inTimeFor(o, size)));
                return Optional.of(new Described(
                        object.asByteArrayUnsafe(), object.response().metadata()));
            } catch (NoSuchKeyException _) {
                return Optional.empty();
            }
        });
    }

    /// The bytes of an object, and what was said of it when it was written.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Described(byte[] bytes, Map<String, String> metadata) {}

    /// The bytes of an object, or nothing if there is none or it has more than `most` bytes. Of one that has more,
    /// nothing is read.
    public Optional<byte[]> getUpTo(String key, int most) {
        return StoreCalls.<Optional<byte[]>>call("GetObject " + key, () -> {
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

    /// The bytes of a small object as they are now, to be replaced by [#replace]; nothing if there is none.
    public Optional<Version> getVersion(String key) {
        return StoreCalls.<Optional<Version>>call("GetObject " + key, () -> {
            try {
                ResponseBytes<GetObjectResponse> object =
                        s3.getObjectAsBytes(g -> g.bucket(bucket).key(key));
                return Optional.of(new Version(
                        object.asByteArrayUnsafe(), object.response().eTag()));
            } catch (NoSuchKeyException _) {
                return Optional.empty();
            }
        });
    }

    /// The SHA-256 of an object in hex, or nothing if there is none. Holds no more of it than a buffer.
    public Optional<String> sha256(String key) {
        return StoreCalls.<Optional<String>>call("GetObject " + key, () -> {
            try {
                return s3.getObject(
                        g -> g.bucket(bucket)
                                .key(key)
                                .overrideConfiguration(o ->
                                        o.apiCallAttemptTimeout(LONGEST_UPLOAD).apiCallTimeout(LONGEST_UPLOAD)),
                        (_, body) -> {
                            MessageDigest sha256 = Sha256.digest();
                            new DigestInputStream(body, sha256).transferTo(OutputStream.nullOutputStream());
                            return Optional.of(Sha256.hex(sha256.digest()));
                        });
            } catch (NoSuchKeyException _) {
                return Optional.empty();
            }
        });
    }

    /// What the store tells of an object without its bytes, or nothing if there is none.
    public Optional<Facts> head(String key) {
        return StoreCalls.<Optional<Facts>>call("HeadObject " + key, () -> {
            try {
                HeadObjectResponse head = s3.headObject(h -> h.bucket(bucket).key(key));
                return Optional.of(new Facts(head.eTag(), head.contentLength(), mediaType(head.contentType())));
            } catch (NoSuchKeyException _) {
                return Optional.empty();
            }
        });
    }

    private static String mediaType(@Nullable String contentType) {
        return contentType == null ? "" : contentType;
    }

    /// What the store tells of an object: its ETag, its size in bytes, and its media type, empty if it has none.
    public record Facts(String etag, long size, String contentType) {}

    /// Up to `most` bytes of the version of an object that has this ETag, from its first on; nothing if it is gone or
    /// is another by now.
    public Optional<byte[]> getBeginning(String key, String etag, int most) {
        return StoreCalls.<Optional<byte[]>>call("GetObject " + key, () -> {
            try {
                return Optional.of(s3.getObjectAsBytes(g -> g.bucket(bucket)
                                .key(key)
                                .ifMatch(etag)
                                .range("bytes=0-" + (most - 1))
                                .overrideConfiguration(o -> inTimeFor(o, most)))
                        .asByteArrayUnsafe());
            } catch (NoSuchKeyException _) {
                return Optional.empty();
            } catch (S3Exception e) {
                return switch (e.statusCode()) {
                    case 412 -> Optional.empty();
                    case 416 -> Optional.of(new byte[0]); // It has no first byte.
                    default -> throw e;
                };
            }
        });
    }

    /// Copies the version of an object that has this ETag inside the bucket, under another media type.
    ///
    /// @return whether it was copied: not if it is gone or is another by now
    public boolean copy(String from, Facts version, String to, String contentType) {
        return call("CopyObject " + from, () -> {
            try {
                s3.copyObject(c -> c.sourceBucket(bucket)
                        .sourceKey(from)
                        .copySourceIfMatch(version.etag())
                        .destinationBucket(bucket)
                        .destinationKey(to)
                        .metadataDirective(MetadataDirective.REPLACE)
                        .contentType(contentType)
                        .overrideConfiguration(o -> inTimeFor(o, version.size())));
                return true;
            } catch (NoSuchKeyException _) {
                return false;
            } catch (S3Exception e) {
                if (e.statusCode() == 412) {
                    return false;
                }
                throw e;
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
        return page(listPage(prefix, folders, after));
    }

    /// The first page of folders below a prefix that come after a key.
    public Page listAfter(String prefix, String key) {
        return page(call(
                "ListObjectsV2 " + prefix,
                () -> s3.listObjectsV2(
                        l -> l.bucket(bucket).prefix(prefix).delimiter("/").startAfter(key))));
    }

    private static Page page(ListObjectsV2Response page) {
        return new Page(
                page.contents().stream().map(S3Object::key).toList(),
                page.commonPrefixes().stream().map(p -> p.prefix()).toList(),
                next(page));
    }

    /// Keys and folders of a listing; `next` asks for the page after it.
    public record Page(
            List<String> keys,
            List<String> folders,
            @Nullable String next) {}

    /// One page of objects below a prefix, as [#list] has it, with the times at which they were written.
    public TimedPage listTimed(String prefix, @Nullable String after) {
        ListObjectsV2Response page = listPage(prefix, false, after);
        return new TimedPage(
                page.contents().stream()
                        .map(o -> new Listed(o.key(), o.lastModified()))
                        .toList(),
                next(page));
    }

    /// An object in a listing.
    public record Listed(String key, Instant modified) {}

    /// Objects of a listing; `next` asks for the page after it.
    public record TimedPage(List<Listed> objects, @Nullable String next) {}

    private ListObjectsV2Response listPage(String prefix, boolean folders, @Nullable String after) {
        return call(
                "ListObjectsV2 " + prefix,
                () -> s3.listObjectsV2(l -> l.bucket(bucket)
                        .prefix(prefix)
                        .delimiter(folders ? "/" : null)
                        .continuationToken(after)));
    }

    private static @Nullable String next(ListObjectsV2Response page) {
        return Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
    }

    /// A link with which anyone can read one object until it expires.
    public SignedLink link(String key, Duration ttl) {
        return call("presign " + key, () -> links.get(key, ttl));
    }

    /// A link to read one object, and until when it works: for as long as was asked for, or as the credentials do
    /// that sign it.
    public record SignedLink(URI url, Instant expiresAt) {}

    /// When the credentials end that sign links, and all links with them; nothing if they do not, or it is not known.
    public Optional<Instant> endOfLinks() {
        return call("presign " + bucket, links::endOfCredentials);
    }

    /// A link with which anyone can create one object, of exactly this length and type, until it expires: length,
    /// type and `If-None-Match: *` are signed, so that a second write of the key is refused.
    public SignedPut putLink(String key, String contentType, long length, Duration ttl) {
        return call("presign " + key, () -> links.put(key, contentType, length, true, ttl));
    }

    /// A signed PUT: its address, the headers that must be sent with it beside `Content-Length`, and until when it
    /// works.
    public record SignedPut(URI url, Map<String, String> headers, Instant expiresAt) {}

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

    @SuppressWarnings("InsecureCryptoUsage") // Content-MD5 guards against torn bodies, not against people.
    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
