package dev.minilab.standalone;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// JPEGs with metadata: EXIF (CIPA DC-008) with an orientation, an artist and a copyright, and a colour profile (ICC.1,
/// annex B.4).
final class Tagged {

    private static final int APP1 = 0xFFE1;
    private static final int APP2 = 0xFFE2;
    private static final int ENTRIES = 3;
    private static final int SHORT = 3;
    private static final int ASCII = 2;

    private Tagged() {}

    static byte[] jpeg(byte[] plain, int orientation, String artist, String copyright, byte[] profile)
            throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.write(plain, 0, 2);
        segment(out, APP1, "Exif\0\0", exif(orientation, ascii(artist), ascii(copyright)));
        segment(out, APP2, "ICC_PROFILE\0\1\1", profile);
        out.write(plain, 2, plain.length - 2);
        return bytes.toByteArray();
    }

    private static void segment(DataOutputStream out, int marker, String prefix, byte[] content) throws IOException {
        out.writeShort(marker);
        out.writeShort(2 + prefix.length() + content.length);
        out.writeBytes(prefix);
        out.write(content);
    }

    private static byte[] exif(int orientation, byte[] artist, byte[] copyright) {
        int texts = 8 + 2 + 12 * ENTRIES + 4;
        ByteBuffer tiff = ByteBuffer.allocate(texts + artist.length + copyright.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {'I', 'I', 42, 0})
                .putInt(8)
                .putShort((short) ENTRIES);
        entry(tiff, 0x0112, SHORT, 1, orientation);
        entry(tiff, 0x013B, ASCII, artist.length, texts);
        entry(tiff, 0x8298, ASCII, copyright.length, texts + artist.length);
        return tiff.putInt(0).put(artist).put(copyright).array();
    }

    private static void entry(ByteBuffer tiff, int tag, int type, int count, int value) {
        tiff.putShort((short) tag).putShort((short) type).putInt(count).putInt(value);
    }

    private static byte[] ascii(String text) {
        return (text + "\0").getBytes(StandardCharsets.US_ASCII);
    }
}
