package dev.minilab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.minilab.job.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The spool of uploads")
class SpoolTest {

    private static final int ROOM = 40_000;

    @TempDir
    Path folder;

    /// A disk with room for 40,000 bytes, after which every write fails.
    private static OutputStream small(Path file, String failure) throws IOException {
        return new FilterOutputStream(Files.newOutputStream(file)) {
            private int written;

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                written += length;
                if (written > ROOM) {
                    throw new IOException(failure);
                }
                out.write(bytes, offset, length);
            }
        };
    }

    private static InputStream zeros(int length) {
        return new ByteArrayInputStream(new byte[length]);
    }

    private static Path take(Spool spool, InputStream in, long maxBytes) throws ProblemException {
        CheckedBody body = noDigests(in);
        return spool.take(body, body, maxBytes);
    }

    private static CheckedBody noDigests(InputStream in) throws ProblemException {
        return new CheckedBody(in, -1, Digests.of(_ -> null));
    }

    private ErrorCode refused(Spool spool, InputStream in, long maxBytes) throws IOException {
        ErrorCode code = catchThrowableOfType(ProblemException.class, () -> take(spool, in, maxBytes))
                .code();
        assertThat(folder).as("nothing is left behind").isEmptyDirectory();
        return code;
    }

    @Test
    @DisplayName("C71, I25 refuses what has no room with 507, and takes what has")
    void full() throws Exception {
        for (String failure : new String[] {"No space left on device", "Disk quota exceeded"}) {
            Spool spool = new Spool(folder, file -> small(file, failure));
            assertThat(refused(spool, zeros(ROOM + 20_000), 1 << 20).status()).isEqualTo(507);
            Path file = take(spool, zeros(10_000), 1 << 20);
            assertThat(file).hasSize(10_000);
            Files.delete(file);
        }
    }

    @Test
    @DisplayName("C71, I25 refuses with 503 what a broken disk does not take")
    void broken() throws Exception {
        Spool spool = new Spool(folder, file -> small(file, "Input/output error"));
        assertThat(refused(spool, zeros(ROOM + 20_000), 1 << 20)).isEqualTo(ErrorCode.UNAVAILABLE);
        Spool gone = new Spool(folder.resolve("gone"), Files::newOutputStream);
        assertThat(refused(gone, zeros(1), 1 << 20)).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    @DisplayName("C14, C15 keeps nothing of what is too large or breaks off")
    void clients() throws Exception {
        Spool spool = Spool.open(folder, Instant.now());
        assertThat(refused(spool, zeros(100_001), 100_000)).isEqualTo(ErrorCode.TOO_LARGE);
        InputStream breaking = new SequenceInputStream(zeros(50_000), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("No space left on device"); // On the client's side, whatever it says.
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return read();
            }
        });
        assertThat(refused(spool, breaking, 100_000)).isEqualTo(ErrorCode.BAD_REQUEST);
    }

    @Test
    @DisplayName("F1 deletes at the start what processes left that died, and nothing else")
    void cleans() throws Exception {
        Instant now = Instant.now();
        Path old = Files.createFile(folder.resolve("upload-1.spool"));
        Path oldPart = Files.createFile(folder.resolve("MultiPart2"));
        Path fresh = Files.createFile(folder.resolve("upload-3.spool"));
        Path foreign = Files.createFile(folder.resolve("notes.txt"));
        for (Path file : new Path[] {old, oldPart, foreign}) {
            Files.setLastModifiedTime(file, FileTime.from(now.minus(Duration.ofHours(7))));
        }
        Spool.open(folder, now);
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder(
                        fresh.getFileName().toString(), foreign.getFileName().toString());
    }
}
