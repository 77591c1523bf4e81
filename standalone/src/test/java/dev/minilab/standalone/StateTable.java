package dev.minilab.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A table of a Markdown page below `docs`: rows by the first column, cells by the heading of theirs.
public record StateTable(List<String> columns, Map<String, Map<String, String>> rows) {

    /// The first table below a heading.
    public static StateTable read(String page, String heading) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("..", "docs", page)).stream()
                .dropWhile(line -> !line.equals("## " + heading))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        List<String> columns = cells(lines.getFirst());
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        for (String line : lines.subList(2, lines.size())) {
            List<String> cells = cells(line);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 1; i < columns.size(); i++) {
                row.put(columns.get(i), cells.get(i));
            }
            rows.put(cells.getFirst(), row);
        }
        return new StateTable(columns.subList(1, columns.size()), rows);
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                .map(String::strip)
                .toList();
    }
}
