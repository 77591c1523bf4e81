package dev.minilab.config;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where traces go, by the names that these settings have everywhere
/// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>). Immutable.
///
/// @param endpoint where steps are posted as OTLP; none for no traces at all
/// @param headers what is sent along, such as a key
/// @param resource what every step tells of its process
/// @param ratio which part of the traces that begin here is kept
public record TracingConfig(
        @Nullable URI endpoint, Map<String, Secret> headers, Map<String, String> resource, double ratio) {

    private static final String PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._/-]{1,100}");
    /// What the JDK's client sends as a header of ours.
    private static final Pattern HEADER_VALUE = Pattern.compile("[ -~\\u00A0-\\u00FF]*");

    private static final Pattern RESERVED =
            Pattern.compile("(?i)connection|content-length|content-type|expect|host|upgrade");
    private static final TracingConfig NONE = new TracingConfig(null, Map.of(), Map.of(), 1);
    private static final String PAIRS = "a comma-separated list of name=value, values URL-encoded";

    public TracingConfig {
        headers = Map.copyOf(headers);
        resource = Map.copyOf(resource);
    }

    static TracingConfig read(Settings settings) {
        boolean off = "true".equalsIgnoreCase(settings.text("OTEL_SDK_DISABLED"))
                || "none".equals(settings.text("OTEL_TRACES_EXPORTER"));
        URI endpoint = off
                ? null
                : settings.parsed(
                        "OTEL_EXPORTER_OTLP_ENDPOINT",
                        "an http or https URL such as http://collector:4318",
                        TracingConfig::endpoint);
        if (endpoint == null) {
            return NONE; // The others may be there for other programs.
        }
        String named = settings.text("OTEL_SERVICE_NAME");
        TracingConfig config = new TracingConfig(
                endpoint,
                settings.parsed("OTEL_EXPORTER_OTLP_HEADERS", Map.of(), PAIRS, TracingConfig::secrets),
                settings.parsed("OTEL_RESOURCE_ATTRIBUTES", Map.of(), PAIRS, TracingConfig::pairs),
                settings.parsed("OTEL_TRACES_SAMPLER_ARG", 1.0, "a number from 0 to 1", TracingConfig::ratio));
        if (!settings.text(PROTOCOL, "http/protobuf").equals("http/protobuf")) {
            settings.mistake(PROTOCOL, "must be http/protobuf: nothing else is spoken");
        }
        return named == null ? config : config.named(named);
    }

    /// A name of its own goes before one among the attributes.
    private TracingConfig named(String service) {
        Map<String, String> all = new LinkedHashMap<>(resource);
        all.put("service.name", service);
        return new TracingConfig(endpoint, headers, all, ratio);
    }

    /// The path of traces is added to what all signals share.
    private static URI endpoint(String text) {
        URI uri = URI.create((text.endsWith("/") ? text : text + "/") + "v1/traces");
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!http
                || uri.getHost() == null
                || uri.getRawUserInfo() != null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException();
        }
        return uri;
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text.split(",", 0)) {
            int equals = pair.indexOf('=');
            String name = pair.substring(0, Math.max(0, equals)).strip();
            String value =
                    URLDecoder.decode(pair.substring(equals + 1).strip().replace("+", "%2B"), StandardCharsets.UTF_8);
            if (!NAME.matcher(name).matches() || value.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException();
            }
            pairs.put(name, value);
        }
        return pairs;
    }

    private static Map<String, Secret> secrets(String text) {
        Map<String, String> pairs = pairs(text);
        pairs.forEach((name, value) -> {
            if (RESERVED.matcher(name).matches() || !HEADER_VALUE.matcher(value).matches()) {
                throw new IllegalArgumentException();
            }
        });
        return pairs.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> new Secret(entry.getValue())));
    }

    private static double ratio(String text) {
        double ratio = Double.parseDouble(text);
        if (!(ratio >= 0 && ratio <= 1)) {
            throw new IllegalArgumentException();
        }
        return ratio;
    }
}
