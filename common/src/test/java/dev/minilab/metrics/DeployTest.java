package dev.minilab.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Dashboard and alerts")
class DeployTest {

    private static final Pattern SELECTOR = Pattern.compile("\\b(minilab_[a-z0-9_]+)\\b(?:\\{([^}]*)})?");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)");
    private static final Map<String, Metric> SERIES = Arrays.stream(Metric.values())
            .flatMap(metric -> series(metric).map(name -> Map.entry(name, metric)))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

    private static Stream<String> series(Metric metric) {
        Function<String, String> part = metric.exposedName()::concat;
        return switch (metric.kind()) {
            case TIMER -> Stream.of("_bucket", "_count", "_sum").map(part);
            case COUNTER, GAUGE -> Stream.of(metric.exposedName());
        };
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"grafana/minilab.json", "prometheus/alerts.yaml"})
    @DisplayName("name only metrics and labels that exist")
    void exist(String file) throws IOException {
        Matcher selectors = SELECTOR.matcher(read(file).replace("\\\"", "\""));
        Set<String> unknown = new TreeSet<>();
        int found = 0;
        while (selectors.find()) {
            found++;
            Metric metric = SERIES.get(selectors.group(1));
            if (metric == null) {
                unknown.add(selectors.group(1));
            } else if (selectors.group(2) != null) {
                LABEL.matcher(selectors.group(2))
                        .results()
                        .map(label -> label.group(1))
                        .filter(label -> !metric.labels().contains(label))
                        .forEach(label -> unknown.add(selectors.group(1) + "{" + label + "}"));
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(found).isGreaterThan(10);
    }

    @Test
    @DisplayName("the dashboard shows every metric of Minilab")
    void complete() throws IOException {
        String dashboard = read("grafana/minilab.json");
        assertThat(Json.read(dashboard.getBytes(StandardCharsets.UTF_8), Object.class))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsKeys("title", "panels", "templating");
        List<String> missing = Arrays.stream(Metric.values())
                .map(Metric::exposedName)
                .filter(name -> !dashboard.contains(name))
                .toList();
        assertThat(missing).isEmpty();
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of("../deploy", file));
    }
}
