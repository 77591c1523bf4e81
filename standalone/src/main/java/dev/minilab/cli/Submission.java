package dev.minilab.cli;

import dev.minilab.client.Image;
import dev.minilab.client.Job;
import dev.minilab.client.JobRequest;
import dev.minilab.client.JobStatus;
import dev.minilab.client.Minilab;
import dev.minilab.client.MinilabException;
import dev.minilab.client.Progress;
import dev.minilab.job.Sha256;
import dev.minilab.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes jobs of files, one of each: the same file with the same request is the same job, however often it is sent, as
/// the `Idempotency-Key` follows from both. Thread-safe.
///
/// @param salt tells runs apart that shall not be the same; empty unless asked for
/// @param patience how long to wait for the end of each job, null for not at all
/// @param downloads where outputs are put, null for nowhere
record Submission(
        Minilab minilab,
        JobRequest request,
        String salt,
        Ledger ledger,
        @Nullable Duration patience,
        @Nullable Path downloads) {

    /// What became of a file.
    record Sent(String file, @Nullable Job job, @Nullable String problem, List<String> downloads) {

        boolean good() {
            return problem == null;
        }

        String text() {
            return file
                    + (job == null ? "" : " " + job.id() + " " + job.status().wireName())
                    + (problem == null ? "" : ": " + problem);
        }
    }

    Sent send(ImageFiles.Found found) {
        String name = found.file().toString();
        Job job = null;
        try {
            job = create(found.file());
            if (patience == null) {
                return new Sent(name, job, null, List.of());
            }
            job = minilab.await(job.id(), patience);
            List<String> downloaded = downloads == null ? List.of() : download(job, downloads.resolve(found.stem()));
            return new Sent(name, job, problem(job), downloaded);
        } catch (MinilabException.NotEnded e) {
            return new Sent(name, e.job(), "has not ended in time", List.of());
        } catch (MinilabException e) {
            return new Sent(name, job, String.valueOf(e.getMessage()), List.of());
        } catch (IOException e) {
            return new Sent(name, job, e.toString(), List.of());
        } catch (UncheckedIOException e) {
            return new Sent(name, job, String.valueOf(e.getMessage()), List.of());
        }
    }

    private Job create(Path file) throws IOException {
        String key = key(file);
        Optional<String> earlier = ledger.job(key);
        if (earlier.isPresent()) {
            try {
                return minilab.get(earlier.get());
            } catch (MinilabException.Refused e) {
                if (!List.of("gone", "not_found").contains(e.problem().code())) {
                    throw e;
                }
            }
        }
        Job job = minilab.create(Image.of(file), request, key, Progress.NONE);
        ledger.add(key, job.id());
        return job;
    }

    private String key(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        digest.update(Json.write(new TreeMap<>(request.outputs())));
        digest.update(Json.write(List.of(String.valueOf(request.preset()), String.valueOf(request.lane()), salt)));
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return "submit-" + Sha256.hex(digest.digest());
    }

    private static @Nullable String problem(Job job) {
        if (job.status() == JobStatus.SUCCEEDED) {
            return null;
        }
        if (job.error() != null) {
            return job.error().code()
                    + (job.error().detail() == null ? "" : ": " + job.error().detail());
        }
        return job.outputs().entrySet().stream()
                .filter(output -> !output.getValue().succeeded())
                .map(output -> output.getKey()
                        + (output.getValue().error() == null
                                ? " " + output.getValue().status()
                                : " " + output.getValue().error().code()))
                .sorted()
                .reduce((a, b) -> a + ", " + b)
                .orElse(job.status().wireName());
    }

    /// Puts the outputs beside each other: `photo-small.jpg`, `photo-large.jpg`. What is there already, byte for byte,
    /// stays.
    private List<String> download(Job job, Path stem) throws IOException {
        List<String> files = new ArrayList<>();
        for (Map.Entry<String, Job.Output> output : new TreeMap<>(job.outputs()).entrySet()) {
            String format = String.valueOf(output.getValue().format());
            String name = output.getKey();
            if (!output.getValue().succeeded() || !name.matches("[a-z0-9_-]{1,40}") || !format.matches("[a-z]{2,5}")) {
                continue; // The second and the third: no name from elsewhere leads anywhere else.
            }
            String ending = format.equals("jpeg") ? "jpg" : format;
            Path target = stem.resolveSibling(stem.getFileName() + "-" + name + "." + ending);
            if (!isThere(target, output.getValue().sha256())) {
                write(target, minilab.download(job.id(), name));
            }
            files.add(target.toString());
        }
        return files;
    }

    private static boolean isThere(Path target, @Nullable String sha256) throws IOException {
        return Files.isRegularFile(target)
                && Sha256.of(Files.readAllBytes(target)).equals(sha256);
    }

    private static void write(Path target, byte[] bytes) throws IOException {
        Path folder = Files.createDirectories(target.toAbsolutePath().getParent());
        Path part = Files.createTempFile(folder, ".minilab-", ".part");
        try {
            Files.write(part, bytes);
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
