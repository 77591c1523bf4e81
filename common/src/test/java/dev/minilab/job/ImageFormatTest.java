package dev.minilab.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("C21 media types")
class ImageFormatTest {
    @ParameterizedTest
    @EnumSource
    void findsEveryFormatByItsNames(ImageFormat format) {
        assertThat(ImageFormat.ofMediaType(format.mediaType())).contains(format);
        assertThat(ImageFormat.ofWireName(format.wireName())).contains(format);
    }

    @ParameterizedTest
    @CsvSource({
        "image/jpg, JPEG",
        "image/pjpeg, JPEG",
        "image/heif, HEIC",
        "image/heic-sequence, HEIC",
        "image/heif-sequence, HEIC",
        "image/avif-sequence, AVIF",
        "image/x-ms-bmp, BMP",
        "image/x-bmp, BMP"
    })
    void understandsOtherNamesInUse(String mediaType, ImageFormat format) {
        assertThat(ImageFormat.ofMediaType(mediaType)).contains(format);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "image/svg+xml", "image/", "IMAGE/PNG", "text/html"})
    void knowsNoOtherTypes(String mediaType) {
        assertThat(ImageFormat.ofMediaType(mediaType)).isEmpty();
    }
}
