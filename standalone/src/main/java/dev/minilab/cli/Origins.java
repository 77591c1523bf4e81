package dev.minilab.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The origins whose pages call the API, and so use the bucket as well.
final class Origins {

    private Origins() {}

    static List<String> of(Map<String, String> env) {
        return Stream.of(env.getOrDefault("MINILAB_CORS_ORIGINS", "").split(","))
                .map(String::strip)
                .filter(origin -> !origin.isEmpty())
                .toList();
    }
}
