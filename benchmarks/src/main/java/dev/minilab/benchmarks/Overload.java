package dev.minilab.benchmarks;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/// Calls an API at a fixed rate, whatever it answers, and then looks for what became of each job that it accepted. Run
/// by `benchmarks/overload`.
public final class Overload {

    private static final int CONNECTIONS = 200;
    private static final byte[] NOTHING = {};
    private static final Pattern ID = Pattern.compile("\"id\":\"(job_[0-9A-Z]{26})\"");
    private static final Pattern STATUS = Pattern.compile("\"status\":\"([a-z_]+)\"");
    private static final Duration SAMPLE = Duration.ofSeconds(5);

    private final URI api;
    private final Path status;
    private final long rate;
    private final Duration time;
    private final byte[] image;
    private final Tally tally = new Tally();
    private final List<String> accepted = new CopyOnWriteArrayList<>();
    private final AtomicLong tickets = new AtomicLong();

    private Overload(URI api, long pid, long rate, Duration time) throws IOException {
        this.api = api;
        this.status = Path.of("/proc", Long.toString(pid), "status");
        this.rate = rate;
        this.time = time;
        this.image = image();
    }

    /// @param args the API, its process, calls a second, seconds, and how many seconds its jobs may take afterwards
    static void main(String[] args) throws Exception {
        Overload overload = new Overload(
                URI.create(args[0]),
                Long.parseLong(args[1]),
                Long.parseLong(args[2]),
                Duration.ofSeconds(Long.parseLong(args[3])));
        overload.run();
        long lost = overload.lost(Duration.ofSeconds(Long.parseLong(args[4])));
        IO.println("%,d jobs accepted, %d without a result".formatted(overload.accepted.size(), lost));
        boolean fine = lost == 0 && overload.tally.of(500) == 0 && overload.tally.broken() == 0;
        IO.println(fine ? "no 500, no loss" : "FAILED");
        System.exit(fine ? 0 : 1);
    }

    private static byte[] image() throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(96, 64, BufferedImage.TYPE_INT_RGB), "jpeg", bytes);
        return bytes.toByteArray();
    }

    private void run() throws InterruptedException {
        long start = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                threads.execute(() -> call(start));
            }
            while (System.nanoTime() - start < time.toNanos()) {
                IO.println("%3d s: %s".formatted((System.nanoTime() - start) / 1_000_000_000, memory()));
                LockSupport.parkNanos(SAMPLE.toNanos());
            }
        }
        IO.println("at the end: " + memory());
        IO.println("%,d calls were due; those for which no connection was free in time were not made"
                .formatted(rate * time.toSeconds()));
        tally.print((System.nanoTime() - start) / 1e9);
    }

    private String memory() {
        try (var lines = Files.lines(status)) {
            return String.join(
                    ", ",
                    lines.filter(line -> line.matches("Vm(RSS|HWM):.*"))
                            .map(line -> line.replaceAll("\\s+", " "))
                            .toList());
        } catch (IOException e) {
            return "no memory to read: " + e.getMessage();
        }
    }

    /// Takes the next call that is due, until the time is over.
    private void call(long start) {
        try (Wire wire = new Wire(api)) {
            while (true) {
                long ticket = tickets.getAndIncrement();
                long due = start + ticket * 1_000_000_000 / rate;
                if (Math.max(due, System.nanoTime()) - start > time.toNanos()) {
                    return;
                }
                LockSupport.parkNanos(due - System.nanoTime());
                call(wire, ticket, due);
            }
        } catch (IOException e) {
            tally.failed(e);
        }
    }

    private void call(Wire wire, long ticket, long due) {
        String call = name(ticket);
        try {
            Wire.Answer answer = wire.send(head(call), call.equals("create") ? image : NOTHING);
            tally.answered(call, answer, System.nanoTime() - due);
            Matcher id = ID.matcher(answer.body());
            if (answer.status() == 202 && id.find()) {
                accepted.add(id.group(1));
            }
        } catch (IOException e) {
            tally.failed(e);
        }
    }

    /// Of twenty calls two make a job, eleven look at one, one lists them, and six are cheap, unknown or wrong.
    private static String name(long ticket) {
        return switch ((int) (ticket % 20)) {
            case 0, 10 -> "create";
            case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> "read";
            case 11, 12 -> "output";
            case 13 -> "list";
            case 14 -> "unknown";
            case 15 -> "wrong";
            case 16 -> "presets";
            default -> "live";
        };
    }

    private String head(String call) {
        String job = accepted.isEmpty()
                ? "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"
                : accepted.get(ThreadLocalRandom.current().nextInt(accepted.size()));
        return switch (call) {
            case "create" -> "POST /v1/jobs HTTP/1.1\r\nContent-Type: image/jpeg\r\n";
            case "read" -> "GET /v1/jobs/" + job + " HTTP/1.1\r\n";
            case "output" -> "GET /v1/jobs/" + job + "/outputs/small HTTP/1.1\r\n";
            case "list" -> "GET /v1/jobs?limit=5 HTTP/1.1\r\n";
            case "unknown" -> "GET /v1/jobs/job_01ARZ3NDEKTSV4RRFFQ69G5FAV HTTP/1.1\r\n";
            case "wrong" -> "GET /v1/jobs?limit=0 HTTP/1.1\r\n";
            case "presets" -> "GET /v1/presets HTTP/1.1\r\n";
            default -> "GET /health/live HTTP/1.1\r\n";
        };
    }

    /// Asks for each job until it has ended, and counts those that have not in the time.
    private long lost(Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        List<String> open = new ArrayList<>(accepted);
        try (Wire wire = new Wire(api)) {
            while (!open.isEmpty() && System.nanoTime() < end) {
                List<String> rest = new ArrayList<>();
                for (String job : open) {
                    if (!ended(wire, job)) {
                        rest.add(job);
                    }
                }
                open = rest;
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            }
        }
        return open.size();
    }

    private static boolean ended(Wire wire, String job) throws IOException {
        Wire.Answer answer = wire.send("GET /v1/jobs/" + job + " HTTP/1.1\r\n", NOTHING);
        Matcher status = STATUS.matcher(answer.body());
        return answer.status() == 200
                && status.find()
                && !List.of("queued", "processing").contains(status.group(1));
    }
}
