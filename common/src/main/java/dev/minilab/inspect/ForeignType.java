package dev.minilab.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;

import java.util.List;
import java.util.Locale;

/// Guesses what a file is that we don't take, so that the refusal can say it. Nothing is decided by the guess.
final class ForeignType {
    /// Magic bytes as ISO 8859-1, and the name to show for them.
    private record Magic(int offset, String bytes, String name) {
        boolean matches(String head) {
            return head.startsWith(bytes, offset);
        }
    }

    private static final List<Magic> MAGICS = List.of(
            new Magic(0, "GIF8", "a damaged GIF"),
            new Magic(0, "II+\0", "BigTIFF"),
            new Magic(0, "MM\0+", "BigTIFF"),
            new Magic(8, "AVI ", "a video"),
            new Magic(8, "WAVE", "audio"),
            new Magic(0, "\0\0\0\fjP  ", "JPEG 2000"),
            new Magic(0, "\u00FFO\u00FFQ", "JPEG 2000"),
            new Magic(0, "8BPS", "PSD"),
            new Magic(0, "\0\0\1\0", "ICO"),
            new Magic(0, "\u0089PNG", "a damaged PNG"),
            new Magic(0, "%PDF", "PDF"),
            new Magic(0, "%!PS", "PostScript"),
            new Magic(0, "PK\3\4", "ZIP"),
            new Magic(0, "PK\5\6", "ZIP"),
            new Magic(0, "\u001F\u008B", "gzip"),
            new Magic(0, "\u007FELF", "a program"),
            new Magic(0, "MZ", "a program"));

    private ForeignType() {}

    /// A name such as "GIF", or the empty string.
    static String guess(byte[] bytes) {
        String head = new String(bytes, ISO_8859_1);
        if (head.startsWith("ftyp", 4)) {
            return isoMedia(head.substring(8, Math.min(head.length(), 64)));
        }
        for (Magic magic : MAGICS) {
            if (magic.matches(head)) {
                return magic.name();
            }
        }
        return markup(text(bytes, head).strip().toLowerCase(Locale.ROOT));
    }

    /// By the brands of the first box, major or compatible: images of other codecs, raw images of cameras,
    /// videos.
    private static String isoMedia(String brands) {
        if (brands.contains("crx ")) {
            return "a camera's raw file";
        }
        boolean still = brands.contains("mif1") || brands.contains("msf1") || brands.contains("mif2");
        return still ? "HEIF of another codec" : "a video";
    }

    private static String text(byte[] bytes, String latin) {
        if (latin.startsWith("\u00FE\u00FF")) {
            return new String(bytes, 2, bytes.length - 2, UTF_16BE);
        }
        if (latin.startsWith("\u00FF\u00FE")) {
            return new String(bytes, 2, bytes.length - 2, UTF_16LE);
        }
        return latin.startsWith("\u00EF\u00BB\u00BF") ? latin.substring(3) : latin;
    }

    /// A prolog, comments and an internal subset may precede the root, so it is searched for, not parsed.
    private static String markup(String text) {
        if (!text.startsWith("<")) {
            return "";
        }
        if (text.startsWith("<!doctype html") || text.startsWith("<script")) {
            return "HTML";
        }
        int svg = text.indexOf("<svg");
        int html = text.indexOf("<html");
        if (svg >= 0 && (html < 0 || svg < html)) {
            return "SVG";
        }
        return html >= 0 ? "HTML" : text.startsWith("<?xml") ? "XML" : "";
    }
}
