package dev.minilab.worker.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Builds small ICC profiles, version 2.4, from the published primaries adapted to D50.
public final class Profiles {

    private static final int HEADER = 128;

    private Profiles() {}

    public static byte[] displayP3() {
        return rgb(srgbCurve(), 0.51512, 0.24120, -0.00105, 0.29198, 0.69225, 0.04189, 0.15710, 0.06657, 0.78407);
    }

    static byte[] adobeRgb() {
        return rgb(gamma(563), 0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457);
    }

    static byte[] proPhoto() {
        return rgb(gamma(461), 0.79767, 0.28804, 0, 0.13519, 0.71188, 0, 0.03135, 0.00008, 0.82490);
    }

    static byte[] srgb() {
        return rgb(srgbCurve(), 0.43607, 0.22249, 0.01392, 0.38515, 0.71687, 0.09708, 0.14307, 0.06061, 0.71410);
    }

    /// Grey of gamma 1.0, which no viewer takes for sRGB.
    static byte[] linearGrey() {
        return profile("mntr", "GRAY", "XYZ ", "wtpt", xyz(0.9642, 1, 0.8249), "kTRC", gamma(256));
    }

    /// RGB by an 8-bit lookup table of 2 x 2 x 2 colours into Lab: red and blue are swapped, which no matrix of
    /// independent contributions does exactly.
    static byte[] lookupTable() {
        ByteBuffer table = ByteBuffer.allocate(48 + 3 * 256 + 8 * 3 + 3 * 256);
        table.put("mft1".getBytes(ISO_8859_1))
                .putInt(0)
                .put((byte) 3)
                .put((byte) 3)
                .put((byte) 2)
                .put((byte) 0);
        for (int i = 0; i < 9; i++) {
            table.putInt(i % 4 == 0 ? 0x10000 : 0);
        }
        ramps(table);
        for (int i = 0; i < 8; i++) {
            int lightness = 20 + 29 * i;
            table.put((byte) lightness)
                    .put((byte) (128 + (i & 1) * 60 - (i & 2) * 20))
                    .put((byte) (160 - (i & 4) * 20));
        }
        ramps(table);
        return profile("scnr", "RGB ", "Lab ", "wtpt", xyz(0.9642, 1, 0.8249), "A2B0", table.array());
    }

    public static byte[] ofSpace(String space) {
        return profile("mntr", space, "XYZ ", "wtpt", xyz(0.9642, 1, 0.8249));
    }

    private static void ramps(ByteBuffer table) {
        for (int i = 0; i < 3 * 256; i++) {
            table.put((byte) i);
        }
    }

    private static byte[] rgb(byte[] curve, double... p) {
        return profile(
                "mntr",
                "RGB ",
                "XYZ ",
                "wtpt",
                xyz(0.9642, 1, 0.8249),
                "rXYZ",
                xyz(p[0], p[1], p[2]),
                "gXYZ",
                xyz(p[3], p[4], p[5]),
                "bXYZ",
                xyz(p[6], p[7], p[8]),
                "rTRC",
                curve,
                "gTRC",
                curve,
                "bTRC",
                curve);
    }

    private static byte[] profile(String type, String space, String connection, Object... tags) {
        int count = tags.length / 2;
        ByteBuffer out = ByteBuffer.allocate(HEADER + 4 + 12 * count + size(tags));
        out.putInt(0, out.capacity()).putInt(8, 0x02400000);
        out.put(12, (type + space + connection).getBytes(ISO_8859_1));
        out.putShort(24, (short) 2026).putShort(26, (short) 1).putShort(28, (short) 1);
        out.put(36, "acsp".getBytes(ISO_8859_1));
        out.put(68, Arrays.copyOfRange(xyz(0.9642, 1, 0.8249), 8, 20));
        out.putInt(HEADER, count);
        int data = HEADER + 4 + 12 * count;
        for (int i = 0; i < count; i++) {
            byte[] tag = (byte[]) tags[2 * i + 1];
            int entry = HEADER + 4 + 12 * i;
            out.put(entry, ((String) tags[2 * i]).getBytes(ISO_8859_1));
            out.putInt(entry + 4, data).putInt(entry + 8, tag.length).put(data, tag);
            data += padded(tag);
        }
        return out.array();
    }

    private static int size(Object... tags) {
        int size = 0;
        for (int i = 1; i < tags.length; i += 2) {
            size += padded((byte[]) tags[i]);
        }
        return size;
    }

    private static int padded(byte[] tag) {
        return (tag.length + 3) & ~3;
    }

    private static byte[] xyz(double x, double y, double z) {
        return ByteBuffer.allocate(20)
                .put("XYZ ".getBytes(ISO_8859_1))
                .putInt(0)
                .putInt((int) Math.round(x * 65536))
                .putInt((int) Math.round(y * 65536))
                .putInt((int) Math.round(z * 65536))
                .array();
    }

    private static byte[] gamma(int in256ths) {
        return ByteBuffer.allocate(14)
                .put("curv".getBytes(ISO_8859_1))
                .putInt(0)
                .putInt(1)
                .putShort((short) in256ths)
                .array();
    }

    private static byte[] srgbCurve() {
        ByteBuffer curve = ByteBuffer.allocate(12 + 2 * 1024)
                .put("curv".getBytes(ISO_8859_1))
                .putInt(0)
                .putInt(1024);
        for (int i = 0; i < 1024; i++) {
            double v = i / 1023.0;
            double light = v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
            curve.putShort((short) Math.round(light * 65535));
        }
        return curve.array();
    }
}
