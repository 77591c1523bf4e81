package dev.minilab.health;

import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes what a process was built of.
public final class Shutdown {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private Shutdown() {}

    /// Closes all parts from the top of the stack down and empties it; one that fails does not keep the others open.
    public static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.error("Closing {} failed", part.getClass().getSimpleName(), e);
            }
        }
    }
}
