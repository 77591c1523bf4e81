package dev.minilab.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// Compares the clock of this machine with a server's `Date`: stores refuse what was signed 15 minutes off, and links
/// that are signed by a clock that is behind end too soon.
final class ClockCheck {

    private static final String WHAT = "clock";
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration MOST = Duration.ofSeconds(30);

    private ClockCheck() {}

    static Finding of(URI server) {
        try {
            Instant before = Instant.now();
            Optional<String> date = date(server);
            if (date.isEmpty()) {
                return Finding.note(WHAT, server + " does not tell the time", null);
            }
            Instant told = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.get()));
            Duration off = Duration.between(before, told);
            return off.abs().compareTo(MOST) <= 0
                    ? Finding.ok(WHAT, "within " + MOST.toSeconds() + " s of " + server)
                    : Finding.wrong(
                            WHAT,
                            "it is " + off.abs().toSeconds() + " s " + (off.isNegative() ? "ahead of " : "behind ")
                                    + server,
                            "let NTP set the clock: sudo timedatectl set-ntp true");
        } catch (IOException | DateTimeException e) {
            return Finding.note(WHAT, "cannot be compared with that of " + server + ": " + e, null);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Finding.note(WHAT, "not compared: interrupted", null);
        }
    }

    private static Optional<String> date(URI server) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
            HttpRequest request = HttpRequest.newBuilder(server)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .timeout(TIMEOUT)
                    .build();
            return http.send(request, BodyHandlers.discarding()).headers().firstValue("Date");
        }
    }
}
