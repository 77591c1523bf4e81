package dev.minilab.worker.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.minilab.worker.codec.Metadata.Blocks;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Metadata in the segments of a JPEG (ITU-T T.81, annex B): EXIF in APP1, the ICC profile in chunks in APP2 (ICC.1,
/// annex B.4).
final class JpegMetadata {

    private static final byte[] EXIF = "Exif\0\0".getBytes(ISO_8859_1);
    private static final byte[] ICC = "ICC_PROFILE\0".getBytes(ISO_8859_1);

    private static final int SOI = 0xD8;
    private static final int SOS = 0xDA;
    private static final int EOI = 0xD9;
    private static final int APP0 = 0xE0;
    private static final int APP1 = 0xE1;
    private static final int APP2 = 0xE2;

    /// What a segment holds behind the two bytes of its length, and of that behind the name and the two numbers of a
    /// chunk.
    private static final int SEGMENT = 65_533;

    private static final int CHUNK = SEGMENT - ICC.length - 2;

    private final byte[] jpeg;
    private final SortedMap<Integer, byte[]> chunks = new TreeMap<>();
    private byte @Nullable [] exif;
    private int count;
    private boolean broken;

    private JpegMetadata(byte[] jpeg) {
        this.jpeg = jpeg;
    }

    static Blocks read(byte[] jpeg) {
        JpegMetadata reader = new JpegMetadata(jpeg);
        reader.walk();
        return new Blocks(reader.profile(), reader.exif);
    }

    /// Goes over the segments up to the image data.
    private void walk() {
        int at = 2;
        while (at + 4 <= jpeg.length && u8(at) == 0xFF) {
            int marker = u8(at + 1);
            boolean alone = marker == 0x01 || (marker >= 0xD0 && marker <= SOI);
            if (marker == SOS || marker == EOI) {
                return;
            } else if (marker == 0xFF) {
                at++;
            } else if (alone) {
                at += 2;
            } else {
                int end = at + 2 + u16(at + 2);
                if (end > jpeg.length || end < at + 4) {
                    return;
                }
                if (marker == APP1 || marker == APP2) {
                    take(marker, Arrays.copyOfRange(jpeg, at + 4, end));
                }
                at = end;
            }
        }
    }

    /// Of several EXIF segments the first counts.
    private void take(int marker, byte[] payload) {
        if (marker == APP1 && exif == null && startsWith(payload, EXIF)) {
            exif = Arrays.copyOfRange(payload, EXIF.length, payload.length);
        } else if (marker == APP2 && startsWith(payload, ICC) && payload.length > ICC.length + 2) {
            chunk(payload);
        }
    }

    private static boolean startsWith(byte[] payload, byte[] name) {
        return Arrays.mismatch(payload, name) == name.length;
    }

    /// Chunks have numbers from 1 and all tell how many there are; they may come in any order.
    private void chunk(byte[] payload) {
        int number = payload[ICC.length] & 0xFF;
        int of = payload[ICC.length + 1] & 0xFF;
        broken |= number == 0 || number > of || (count != 0 && count != of) || chunks.containsKey(number);
        count = of;
        chunks.put(number, Arrays.copyOfRange(payload, ICC.length + 2, payload.length));
    }

    private byte @Nullable [] profile() {
        int length = chunks.values().stream().mapToInt(chunk -> chunk.length).sum();
        if (broken || count == 0 || chunks.size() != count || length > Metadata.MAX_PROFILE) {
            return null;
        }
        ByteArrayOutputStream profile = new ByteArrayOutputStream(length);
        chunks.values().forEach(profile::writeBytes);
        return profile.toByteArray();
    }

    private int u8(int at) {
        return jpeg[at] & 0xFF;
    }

    private int u16(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    /// Behind the start and the JFIF segment, which must be the first.
    static byte[] write(byte[] jpeg, Blocks blocks) {
        JpegMetadata in = new JpegMetadata(jpeg);
        if (jpeg.length < 6 || in.u16(0) != (0xFF00 | SOI)) {
            throw new IllegalArgumentException("not a JPEG");
        }
        int head = in.u16(2) == (0xFF00 | APP0) ? Math.min(jpeg.length, 4 + in.u16(4)) : 2;
        ByteArrayOutputStream out = new ByteArrayOutputStream(jpeg.length + (1 << 12));
        out.write(jpeg, 0, head);
        if (blocks.exif() != null) {
            segment(out, APP1, EXIF, blocks.exif());
        }
        if (blocks.icc() != null) {
            profile(out, blocks.icc());
        }
        out.write(jpeg, head, jpeg.length - head);
        return out.toByteArray();
    }

    private static void profile(ByteArrayOutputStream out, byte[] icc) {
        int chunks = (icc.length + CHUNK - 1) / CHUNK;
        for (int number = 1; number <= chunks; number++) {
            byte[] name = Arrays.copyOf(ICC, ICC.length + 2);
            name[ICC.length] = (byte) number;
            name[ICC.length + 1] = (byte) chunks;
            int from = (number - 1) * CHUNK;
            segment(out, APP2, name, Arrays.copyOfRange(icc, from, Math.min(icc.length, from + CHUNK)));
        }
    }

    private static void segment(ByteArrayOutputStream out, int marker, byte[] name, byte[] data) {
        int length = 2 + name.length + data.length;
        out.write(0xFF);
        out.write(marker);
        out.write(length >> 8);
        out.write(length);
        out.writeBytes(name);
        out.writeBytes(data);
    }
}
