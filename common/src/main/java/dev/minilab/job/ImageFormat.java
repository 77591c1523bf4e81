package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// An image file format, with its wire name, media type and file extension. All may be sent; those that are
/// [#writable] may be asked for. Whether an installation has a codec for one is for its workers to say.
///
/// Media types are those registered with IANA. Immutable.
public enum ImageFormat {
    JPEG("image/jpeg", "jpg"),
    PNG("image/png", "png"),
    WEBP("image/webp", "webp"),
    AVIF("image/avif", "avif"),
    GIF("image/gif", "gif"),
    TIFF("image/tiff", "tif"),
    BMP("image/bmp", "bmp"),
    HEIC("image/heic", "heic"),
    JXL("image/jxl", "jxl");

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

    /// Whether outputs may have this format.
    public boolean writable() {
        return switch (this) {
            case JPEG, PNG, WEBP, AVIF, GIF -> true;
            case TIFF, BMP, HEIC, JXL -> false;
        };
    }

    /// Whether a file of this format can hold several frames that are played.
    public boolean canAnimate() {
        return this == GIF || this == WEBP;
    }

    /// The name in requests and answers: `jpeg`, `png`, …
    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<ImageFormat> ofWireName(String name) {
        return Stream.of(values()).filter(f -> f.wireName().equals(name)).findFirst();
    }

    /// The format of a media type without parameters, in lower case; other names in use for the same (`image/jpg`,
    /// `image/heif`, `image/x-ms-bmp`) are understood.
    public static Optional<ImageFormat> ofMediaType(String mediaType) {
        String type = switch (mediaType) {
            case "image/jpg", "image/pjpeg" -> "image/jpeg";
            case "image/heif", "image/heic-sequence", "image/heif-sequence" -> "image/heic";
            case "image/avif-sequence" -> "image/avif";
            case "image/x-ms-bmp", "image/x-bmp" -> "image/bmp";
            default -> mediaType;
        };
        return Stream.of(values()).filter(f -> f.mediaType.equals(type)).findFirst();
    }
}
