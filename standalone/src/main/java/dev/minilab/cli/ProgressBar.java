package dev.minilab.cli;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// A progress bar with what is left: one line that is drawn over on a terminal, and a line a step elsewhere.
/// Thread-safe.
public final class ProgressBar {

    private static final int WIDTH = 24;

    private final PrintStream out;
    private final boolean terminal;
    private final int steps;
    private final long start = System.nanoTime();
    private int done;

    /// @param steps how many there will be
    public ProgressBar(PrintStream out, boolean terminal, int steps) {
        this.out = out;
        this.terminal = terminal;
        this.steps = steps;
    }

    /// Whether someone watches.
    public static boolean onTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    /// Says what is being done now.
    public synchronized void now(String what) {
        if (terminal) {
            out.print("\r" + bar(System.nanoTime() - start) + " " + Report.printable(what) + "\u001b[K");
            out.flush();
        }
    }

    /// Says that a step is over.
    public synchronized void done(String what) {
        done++;
        if (terminal) {
            now(what);
        } else {
            out.println(bar(System.nanoTime() - start) + " " + Report.printable(what));
        }
    }

    /// Ends the line.
    public synchronized void end() {
        if (terminal) {
            out.println();
        }
    }

    private String bar(long nanos) {
        int full = steps == 0 ? WIDTH : WIDTH * done / steps;
        int percent = steps == 0 ? 100 : (int) (100L * done / steps);
        return "[" + "█".repeat(full) + "·".repeat(WIDTH - full) + "]"
                + String.format(Locale.ROOT, " %3d %% %5.1f s", percent, nanos / 1e9)
                + left(nanos);
    }

    /// How long the rest takes if it goes on like this; nothing while that is a guess or no longer a question.
    private String left(long nanos) {
        if (done < 3 || done >= steps || nanos < 2_000_000_000L) {
            return "";
        }
        Duration left = Duration.ofNanos((long) ((double) nanos / done * (steps - done)));
        return left.toMinutes() == 0
                ? ", " + left.toSeconds() + " s left"
                : String.format(Locale.ROOT, ", %d:%02d h left", left.toHours(), left.toMinutesPart());
    }
}
