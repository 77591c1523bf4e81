package dev.minilab.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.minilab.job.ImageFormat;
import java.util.List;
import java.util.Optional;

/// The bytes that files of a format begin with, as ISO 8859-1; `?` stands for any byte.
record Signature(ImageFormat format, String pattern) {

    /// As much of a file as is needed to find its signature.
    static final int LENGTH = 64;

    private static final String ISO_MEDIA = "????ftyp";

    private static final List<Signature> SIGNATURES = List.of(
            new Signature(ImageFormat.JPEG, "\u00FF\u00D8\u00FF"),
            new Signature(ImageFormat.PNG, "\u0089PNG\r\n\u001A\n"),
            new Signature(ImageFormat.WEBP, "RIFF????WEBP"),
            new Signature(ImageFormat.GIF, "GIF87a"),
            new Signature(ImageFormat.GIF, "GIF89a"),
            new Signature(ImageFormat.TIFF, "II*\0"),
            new Signature(ImageFormat.TIFF, "MM\0*"),
            // Two letters begin many texts; the length of what follows the file header is below 256 as well.
            new Signature(ImageFormat.BMP, "BM?????????????\0\0\0"),
            new Signature(ImageFormat.JXL, "\u00FF\n"),
            new Signature(ImageFormat.JXL, "\0\0\0\fJXL \r\n\u0087\n"));

    /// The format of a file that begins so.
    static Optional<ImageFormat> find(byte[] start) {
        String head = new String(start, ISO_8859_1);
        if (agrees(ISO_MEDIA, head) && head.length() >= ISO_MEDIA.length()) {
            return IsoBrands.format(head);
        }
        return SIGNATURES.stream()
                .filter(s -> head.length() >= s.pattern.length() && agrees(s.pattern, head))
                .map(Signature::format)
                .findFirst();
    }

    /// Whether these bytes are a whole file that ends within what could have become a signature.
    static boolean isCut(byte[] file) {
        String head = new String(file, ISO_8859_1);
        if (agrees(ISO_MEDIA, head)) {
            return head.length() < LENGTH && IsoBrands.isCut(head);
        }
        return SIGNATURES.stream().anyMatch(s -> head.length() < s.pattern.length() && agrees(s.pattern, head));
    }

    /// Whether the two are the same as far as both go, and that is further than where anything may stand.
    private static boolean agrees(String pattern, String head) {
        boolean told = false;
        for (int i = 0; i < Math.min(pattern.length(), head.length()); i++) {
            char expected = pattern.charAt(i);
            if (expected != '?' && expected != head.charAt(i)) {
                return false;
            }
            told |= expected != '?';
        }
        return told;
    }
}
