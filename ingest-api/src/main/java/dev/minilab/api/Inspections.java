package dev.minilab.api;

import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspector;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// Looks at originals before they are accepted: at the head of most, at the whole of those that tell their size late,
/// as most TIFFs do at their very end. Those are held in memory, so few at a time. Thread-safe.
final class Inspections {

    private static final int WHOLE_AT_ONCE = 4;

    /// Where the bytes of a whole original come from.
    interface Bytes {
        byte[] read() throws IOException, ProblemException;
    }

    private final Inspector inspector;
    private final Semaphore inMemory = new Semaphore(WHOLE_AT_ONCE);

    Inspections(Inspector inspector) {
        this.inspector = inspector;
    }

    /// What the head says, at most [Inspector#HEAD_LIMIT] bytes; nothing if the whole must be asked.
    ///
    /// @param length of the whole, in bytes
    Optional<Inspection> ofHead(InputStream head, long length) throws IOException, InspectException {
        try {
            return Optional.of(inspector.inspect(head));
        } catch (InspectException e) {
            if (e.code() != ErrorCode.BAD_HEADER || length <= Inspector.HEAD_LIMIT) {
                throw e;
            }
            return Optional.empty();
        }
    }

    Inspection ofWhole(Bytes bytes) throws IOException, ProblemException, InspectException {
        inMemory.acquireUninterruptibly();
        try {
            return inspector.inspectWhole(bytes.read());
        } finally {
            inMemory.release();
        }
    }

    /// What was declared must be what the bytes say.
    static void requireDeclared(Optional<String> mediaType, Inspection found) throws ProblemException {
        ImageFormat format = found.format();
        if (mediaType.isPresent()
                && !ImageFormat.ofMediaType(mediaType.get()).equals(ImageFormat.ofMediaType(format.mediaType()))) {
            throw new ProblemException(
                    ErrorCode.TYPE_MISMATCH,
                    "the image is declared as another type than it is: it is " + format.mediaType());
        }
    }
}
