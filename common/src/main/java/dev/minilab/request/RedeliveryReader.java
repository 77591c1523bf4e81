package dev.minilab.request;

import dev.minilab.job.ErrorCode;
import dev.minilab.request.InvalidRequestException.Mistake;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads the request to deliver a webhook again: `{"url": "…"}`, or `{}` for the job's own URL.
public final class RedeliveryReader {

    private static final int MAX_URL = 2048;

    private RedeliveryReader() {}

    /// The URL as sent, if there is one: whether it may be called is for the caller to check.
    ///
    /// @throws InvalidRequestException with every mistake
    public static @Nullable String url(JsonNode json) throws InvalidRequestException {
        Fields fields = new Fields();
        String url = null;
        if (fields.isObject(json, "")) {
            fields.refuseOthers(json, "", Set.of("url"));
            url = fields.text(json, "", "url", MAX_URL);
        }
        fields.finish();
        return url;
    }

    /// That the job has no URL, and the request names none.
    public static InvalidRequestException missingUrl() {
        return refused(ErrorCode.INVALID_SPEC, "is missing: the job has no webhook of its own");
    }

    /// That the URL may not be called.
    public static InvalidRequestException refused(ErrorCode code, String detail) {
        return new InvalidRequestException(code, List.of(new Mistake("/url", detail)));
    }
}
