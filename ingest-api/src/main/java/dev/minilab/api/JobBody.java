package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.json.Json;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.JobRequest;
import dev.minilab.request.JobRequestReader;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The body of a request for a job, whichever way it was sent: an image, a job request, or a form with both. Closing
/// lets go of the image. For one request and one thread.
///
/// @param request what is asked for, where the body says so
/// @param upload the image, where it came with the request
record JobBody(@Nullable JobRequest request, @Nullable Upload upload) implements AutoCloseable {

    /// The most bytes that JSON in a body or a part may have.
    static final int MAX_JSON = 64 * 1024;

    static JobBody open(HttpServletRequest http, Spool spool, long maxBytes)
            throws IOException, ProblemException, InvalidRequestException {
        String type = mediaType(http.getContentType());
        long stated = stated(http);
        Digests digests = Digests.of(http::getHeader);
        return switch (type) {
            case "application/json" -> new JobBody(JobRequestReader.read(bytes(http, digests)), null);
            case "multipart/form-data" -> {
                if (stated > maxBytes + FormBody.OVERHEAD) {
                    throw Upload.tooLarge(maxBytes);
                }
                if (digests.any()) {
                    throw new ProblemException(
                            ErrorCode.BAD_MULTIPART, "state the digest of an image in the headers of its part");
                }
                yield FormBody.open(http, spool, maxBytes);
            }
            default -> {
                requireImageType(type);
                if (stated > maxBytes) {
                    throw Upload.tooLarge(maxBytes);
                }
                yield new JobBody(
                        null,
                        stated > 0
                                ? Upload.streamed(http.getInputStream(), stated, type, digests, spool)
                                : Upload.spooled(http.getInputStream(), maxBytes, type, digests, spool));
            }
        };
    }

    /// A JSON body, whole.
    static JsonNode json(HttpServletRequest http) throws ProblemException {
        if (!mediaType(http.getContentType()).equals("application/json")) {
            throw new ProblemException(ErrorCode.UNSUPPORTED_TYPE, "the body is application/json");
        }
        stated(http);
        return Json.readTree(bytes(http, Digests.of(http::getHeader)));
    }

    private static InputStream bytes(HttpServletRequest http, Digests digests) throws ProblemException {
        byte[] json;
        try {
            json = http.getInputStream().readNBytes(MAX_JSON + 1);
        } catch (IOException _) {
            throw new ProblemException(ErrorCode.BAD_REQUEST, "the body ended before its stated length");
        }
        if (json.length > MAX_JSON) {
            throw jsonTooLarge();
        }
        if (json.length == 0) {
            throw new ProblemException(ErrorCode.EMPTY_BODY, "there is no JSON in the body");
        }
        digests.update(json, 0, json.length);
        if (!digests.match()) {
            throw Digests.mismatch();
        }
        return new ByteArrayInputStream(json);
    }

    /// The length of a body as far as the client states it, or -1.
    private static long stated(HttpServletRequest http) throws ProblemException {
        long stated = http.getContentLengthLong();
        if (stated == 0) {
            throw new ProblemException(ErrorCode.EMPTY_BODY, "the body is empty");
        }
        if (stated < 0 && http.getHeader("Transfer-Encoding") == null) {
            throw new ProblemException(ErrorCode.LENGTH_REQUIRED, "state the length of the body, or send it chunked");
        }
        String coding = http.getHeader("Content-Encoding");
        if (coding != null && !coding.strip().equalsIgnoreCase("identity")) {
            throw new ProblemException(ErrorCode.UNSUPPORTED_TYPE, "send bodies without a Content-Encoding");
        }
        return stated;
    }

    static void requireImageType(String type) throws ProblemException {
        boolean unknown = type.isEmpty() || type.equals("application/octet-stream");
        if (!unknown && !type.startsWith("image/")) {
            throw new ProblemException(
                    ErrorCode.UNSUPPORTED_TYPE,
                    "send the image itself under its media type or as application/octet-stream, a form as"
                            + " multipart/form-data, or a job request as application/json");
        }
    }

    static ProblemException jsonTooLarge() {
        return new ProblemException(ErrorCode.TOO_LARGE, "a job request has at most " + MAX_JSON + " bytes");
    }

    static String mediaType(@Nullable String contentType) {
        return contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() throws IOException {
        if (upload != null) {
            upload.close();
        }
    }
}
