package dev.minilab.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// JSON in snake_case with RFC 3339 times. Stored objects may carry fields that we do not know; duplicate names and
/// deep nesting are refused everywhere. Thread-safe.
public final class Json {

    private static final int MAX_DEPTH = 32;
    private static final int MAX_STRING = 64 * 1024;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_STRING)
                            .build())
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(old -> old.withValueInclusion(JsonInclude.Include.NON_NULL))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /// A record out of its JSON.
    ///
    /// @throws UnreadableJsonException if the bytes are not JSON, or not that of a `type`
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            T value = MAPPER.readValue(json, type);
            if (value == null) {
                throw new UnreadableJsonException("unreadable JSON: null", null);
            }
            return value;
        } catch (JacksonException e) {
            throw new UnreadableJsonException(describe(e), e);
        }
    }

    /// Any JSON value. Numbers that no double can hold are none.
    ///
    /// @throws UnreadableJsonException if the stream holds anything but exactly one JSON value
    public static JsonNode readTree(InputStream json) {
        try {
            JsonNode tree = MAPPER.readTree(json);
            if (tree.isMissingNode() || !StandardCharsets.UTF_8.newEncoder().canEncode(tree.toString())) {
                throw new UnreadableJsonException("unreadable JSON: empty, or with half a character", null);
            }
            if (!finite(tree)) {
                throw new UnreadableJsonException("unreadable JSON: a number is too large", null);
            }
            return tree;
        } catch (JacksonException e) {
            throw new UnreadableJsonException(describe(e), e);
        }
    }

    private static boolean finite(JsonNode node) {
        return node.isDouble()
                ? Double.isFinite(node.doubleValue())
                : node.values().stream().allMatch(Json::finite);
    }

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /// Milliseconds as they stand in records: whole, never negative.
    public static long millis(long nanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /// Where the trouble is, without a word of the input.
    private static String describe(JacksonException e) {
        var location = e.getLocation();
        return location == null || location.getLineNr() < 1
                ? "unreadable JSON"
                : "unreadable JSON at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /// That some text is not the JSON it should be. The message says where and repeats nothing of the text.
    public static final class UnreadableJsonException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnreadableJsonException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        /// The pointer of the name that comes twice in its object, if that is the trouble.
        public Optional<String> duplicate() {
            if (getCause() instanceof StreamReadException e
                    && String.valueOf(e.getOriginalMessage()).startsWith("Duplicate ")) {
                return Optional.ofNullable(e.processor())
                        .map(parser ->
                                parser.streamReadContext().pathAsPointer().toString());
            }
            return Optional.empty();
        }

        /// A sentence, never null.
        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}
