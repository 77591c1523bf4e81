package dev.minilab.cli;

import dev.minilab.json.Json;
import dev.minilab.json.Json.UnreadableJsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A file that remembers which job was made for what, so that a run that is broken off goes on where it was: one JSON
/// object a line, added when the job is there. A last line that was torn is passed over. One process at a time has it.
/// Thread-safe.
final class Ledger implements AutoCloseable {

    /// One line: what was sent, and the job that it became.
    private record Line(String key, String job) {
        Line {
            Objects.requireNonNull(key);
            Objects.requireNonNull(job);
        }
    }

    private final Map<String, String> jobs = new ConcurrentHashMap<>();
    private final @Nullable FileChannel channel;

    private Ledger(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /// Remembers in a file, or for as long as the process lives if there is none.
    ///
    /// @throws IllegalArgumentException if another process has the file, or it holds something else
    static Ledger open(@Nullable Path file) throws IOException {
        if (file == null) {
            return new Ledger(null);
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new IllegalArgumentException(file + ": another process has it");
            }
            Ledger ledger = new Ledger(channel);
            ledger.read(file);
            return ledger;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void read(Path file) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(open.size()));
        int read = 0;
        while (bytes.hasRemaining() && read >= 0) {
            read = open.read(bytes);
        }
        String text = new String(bytes.array(), StandardCharsets.UTF_8);
        int whole = text.lastIndexOf('\n') + 1;
        for (String line : text.substring(0, whole).lines().toList()) {
            try {
                Line found = Json.read(line.getBytes(StandardCharsets.UTF_8), Line.class);
                jobs.put(found.key(), found.job());
            } catch (UnreadableJsonException _) {
                throw new IllegalArgumentException(file + ": is not a file of an earlier run");
            }
        }
        long end = text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length;
        open.truncate(end).position(end);
    }

    /// The job that was made for this.
    Optional<String> job(String key) {
        return Optional.ofNullable(jobs.get(key));
    }

    /// Writes down that a job was made.
    synchronized void add(String key, String job) {
        if (job.equals(jobs.put(key, job)) || channel == null) {
            return;
        }
        byte[] line = (new String(Json.write(new Line(key, job)), StandardCharsets.UTF_8) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.wrap(line);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the file of the run cannot be written", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
