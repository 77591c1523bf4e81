package dev.minilab.cli;

import dev.minilab.client.OutputSpec;
import dev.minilab.client.OutputSpec.Watermark;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An output as it is written on the command line: `thumb=320x320,fit=cover,format=webp`. The size is `WxH`, `W` or
/// `xH`; what follows are the fields of an output, `position` also as `0.3:0.6`, `keep` with `+` between, `watermark`
/// as the text of one. Whether the values make sense is for the API to say.
record OutputOption(String name, OutputSpec spec) {

    private static final Pattern SIZE = Pattern.compile("(?<width>\\d{1,5})?(?:x(?<height>\\d{1,5})?)?");
    private static final Pattern POINT = Pattern.compile("(?<x>[01](?:\\.\\d+)?):(?<y>[01](?:\\.\\d+)?)");
    private static final Set<String> FIELDS = Set.of(
            "fit",
            "position",
            "without_enlargement",
            "format",
            "quality",
            "lossless",
            "background",
            "blur",
            "sharpen",
            "watermark",
            "animated",
            "keep");

    /// @throws IllegalArgumentException if it is not written like that
    static OutputOption parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw wrong(text, "is written name=320x320,fit=cover,format=webp");
        }
        String[] parts = text.substring(equals + 1).split(",", -1);
        Matcher size = SIZE.matcher(parts[0]);
        if (!size.matches() || (size.group("width") == null && size.group("height") == null)) {
            throw wrong(text, "begins with a size: 320x320, 320 or x320");
        }
        Map<String, String> fields = fields(text, parts);
        try {
            return new OutputOption(text.substring(0, equals), spec(size, fields));
        } catch (NumberFormatException e) {
            throw wrong(text, "has a number that is none");
        }
    }

    private static Map<String, String> fields(String text, String[] parts) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String field = equals < 0 ? parts[i] : parts[i].substring(0, equals);
            if (!FIELDS.contains(field)) {
                throw wrong(
                        text,
                        "has a field " + field + "; there are "
                                + FIELDS.stream().sorted().toList());
            }
            fields.put(field, equals < 0 ? "true" : parts[i].substring(equals + 1));
        }
        return fields;
    }

    private static OutputSpec spec(Matcher size, Map<String, String> fields) {
        return new OutputSpec(
                as(size.group("width"), Integer::valueOf),
                as(size.group("height"), Integer::valueOf),
                fields.get("fit"),
                as(fields.get("position"), OutputOption::position),
                as(fields.get("without_enlargement"), OutputOption::flag),
                fields.get("format"),
                as(fields.get("quality"), Integer::valueOf),
                as(fields.get("lossless"), OutputOption::flag),
                fields.get("background"),
                as(fields.get("blur"), OutputOption::sigma),
                as(fields.get("sharpen"), OutputOption::sigma),
                as(fields.get("watermark"), text -> new Watermark(text, null, null, null)),
                as(fields.get("animated"), OutputOption::flag),
                as(fields.get("keep"), text -> List.of(text.split("\\+"))));
    }

    private static <T> @Nullable T as(@Nullable String text, Function<String, T> read) {
        return text == null ? null : read.apply(text);
    }

    private static Object position(String text) {
        Matcher point = POINT.matcher(text);
        return point.matches()
                ? new OutputSpec.Point(Double.parseDouble(point.group("x")), Double.parseDouble(point.group("y")))
                : text;
    }

    private static Boolean flag(String text) {
        return switch (text) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default -> throw new NumberFormatException(text);
        };
    }

    private static Double sigma(String text) {
        return text.equals("true") ? 1.0 : Double.valueOf(text);
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("--output " + text + ": " + why);
    }
}
