package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An image on its way in: its bytes, to be read once, with a length that is known before the first is read.
///
/// A body that states its length is streamed; one that does not is first written to a spool file, up to the limit.
/// Closing deletes that file. What does not have the digest that its sender stated breaks off before its end. For one
/// request and one thread.
final class Upload implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;

    private final Spool spool;
    private final CheckedBody body;
    private final long length;
    private final String declaredType;
    private final boolean closing;
    private InputStream content;
    private @Nullable Path spoolFile;

    private Upload(
            Spool spool,
            CheckedBody body,
            InputStream content,
            long length,
            String declaredType,
            boolean closing,
            @Nullable Path spoolFile) {
        this.spool = spool;
        this.body = body;
        this.content = new BufferedInputStream(content, BUFFER);
        this.length = length;
        this.declaredType = declaredType;
        this.closing = closing;
        this.spoolFile = spoolFile;
    }

    /// An image of a known length, at least 1, as it comes in.
    ///
    /// @param type the media type that the client declared, or nothing
    static Upload streamed(InputStream in, long length, String type, Digests digests, Spool spool) {
        CheckedBody body = new CheckedBody(in, length, digests);
        return new Upload(spool, body, body, length, type, false, null);
    }

    /// An image that is a part of a form, which the server has read to its end already.
    static Upload part(InputStream in, long length, String type, Digests digests, Spool spool) {
        CheckedBody body = new CheckedBody(in, length, digests);
        return new Upload(spool, body, body, length, type, true, null);
    }

    /// An image whose length only its end tells: it is read to its end first.
    static Upload spooled(InputStream in, long maxBytes, String type, Digests digests, Spool spool)
            throws IOException, ProblemException {
        CheckedBody body = new CheckedBody(in, -1, digests);
        Path file = spool.take(body, body, maxBytes);
        return new Upload(spool, body, Files.newInputStream(file), Files.size(file), type, true, file);
    }

    static ProblemException tooLarge(long maxBytes) {
        return new ProblemException(ErrorCode.TOO_LARGE, "an image has at most " + maxBytes + " bytes");
    }

    /// The problem of a body whose reading failed.
    ProblemException brokenOff() {
        return brokenOff(body);
    }

    static ProblemException brokenOff(CheckedBody body) {
        return body.failed()
                ? Digests.mismatch()
                : new ProblemException(ErrorCode.BAD_REQUEST, "the body ended before its stated length");
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
        Path file = spool.take(content, body, length);
        close();
        spoolFile = file;
        content = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        if (Files.size(file) < length) {
            throw brokenOff();
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

    @Override
    public void close() throws IOException {
        if (closing || spoolFile != null) {
            content.close();
        }
        if (spoolFile != null) {
            Files.deleteIfExists(spoolFile);
        }
    }
}
