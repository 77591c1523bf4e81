package dev.minilab.request;

import dev.minilab.job.ErrorCode;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads fields out of one JSON document and notes every mistake with its pointer instead of stopping at the first.
///
/// A getter answers null for a field that is absent or wrong; [#finish] then throws if anything was wrong. `at` is
/// always the pointer of the object that holds the field. For one thread.
final class Fields {

    private final List<Mistake> mistakes = new ArrayList<>();
    private ErrorCode code = ErrorCode.INVALID_SPEC;

    void mistake(String pointer, String detail) {
        mistakes.add(new Mistake(pointer, detail));
    }

    /// A mistake that gives the whole answer its code.
    void tooManyOutputs(String pointer, String detail) {
        code = ErrorCode.TOO_MANY_OUTPUTS;
        mistake(pointer, detail);
    }

    /// How many mistakes there are by now.
    int mistakes() {
        return mistakes.size();
    }

    /// @throws InvalidRequestException if there was any mistake
    void finish() throws InvalidRequestException {
        if (!mistakes.isEmpty()) {
            throw new InvalidRequestException(code, mistakes);
        }
    }

    boolean isObject(JsonNode json, String at) {
        if (!json.isObject()) {
            mistake(at, "is not a JSON object");
        }
        return json.isObject();
    }

    /// Notes every field that is not among `fields`.
    void refuseOthers(JsonNode json, String at, Set<String> fields) {
        for (String name : json.propertyNames()) {
            if (!fields.contains(name)) {
                mistake(at + "/" + escape(name), "is not a field we know");
            }
        }
    }

    @Nullable
    String text(JsonNode json, String at, String field, int max) {
        JsonNode node = json.path(field);
        if (node.isMissingNode()) {
            return null;
        }
        if (!node.isString()
                || node.stringValue().isEmpty()
                || node.stringValue().length() > max) {
            mistake(at + "/" + field, "is not a string of 1 to " + max + " characters");
            return null;
        }
        return node.stringValue();
    }

    <T> @Nullable T named(
            JsonNode json, String at, String field, Function<String, Optional<T>> parse, Stream<String> names) {
        String name = text(json, at, field, 40);
        if (name == null) {
            return null;
        }
        Optional<T> value = parse.apply(name);
        if (value.isEmpty()) {
            mistake(at + "/" + field, "is not one of " + names.collect(Collectors.joining(", ")));
        }
        return value.orElse(null);
    }

    /// A whole number from 1 to `max`.
    @Nullable
    Integer integer(JsonNode json, String at, String field, int max) {
        JsonNode node = json.path(field);
        if (node.isMissingNode()) {
            return null;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1 || node.intValue() > max) {
            mistake(at + "/" + field, "is not a whole number from 1 to " + max);
            return null;
        }
        return node.intValue();
    }

    @Nullable
    Boolean bool(JsonNode json, String at, String field) {
        JsonNode node = json.path(field);
        if (!node.isMissingNode() && !node.isBoolean()) {
            mistake(at + "/" + field, "is not true or false");
        }
        return node.isBoolean() ? node.booleanValue() : null;
    }

    /// Whether a field is there and true.
    boolean flag(JsonNode json, String at, String field) {
        return Boolean.TRUE.equals(bool(json, at, field));
    }

    /// A number of ordinary size, NaN for everything else: so that it fails every comparison.
    static double number(JsonNode node) {
        return node.isInt() || node.isDouble() ? node.doubleValue() : Double.NaN;
    }

    /// A name as it stands in a JSON Pointer, cut to a length that an answer can carry.
    static String escape(String name) {
        String cut = name.length() <= 60 ? name : name.substring(0, 60) + "…";
        return cut.replace("~", "~0").replace("/", "~1");
    }
}
