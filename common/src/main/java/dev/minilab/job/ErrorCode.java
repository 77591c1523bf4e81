package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Every error that a client can meet: its code, the HTTP status it answers with, its title, and whether trying the
/// same again can help.
///
/// Codes with status 0 never answer a request: a job that was accepted ends with them. The wire form of a code is its
/// name in lower case; its problem type is `https://minilab.dev/problems/{code}` (RFC 9457). Immutable.
public enum ErrorCode {
    BAD_REQUEST(400, "The request is malformed"),
    EMPTY_BODY(400, "The body is empty"),
    BAD_JSON(400, "The JSON cannot be read"),
    BAD_MULTIPART(400, "The multipart body cannot be read"),
    BAD_CURSOR(400, "The cursor is not one of ours"),
    BAD_IDEMPOTENCY_KEY(400, "The Idempotency-Key is malformed"),
    DIGEST_MISMATCH(400, "The body does not match its digest"),
    UNAUTHORIZED(401, "A valid API key is needed"),
    FORBIDDEN(403, "This key may not do that"),
    NOT_FOUND(404, "There is nothing here"),
    METHOD_NOT_ALLOWED(405, "This method is not allowed here"),
    NOT_ACCEPTABLE(406, "None of the accepted types can be served"),
    TIMEOUT(408, "The request took too long"),
    IDEMPOTENCY_IN_PROGRESS(409, "The first request with this key is still being accepted"),
    JOB_ALREADY_TERMINAL(409, "The job has already ended"),
    JOB_NOT_TERMINAL(409, "The job has not ended yet"),
    SOURCE_CHANGED(409, "The original changed"),
    GONE(410, "This was deleted"),
    LENGTH_REQUIRED(411, "A Content-Length or chunked body is needed"),
    TOO_LARGE(413, "The body is too large"),
    UNSUPPORTED_TYPE(415, "This type is not supported"),
    TYPE_MISMATCH(415, "The content is not of the declared type"),
    INVALID_SPEC(422, "The job request is not valid"),
    TOO_MANY_OUTPUTS(422, "Too many outputs are asked for"),
    TOO_MANY_PIXELS(422, "The image has too many pixels"),
    BAD_DIMENSIONS(422, "The image has impossible dimensions"),
    TOO_MANY_FRAMES(422, "The image has too many frames"),
    BAD_HEADER(422, "The image header cannot be read"),
    BAD_WEBHOOK_URL(422, "The webhook URL is not acceptable"),
    BLOCKED_ADDRESS(422, "This address may not be reached"),
    SOURCE_NOT_FOUND(422, "The original is not there"),
    IDEMPOTENCY_KEY_REUSE(422, "The Idempotency-Key was used for another request"),
    RATE_LIMITED(429, "Too many requests"),
    QUOTA_EXCEEDED(429, "The quota is used up"),
    HEADERS_TOO_LARGE(431, "The request headers are too large"),
    INTERNAL(500, "Something went wrong on our side"),
    UNAVAILABLE(503, "The service is not available right now"),
    STORAGE_FULL(507, "The storage is full"),

    DECODE_FAILED(0, "The image cannot be decoded"),
    TRUNCATED(0, "The image ends before its time"),
    DECODE_TIMEOUT(0, "Decoding took too long"),
    MEMORY_EXCEEDED(0, "Decoding took too much memory"),
    POISON(0, "The image brought down the processes that decoded it"),
    CODEC_UNAVAILABLE(0, "No codec of this installation can do that"),
    SOURCE_UNREACHABLE(0, "The source cannot be reached"),
    SOURCE_TOO_LARGE(0, "The source is too large"),
    DEADLINE_EXCEEDED(0, "The deadline has passed"),
    INTEGRITY(0, "Stored bytes are not the ones that were written");

    private final int status;
    private final String title;

    ErrorCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /// The HTTP status, or 0 for a code that only ends jobs.
    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /// Whether the same request may succeed later without being changed.
    public boolean retryable() {
        return switch (this) {
            case TIMEOUT,
                    JOB_NOT_TERMINAL,
                    IDEMPOTENCY_IN_PROGRESS,
                    RATE_LIMITED,
                    QUOTA_EXCEEDED,
                    UNAVAILABLE,
                    STORAGE_FULL,
                    INTERNAL -> true;
            case SOURCE_UNREACHABLE -> true;
            default -> false;
        };
    }

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<ErrorCode> ofWireName(String name) {
        return Stream.of(values()).filter(c -> c.wireName().equals(name)).findFirst();
    }
}
