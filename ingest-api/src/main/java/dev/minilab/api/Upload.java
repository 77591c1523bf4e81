package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.json.Json;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.JobRequest;
import dev.minilab.request.JobRequestReader;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/// An image on its way in: its bytes, to be read once, with a length that is known before the first is read.
///
/// A body that states its length is streamed; one that does not (chunked, or a part of a form) is first written to a
/// spool file, up to the limit. Closing deletes that file. For one request and one thread.
final class Upload implements AutoCloseable {

    private static final String MULTIPART_CONFIG = "org.eclipse.jetty.multipartConfig";
    private static final int MAX_JOB_PART = 64 * 1024;
    private static final long FORM_OVERHEAD = 1 << 20;
    private static final int BUFFER = 16 * 1024;
    /// No upload takes this long.
    private static final Duration ABANDONED = Duration.ofHours(6);

    private final Path spoolFolder;
    private final long length;
    private final String declaredType;
    private final @Nullable JobRequest request;
    private InputStream content;
    private @Nullable Path spoolFile;
    private boolean onDisk;

    private Upload(
            Path spoolFolder,
            InputStream content,
            long length,
            String declaredType,
            @Nullable JobRequest request,
            @Nullable Path spoolFile,
            boolean onDisk) {
        this.spoolFolder = spoolFolder;
        this.content = new BufferedInputStream(content, BUFFER);
        this.length = length;
        this.declaredType = declaredType;
        this.request = request;
        this.spoolFile = spoolFile;
        this.onDisk = onDisk;
    }

    /// Opens the image of a request, whichever way it was sent.
    static Upload of(HttpServletRequest http, Path spoolFolder, long maxBytes)
            throws IOException, ProblemException, InvalidRequestException {
        String type = mediaType(http.getContentType());
        boolean form = type.equals("multipart/form-data");
        long stated = http.getContentLengthLong();
        requireBody(http, stated);
        if (stated > maxBytes + (form ? FORM_OVERHEAD : 0)) {
            throw tooLarge(maxBytes);
        }
        if (form) {
            return ofForm(http, spoolFolder, maxBytes);
        }
        requireImageType(type);
        return stated > 0
                ? new Upload(spoolFolder, http.getInputStream(), stated, type, null, null, false)
                : spooled(http.getInputStream(), type, spoolFolder, maxBytes);
    }

    private static void requireBody(HttpServletRequest http, long stated) throws ProblemException {
        if (stated == 0) {
            throw new ProblemException(ErrorCode.EMPTY_BODY, "there is no image in the body");
        }
        if (stated < 0 && http.getHeader("Transfer-Encoding") == null) {
            throw new ProblemException(ErrorCode.LENGTH_REQUIRED, "state the length of the body, or send it chunked");
        }
    }

    private static Upload spooled(InputStream body, String type, Path folder, long maxBytes)
            throws IOException, ProblemException {
        Path file = Files.createTempFile(folder, "upload-", ".spool");
        try {
            long length = copy(body, file, maxBytes);
            return new Upload(folder, Files.newInputStream(file), length, type, null, file, true);
        } catch (IOException | ProblemException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static long copy(InputStream body, Path file, long maxBytes) throws IOException, ProblemException {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            long length = 0;
            while (true) {
                int read = readFromClient(body, buffer);
                if (read < 0) {
                    return length;
                }
                length += read;
                if (length > maxBytes) {
                    throw tooLarge(maxBytes);
                }
                out.write(buffer, 0, read);
            }
        }
    }

    private static int readFromClient(InputStream body, byte[] buffer) throws ProblemException {
        try {
            return body.read(buffer);
        } catch (IOException _) {
            throw new ProblemException(ErrorCode.BAD_REQUEST, "the body broke off");
        }
    }

    private static Upload ofForm(HttpServletRequest http, Path spoolFolder, long maxBytes)
            throws IOException, ProblemException, InvalidRequestException {
        Collection<Part> parts = parts(http, spoolFolder, maxBytes);
        Part image = null;
        JobRequest request = null;
        for (Part part : parts) {
            switch (part.getName()) {
                case "image" -> image = onlyOne(image, part);
                case "job" -> {
                    if (request != null) {
                        throw badForm("there is more than one part job");
                    }
                    request = readJob(part);
                }
                case null, default -> throw badForm("there are parts other than image and job");
            }
        }
        if (image == null) {
            throw badForm("there is no part image");
        }
        if (image.getSize() == 0) {
            throw new ProblemException(ErrorCode.EMPTY_BODY, "the part image is empty");
        }
        if (image.getSize() > maxBytes) {
            throw tooLarge(maxBytes);
        }
        String type = mediaType(image.getContentType());
        requireImageType(type);
        return new Upload(spoolFolder, image.getInputStream(), image.getSize(), type, request, null, true);
    }

    private static Part onlyOne(@Nullable Part before, Part part) throws ProblemException {
        if (before != null) {
            throw badForm("there is more than one part image");
        }
        return part;
    }

    /// The parts of a form; the server writes large ones to the spool folder and deletes them when the request is
    /// over.
    private static Collection<Part> parts(HttpServletRequest http, Path spoolFolder, long maxBytes)
            throws ProblemException {
        http.setAttribute(
                MULTIPART_CONFIG,
                new MultipartConfigElement(spoolFolder.toString(), maxBytes, maxBytes + FORM_OVERHEAD, MAX_JOB_PART));
        try {
            return http.getParts();
        } catch (IOException | ServletException | RuntimeException e) {
            if (isTooLarge(e)) {
                throw tooLarge(maxBytes);
            }
            throw badForm("the form cannot be read: it is malformed or broke off");
        }
    }

    private static boolean isTooLarge(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            boolean status413 = cause instanceof HttpException http && http.getCode() == 413;
            boolean exceeded = cause instanceof IllegalStateException
                    && String.valueOf(cause.getMessage()).startsWith("max ");
            if (status413 || exceeded) {
                return true;
            }
        }
        return false;
    }

