package dev.minilab.request;

import dev.minilab.job.UploadId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Reads the `source` of a job request: an upload, a key of the bucket, or a URL. For one document and one thread.
final class SourceReader {

    private static final String AT = "/source";
    private static final Set<String> FIELDS = Set.of("upload_id", "key", "url");

    private final Fields fields;

    SourceReader(Fields fields) {
        this.fields = fields;
    }

    SourceRef source(JsonNode json) {
        if (!fields.isObject(json, AT)) {
            return new SourceRef.Inline();
        }
        fields.refuseOthers(json, AT, FIELDS);
        if (json.size() != 1) {
            fields.mistake(AT, "has either upload_id, key or url");
            return new SourceRef.Inline();
        }
        return switch (json.propertyNames().iterator().next()) {
            case "upload_id" -> upload(json);
            case "key" -> key(json);
            case "url" -> url(json);
            default -> new SourceRef.Inline(); // Noted as a field we do not know.
        };
    }

    private SourceRef upload(JsonNode json) {
        String id = fields.text(json, AT, "upload_id", 40);
        Optional<UploadId> upload = id == null ? Optional.empty() : UploadId.parse(id);
        if (id != null && upload.isEmpty()) {
            fields.mistake(AT + "/upload_id", "is not the id of an upload");
        }
        return upload.<SourceRef>map(SourceRef.Uploaded::new).orElseGet(SourceRef.Inline::new);
    }

    private SourceRef key(JsonNode json) {
        String key = fields.text(json, AT, "key", SourceRef.Stored.MAX_KEY);
        if (key == null) {
            return new SourceRef.Inline();
        }
        if (key.getBytes(StandardCharsets.UTF_8).length > SourceRef.Stored.MAX_KEY
                || key.codePoints().anyMatch(Character::isISOControl)) {
            fields.mistake(AT + "/key", "is not a key: 1 to 1024 bytes without control characters");
        }
        return new SourceRef.Stored(key);
    }

    private SourceRef url(JsonNode json) {
        String url = fields.text(json, AT, "url", 2048);
        return url == null ? new SourceRef.Inline() : new SourceRef.Remote(url);
    }
}
