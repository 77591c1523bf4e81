package dev.minilab.worker.source;

import dev.minilab.job.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// An original on the disk while it comes in, at whatever pace its server has. The file has no name there any more, so
/// that nothing is left of it when it is closed, or when the process dies. For one thread.
final class Spool implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;

    private final FileChannel file;
    private long length;
    private String sha256 = "";

    private Spool(Path folder) throws IOException {
        // On Linux and macOS this removes the file's name as soon as it is open.
        file = FileChannel.open(
                folder.resolve("source-" + UUID.randomUUID() + ".spool"),
                Set.of(
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE));
    }

    /// Takes a stream to its end; nothing if it has more than `most` bytes.
    static Optional<Spool> of(InputStream in, long most, Path folder) throws IOException {
        Spool spool = new Spool(folder);
        boolean whole = false;
        try {
            whole = spool.fill(in, most);
            return whole ? Optional.of(spool) : Optional.empty();
        } finally {
            if (!whole) {
                spool.close();
            }
        }
    }

    private boolean fill(InputStream in, long most) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[BUFFER];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            length += read;
            if (length > most) {
                return false;
            }
            digest.update(buffer, 0, read);
            for (ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read); bytes.hasRemaining(); ) {
                file.write(bytes);
            }
        }
        sha256 = Sha256.hex(digest.digest());
        return true;
    }

    /// How many bytes were taken.
    long length() {
        return length;
    }

    /// The SHA-256 of what was taken, in hex.
    String sha256() {
        return sha256;
    }

    /// What was taken, from its first byte on; each stream has a place of its own.
    InputStream content() {
        return new InputStream() {
            private long at;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int count) throws IOException {
                if (count == 0) {
                    return 0;
                }
                int read = file.read(ByteBuffer.wrap(buffer, offset, count), at);
                at += Math.max(0, read);
                return read;
            }
        };
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