    private static JobRequest readJob(Part part) throws IOException, ProblemException, InvalidRequestException {
        String type = mediaType(part.getContentType());
        if (!type.isEmpty() && !type.equals("application/json")) {
            throw new ProblemException(ErrorCode.UNSUPPORTED_TYPE, "the part job is application/json");
        }
        if (part.getSize() > MAX_JOB_PART) {
            throw new ProblemException(ErrorCode.TOO_LARGE, "the part job is larger than " + MAX_JOB_PART + " bytes");
        }
        try (InputStream json = part.getInputStream()) {
            return JobRequestReader.read(Json.readTree(json));
        }
    }

    private static void requireImageType(String type) throws ProblemException {
        boolean unknown = type.isEmpty() || type.equals("application/octet-stream");
        if (!unknown && !type.startsWith("image/")) {
            throw new ProblemException(
                    ErrorCode.UNSUPPORTED_TYPE,
                    "send the image itself under its media type or as application/octet-stream,"
                            + " or a form as multipart/form-data");
        }
    }

    private static ProblemException tooLarge(long maxBytes) {
        return new ProblemException(ErrorCode.TOO_LARGE, "an image has at most " + maxBytes + " bytes");
    }

    private static ProblemException badForm(String detail) {
        return new ProblemException(ErrorCode.BAD_MULTIPART, detail);
    }

    private static String mediaType(@Nullable String contentType) {
        return contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /// The image's bytes. The stream supports `mark`.
    InputStream content() {
        return content;
    }

    /// Brings the whole image onto the disk, so that it can be looked at before it is passed on. To be called while
    /// nothing has been read; afterwards it is again to be read from its first byte.
    ///
    /// @throws ProblemException if the client breaks off
    Path toDisk() throws IOException, ProblemException {
        Path file = Files.createTempFile(spoolFolder, "upload-", ".spool");
        long copied;
        try {
            copied = copy(content, file, length);
        } catch (IOException | ProblemException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        close();
        spoolFile = file;
        onDisk = true;
        content = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        if (copied < length) {
            throw new ProblemException(ErrorCode.BAD_REQUEST, "the body broke off");
        }
        return file;
    }

    /// How many bytes there are, at least 1.
    long length() {
        return length;
    }

    /// The media type that the client declared, or nothing if it left that to us.
    Optional<String> declaredImageType() {
        return declaredType.startsWith("image/") ? Optional.of(declaredType) : Optional.empty();
    }

    /// The job request that came with the image.
    Optional<JobRequest> request() {
        return Optional.ofNullable(request);
    }

    @Override
    public void close() throws IOException {
        if (onDisk) {
            content.close();
        }
        if (spoolFile != null) {
            Files.deleteIfExists(spoolFile);
        }
    }

    /// Makes sure that there is a spool folder, and deletes what processes that died have left in it.
    static void prepare(Path spoolFolder, Instant now) throws IOException {
        Files.createDirectories(spoolFolder);
        FileTime old = FileTime.from(now.minus(ABANDONED));
        try (var files = Files.newDirectoryStream(spoolFolder, "{upload-*.spool,MultiPart*}")) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).compareTo(old) < 0) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
