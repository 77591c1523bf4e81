package dev.minilab.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("docs/reliability.md is true")
class ReliabilityTest {

    private static final Pattern CLASS = Pattern.compile("`(\\w+)`");

    private static Map<String, Path> tests() throws IOException {
        Map<String, Path> tests = new HashMap<>();
        for (String module : List.of("common", "ingest-api", "processor-worker", "client", "standalone")) {
            Path folder = Path.of("..", module, "src", "test", "java");
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> file.toString().endsWith(".java"))
                            .forEach(file ->
                                    tests.put(file.getFileName().toString().replace(".java", ""), file));
                }
            }
        }
        return tests;
    }

    @ParameterizedTest
    @ValueSource(strings = {"Promises", "Faults", "Bad input"})
    @DisplayName("every test that is named exists, and bears the row that it is named for")
    void named(String heading) throws IOException {
        Map<String, Path> tests = tests();
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> row :
                StateTable.read("reliability.md", heading).rows().entrySet()) {
            Pattern id = Pattern.compile("\\b" + row.getKey() + "\\b");
            Matcher names = CLASS.matcher(row.getValue().getOrDefault("shown by", ""));
            int found = 0;
            while (names.find()) {
                Path file = tests.get(names.group(1));
                if (file == null || !id.matcher(Files.readString(file)).find()) {
                    wrong.add(row.getKey() + " " + names.group(1));
                }
                found++;
            }
            assertThat(found).as(row.getKey()).isPositive();
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Faults, F, 35", "Bad input, C, 72"})
    @DisplayName("every fault and every bad input has its row")
    void complete(String heading, String letter, int count) throws IOException {
        assertThat(StateTable.read("reliability.md", heading).rows().keySet())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, count)
                        .mapToObj(i -> letter + i)
                        .toList());
    }
}
