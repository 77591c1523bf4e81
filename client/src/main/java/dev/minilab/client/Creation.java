package dev.minilab.client;

import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// The three ways to ask for a job: the image as the body, which the API streams to its bucket, wherever the query
/// can
/// hold the request; a form otherwise; JSON for an image that is elsewhere.
final class Creation {

    private static final String PATH = "/v1/jobs";

    private Creation() {}

    static Call of(Transport transport, Image image, JobRequest request, Progress progress) {
        if (fitsQuery(request)) {
            return Call.of("POST", transport.resolve(PATH + query(request)))
                    .header("Content-Type", image.mediaType())
                    .body(() -> new CountedBody(image.publisher(), progress), image.length());
        }
        Form form = new Form(image, request);
        return Call.of("POST", transport.resolve(PATH))
                .header("Content-Type", form.contentType())
                .body(() -> new CountedBody(form.body(), progress), image.length());
    }

    private record Sourced(
            Source source,
            @Nullable Map<String, OutputSpec> outputs,
            @Nullable String preset,
            JobRequest.@Nullable Webhook webhook,
            @Nullable String externalId,
            Map<String, String> metadata,
            @Nullable Lane lane,
            @Nullable Integer deadlineSeconds) {}

    static Call of(Transport transport, Source source, JobRequest request) {
        return Call.of("POST", transport.resolve(PATH))
                .json(new Sourced(
                        source,
                        request.outputs().isEmpty() ? null : request.outputs(),
                        request.preset(),
                        request.webhook(),
                        request.externalId(),
                        request.metadata(),
                        request.lane(),
                        request.deadlineSeconds()));
    }

    private static boolean fitsQuery(JobRequest request) {
        JobRequest.Webhook webhook = request.webhook();
        return request.outputs().isEmpty()
                && request.metadata().isEmpty()
                && request.lane() == null
                && request.deadlineSeconds() == null
                && (webhook == null || webhook.events().isEmpty());
    }

    private static String query(JobRequest request) {
        StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
        add(query, "preset", request.preset());
        add(query, "external_id", request.externalId());
        add(
                query,
                "webhook_url",
                request.webhook() == null ? null : request.webhook().url().toString());
        return query.toString();
    }

    private static void add(StringJoiner query, String name, @Nullable String value) {
        if (value != null) {
            query.add(name + "=" + JobFilter.encode(value));
        }
    }
}
