package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder where uploads lie that cannot be passed on as they come in. When its disk is full or broken, those
/// uploads are refused, and nothing of them stays. Thread-safe.
final class Spool {

    /// Opens a file to be written.
    interface Opening {
        OutputStream open(Path file) throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final int BUFFER = 16 * 1024;
    /// No upload takes this long.
    private static final Duration ABANDONED = Duration.ofHours(6);

    private final Path folder;
    private final Opening opening;

    Spool(Path folder, Opening opening) {
        this.folder = folder;
        this.opening = opening;
    }

    /// Makes sure that there is such a folder, and deletes what processes that died have left in it.
    static Spool open(Path folder, Instant now) throws IOException {
        Files.createDirectories(folder);
        FileTime old = FileTime.from(now.minus(ABANDONED));
        try (var files = Files.newDirectoryStream(folder, "{upload-*.spool,MultiPart*}")) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).compareTo(old) < 0) {
                    Files.deleteIfExists(file);
                }
            }
        }
        return new Spool(folder, Files::newOutputStream);
    }

    Path folder() {
        return folder;
    }

    /// Writes what comes to a file of its own, which is the caller's to delete.
    ///
    /// @throws ProblemException if more than `maxBytes` come, if the client breaks off, or if there is no room
    Path take(InputStream in, CheckedBody body, long maxBytes) throws ProblemException {
        Path file = create();
        boolean whole = false;
        try (OutputStream out = opening.open(file)) {
            byte[] buffer = new byte[BUFFER];
            long length = 0;
            for (int read = read(in, body, buffer); read >= 0; read = read(in, body, buffer)) {
                length += read;
                if (length > maxBytes) {
                    throw Upload.tooLarge(maxBytes);
                }
                out.write(buffer, 0, read);
            }
            whole = true;
        } catch (IOException e) {
            whole = false; // It may be the end that could not be written.
            throw failed(e);
        } finally {
            if (!whole) {
                delete(file);
            }
        }
        return file;
    }

    private Path create() throws ProblemException {
        try {
            return Files.createTempFile(folder, "upload-", ".spool");
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Only what fails on the client's side is the client's problem.
    private static int read(InputStream in, CheckedBody body, byte[] buffer) throws ProblemException {
        try {
            return in.read(buffer);
        } catch (IOException _) {
            throw Upload.brokenOff(body);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("Cannot delete {}: {}", file, e.getMessage()); // A later start will.
        }
    }

    /// Whether it was the disk that failed, and not a client.
    static boolean isToBlame(Throwable e) {
        return e instanceof FileSystemException || isFull(e);
    }

    private static boolean isFull(Throwable e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded");
    }

    /// The problem of an upload that could not be written, or read again.
    static ProblemException failed(Throwable e) {
        LOG.error("The spool folder does not take an upload: {}", e.toString());
        return isFull(e)
                ? new ProblemException(ErrorCode.STORAGE_FULL, "the disk for uploads under way has no room left")
                : new ProblemException(ErrorCode.UNAVAILABLE, "the disk for uploads under way cannot be used");
    }
}
