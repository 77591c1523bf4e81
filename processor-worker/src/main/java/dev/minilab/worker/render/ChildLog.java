package dev.minilab.worker.render;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries what a render process says on standard error into our log: a few lines a render, cut, without control
/// characters. The rest is read and dropped, so that the process never waits for us.
final class ChildLog {

    private static final Logger LOG = LoggerFactory.getLogger(ChildLog.class);
    private static final int LINES_PER_RENDER = 20;
    private static final int LINE = 500;

    /// What every process says, since one of its modules is an incubator's.
    private static final String USUAL = "WARNING: Using incubator modules: jdk.incubator.vector";

    private final AtomicInteger left = new AtomicInteger(LINES_PER_RENDER);

    /// Starts to read, until the stream ends.
    ChildLog(long pid, InputStream stream) {
        Thread.ofPlatform().daemon().name("render-log-" + pid).start(() -> drain(pid, stream));
    }

    /// Allows another few lines.
    void renew() {
        left.set(LINES_PER_RENDER);
    }

    private void drain(long pid, InputStream stream) {
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            StringBuilder line = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                if (c == '\n') {
                    say(pid, line.toString());
                    line.setLength(0);
                } else if (line.length() < LINE) {
                    line.append(Character.isISOControl(c) ? ' ' : (char) c);
                }
            }
            say(pid, line.toString());
        } catch (IOException e) {
            LOG.debug("Render process {} says no more", pid, e); // It was killed.
        }
    }

    private void say(long pid, String line) {
        if (!line.isBlank() && !line.equals(USUAL) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            LOG.warn("Render process {}: {}", pid, line);
        }
    }
}
