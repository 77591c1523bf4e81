package dev.minilab.worker.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec.Keep;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What may be taken over from an original into its outputs: its ICC profile and its copyright notice, the one in
/// EXIF. Everything else is left behind.
///
/// Reads JPEG, PNG, WebP and TIFF and writes JPEG, PNG and WebP; other formats have no metadata here. Damaged
/// metadata is none: reading throws nothing and takes at most [#MAX_PROFILE] bytes out of anything compressed.
///
/// @param icc the profile, of any colour space, its header sound; null if there is none or more than a MiB
/// @param copyright without control characters, 1 to [#MAX_COPYRIGHT] characters, or null
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Metadata(byte @Nullable [] icc, @Nullable String copyright) {

    public static final int MAX_PROFILE = 1 << 20;
    public static final int MAX_COPYRIGHT = 1_000;

    public static final Metadata NONE = new Metadata(null, null);

    private static final int MAX_COPYRIGHT_BYTES = 1 << 16;
    private static final int PROFILE_HEADER = 128;

    /// What lies in a file, before anyone has looked at whether it makes sense.
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Blocks(byte @Nullable [] icc, byte @Nullable [] exif) {}

    public static Metadata read(byte[] original, ImageFormat format) {
        return switch (format) {
            case JPEG -> of(JpegMetadata.read(original));
            case PNG -> of(PngMetadata.read(original));
            case WEBP -> of(WebpMetadata.read(original));
            case TIFF ->
                of(new Blocks(
                        ExifTag.find(original, ExifTag.ICC_PROFILE, MAX_PROFILE).orElse(null), original));
            case AVIF, GIF, BMP, HEIC, JXL -> NONE;
        };
    }

    /// An encoded file with what is to be kept put into it: the copyright as an EXIF block of that one tag, the
    /// profile only if it [#isRgb]. Pixels are not touched.
    ///
    /// @param encoded a whole file as an encoder writes it, without metadata of its own
    /// @throws IllegalArgumentException if it is not of that format
    public byte[] write(byte[] encoded, ImageFormat format, Set<Keep> keep) {
        byte[] profile = keep.contains(Keep.ICC) && isRgb() ? icc : null;
        byte[] exif = keep.contains(Keep.COPYRIGHT) && copyright != null
                ? ExifTag.block(ExifTag.COPYRIGHT, copyright.getBytes(UTF_8))
                : null;
        if (profile == null && exif == null) {
            return encoded;
        }
        Blocks blocks = new Blocks(profile, exif);
        return switch (format) {
            case JPEG -> JpegMetadata.write(encoded, blocks);
            case PNG -> PngMetadata.write(encoded, blocks);
            case WEBP -> WebpMetadata.write(encoded, blocks);
            case AVIF, GIF, TIFF, BMP, HEIC, JXL -> encoded;
        };
    }

    /// Whether there is a profile that fits pixels of red, green and blue, as all outputs are. Colours of any other
    /// must be converted.
    public boolean isRgb() {
        return icc != null && new String(icc, 16, 4, ISO_8859_1).equals("RGB ");
    }

    private static Metadata of(Blocks blocks) {
        byte[] icc = profile(blocks.icc());
        String copyright = Optional.ofNullable(blocks.exif())
                .flatMap(exif -> ExifTag.find(withoutPrefix(exif), ExifTag.COPYRIGHT, MAX_COPYRIGHT_BYTES))
                .map(Metadata::text)
                .filter(text -> !text.isEmpty())
                .orElse(null);
        return new Metadata(icc, copyright);
    }

    /// As many bytes as the header of ICC.1 says, if it has the signature and is not too large.
    static byte @Nullable [] profile(byte @Nullable [] icc) {
        if (icc == null
                || icc.length <= PROFILE_HEADER
                || icc.length > MAX_PROFILE
                || !new String(icc, 36, 4, ISO_8859_1).equals("acsp")) {
            return null;
        }
        int size = ByteBuffer.wrap(icc).getInt(0);
        return size > PROFILE_HEADER && size <= icc.length ? Arrays.copyOf(icc, size) : null;
    }

    /// Some write into PNG and WebP what only JPEG has before its EXIF.
    private static byte[] withoutPrefix(byte[] exif) {
        boolean prefixed = exif.length > 6 && new String(exif, 0, 6, ISO_8859_1).equals("Exif\0\0");
        return prefixed ? Arrays.copyOfRange(exif, 6, exif.length) : exif;
    }

    /// The photographer's notice and the editor's, which EXIF separates by NUL. ASCII by the standard, UTF-8 in
    /// practice, Latin-1 from old cameras.
    private static String text(byte[] bytes) {
        String text = Stream.of(decode(bytes).split("\0", -1))
                .map(part -> part.replaceAll("\\p{Cc}+", " ").strip())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
        return text.length() <= MAX_COPYRIGHT ? text : cut(text);
    }

    private static String decode(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, ISO_8859_1);
        }
    }

    private static String cut(String text) {
        boolean inPair = Character.isHighSurrogate(text.charAt(MAX_COPYRIGHT - 1));
        return text.substring(0, inPair ? MAX_COPYRIGHT - 1 : MAX_COPYRIGHT);
    }
}
