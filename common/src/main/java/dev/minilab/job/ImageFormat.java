package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// An image file format that a client may send or ask for, with its wire name, media type and file extension.
///
/// Media types are those registered with IANA. Immutable.
public enum ImageFormat {
    JPEG("image/jpeg", "jpg"),
    PNG("image/png", "png"),
    WEBP("image/webp", "webp"),
    AVIF("image/avif", "avif"),
    GIF("image/gif", "gif");

    private final String mediaType;
    private final String extension;

    ImageFormat(String mediaType, String extension) {
        this.mediaType = mediaType;
        this.extension = extension;
    }

    public String mediaType() {
        return mediaType;
    }

    public String extension() {
        return extension;
    }

    /// The name in requests and answers: `jpeg`, `png`, …
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<ImageFormat> ofWireName(String name) {
        return Stream.of(values()).filter(f -> f.wireName().equals(name)).findFirst();
    }

    /// The format of a media type without parameters, in lower case; `image/jpg` is taken for `image/jpeg`.
    public static Optional<ImageFormat> ofMediaType(String mediaType) {
        String type = mediaType.equals("image/jpg") ? "image/jpeg" : mediaType;
        return Stream.of(values()).filter(f -> f.mediaType.equals(type)).findFirst();
    }
}
