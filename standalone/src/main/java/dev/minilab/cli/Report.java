package dev.minilab.cli;

import dev.minilab.json.Json;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/// What a command prints on standard output: lines for people, or one JSON value a line. Thread-safe.
public record Report(PrintWriter out, boolean json) {

    /// Prints one value, in the one way or in the other.
    public void line(Object value, Supplier<String> text) {
        String line = json ? new String(Json.write(value), StandardCharsets.UTF_8) : printable(text.get());
        synchronized (this) {
            out.println(line);
            out.flush();
        }
    }

    /// Prints rows below a head, each column as wide as its widest value.
    public void table(List<List<String>> rows) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = printable(row.get(i));
                line.append(cell).repeat(' ', widths[i] - cell.length() + 2);
            }
            out.println(line.toString().stripTrailing());
        }
        out.flush();
    }

    /// Names of files and answers of strangers must not steer a terminal.
    static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\\n]]", "?");
    }
}
