package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.JobRequest;
import dev.minilab.request.JobRequestReader;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.MultiPart;
import org.jspecify.annotations.Nullable;

/// A `multipart/form-data` body (RFC 7578): the part `image`, and with it or not the part `job`. File names are never
/// looked at.
final class FormBody {

    /// What a form may have beside its image.
    static final long OVERHEAD = 1 << 20;

    /// RFC 2046, 5.1.1.
    private static final int MAX_BOUNDARY = 70;

    private static final String MULTIPART_CONFIG = "org.eclipse.jetty.multipartConfig";

    private FormBody() {}

    static JobBody open(HttpServletRequest http, Spool spool, long maxBytes)
            throws IOException, ProblemException, InvalidRequestException {
        Part image = null;
        JobRequest request = null;
        for (Part part : parts(http, spool, maxBytes)) {
            switch (part.getName()) {
                case "image" -> {
                    if (image != null) {
                        throw bad("there is more than one part image");
                    }
                    image = part;
                }
                case "job" -> {
                    if (request != null) {
                        throw bad("there is more than one part job");
                    }
                    request = readJob(part);
                }
                case null, default -> throw bad("there are parts other than image and job");
            }
        }
        return new JobBody(request, upload(image, spool, maxBytes));
    }

    private static Upload upload(@Nullable Part image, Spool spool, long maxBytes)
            throws IOException, ProblemException {
        if (image == null) {
            throw bad("there is no part image");
        }
        if (image.getSize() == 0) {
            throw new ProblemException(ErrorCode.EMPTY_BODY, "the part image is empty");
        }
        if (image.getSize() > maxBytes) {
            throw Upload.tooLarge(maxBytes);
        }
        String type = JobBody.mediaType(image.getContentType());
        JobBody.requireImageType(type);
        return Upload.part(image.getInputStream(), image.getSize(), type, Digests.of(image::getHeader), spool);
    }

    /// The parts of a form; the server writes large ones to the spool folder and deletes them when the request is
    /// over.
    private static Collection<Part> parts(HttpServletRequest http, Spool spool, long maxBytes) throws ProblemException {
        String boundary = MultiPart.extractBoundary(http.getContentType());
        if (boundary == null || boundary.length() > MAX_BOUNDARY) {
            throw bad("the form needs a boundary of 1 to " + MAX_BOUNDARY + " characters");
        }
        http.setAttribute(
                MULTIPART_CONFIG,
                new MultipartConfigElement(spool.folder().toString(), maxBytes, maxBytes + OVERHEAD, JobBody.MAX_JSON));
        try {
            return http.getParts();
        } catch (IOException | ServletException | RuntimeException e) {
            throw unreadable(e, maxBytes);
        }
    }

    private static ProblemException unreadable(Throwable e, long maxBytes) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (isTooLarge(cause)) {
                return Upload.tooLarge(maxBytes);
            }
            if (Spool.isToBlame(cause)) {
                return Spool.failed(cause);
            }
        }
        return bad("the form cannot be read: it is malformed or broke off");
    }

    private static boolean isTooLarge(Throwable e) {
        return (e instanceof HttpException http && http.getCode() == 413)
                || (e instanceof IllegalStateException
                        && String.valueOf(e.getMessage()).startsWith("max "));
    }

    private static JobRequest readJob(Part part) throws IOException, ProblemException, InvalidRequestException {
        String type = JobBody.mediaType(part.getContentType());
        if (!type.isEmpty() && !type.equals("application/json")) {
            throw new ProblemException(ErrorCode.UNSUPPORTED_TYPE, "the part job is application/json");
        }
        if (part.getSize() > JobBody.MAX_JSON) {
            throw JobBody.jsonTooLarge();
        }
        try (InputStream json = part.getInputStream()) {
            return JobRequestReader.read(json);
        }
    }

    private static ProblemException bad(String detail) {
        return new ProblemException(ErrorCode.BAD_MULTIPART, detail);
    }
}
