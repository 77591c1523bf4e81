package dev.minilab.client;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// A `multipart/form-data` body (RFC 7578) with the parts `job` and `image`. Of known length, streamed.
final class Form {

    private final String boundary = "minilab-" + UUID.randomUUID();
    private final Image image;
    private final byte[] job;

    Form(Image image, JobRequest request) {
        this.image = image;
        this.job = Json.write(request);
    }

    String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    /// A new one each time.
    BodyPublisher body() {
        return BodyPublishers.concat(
                text(part("job", "application/json")),
                BodyPublishers.ofByteArray(job),
                text("\r\n" + part("image\"; filename=\"image", image.mediaType())),
                image.publisher(),
                text("\r\n--" + boundary + "--\r\n"));
    }

    private String part(String disposition, String type) {
        return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + disposition + "\"\r\nContent-Type: "
                + type + "\r\n\r\n";
    }

    private static BodyPublisher text(String text) {
        return BodyPublishers.ofString(text, StandardCharsets.US_ASCII);
    }
}
