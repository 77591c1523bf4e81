package dev.minilab.request;

import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What a client says of an image before it uploads it: its media type without parameters, in lower case, and its
/// length in bytes, at least 1. Immutable.
public record UploadRequest(String contentType, long contentLength) {

    private static final String TYPE = "[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*";

    /// Reads `{"content_type", "content_length"}`.
    ///
    /// @throws InvalidRequestException with every mistake
    public static UploadRequest read(JsonNode json) throws InvalidRequestException {
        Fields fields = new Fields();
        if (!fields.isObject(json, "")) {
            fields.finish();
        }
        fields.refuseOthers(json, "", Set.of("content_type", "content_length"));
        String text = fields.text(json, "", "content_type", 100);
        String type = text == null ? "" : text.toLowerCase(Locale.ROOT);
        if (!json.has("content_type") || (text != null && !type.matches(TYPE))) {
            fields.mistake("/content_type", "is not a media type such as image/jpeg");
        }
        JsonNode length = json.path("content_length");
        boolean whole = length.isIntegralNumber() && length.canConvertToLong() && length.longValue() >= 1;
        if (!whole) {
            fields.mistake("/content_length", "is not a number of bytes, 1 or more");
        }
        fields.finish();
        return new UploadRequest(type, length.longValue());
    }
}
