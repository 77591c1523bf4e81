package dev.minilab.standalone;

import java.io.PrintStream;
import java.util.Locale;

/// A progress bar: one line that is drawn over on a terminal, and a line a step elsewhere.
final class Progress {

    private static final int WIDTH = 24;

    private final PrintStream out;
    private final boolean terminal;
    private final int steps;
    private final long start = System.nanoTime();
    private int done;

    Progress(PrintStream out, boolean terminal, int steps) {
        this.out = out;
        this.terminal = terminal;
        this.steps = steps;
    }

    /// Says what is being done now.
    void now(String what) {
        if (terminal) {
            out.print("\r" + bar() + " " + what + "\u001b[K");
            out.flush();
        }
    }

    /// Says that a step is over.
    void done(String what) {
        done++;
        if (terminal) {
            now(what);
        } else {
            out.println(bar() + " " + what);
        }
    }

    /// Ends the line.
    void end() {
        if (terminal) {
            out.println();
        }
    }

    private String bar() {
        int full = WIDTH * done / steps;
        double seconds = (System.nanoTime() - start) / 1e9;
        return "[" + "█".repeat(full) + "·".repeat(WIDTH - full) + "]"
                + String.format(Locale.ROOT, " %3d %% %5.1f s", 100 * done / steps, seconds);
    }
}
