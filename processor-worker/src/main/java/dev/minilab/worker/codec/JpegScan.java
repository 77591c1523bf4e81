package dev.minilab.worker.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A quick look at the coded data of a JPEG (ITU-T T.81, annex B), without decoding it.
///
/// In whole data every 0xFF is followed by a stuffed zero, a restart marker, or the marker of the next segment, and
/// there is an end. That finds missing ends, most damage, and files with an absurd number of scans.
record JpegScan(boolean whole, int scans) {

    /// Encoders write about ten; the decoder goes over the whole image for each.
    static final int MAX_SCANS = 100;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int SOS = 0xDA;
    private static final int EOI = 0xD9;

    /// What the markers of a file say. In what is not whole, every start of a scan counts, wherever it stands.
    static JpegScan of(byte[] jpeg) {
        int scans = scansUpToEnd(jpeg);
        return scans >= 0 ? new JpegScan(true, scans) : new JpegScan(false, countAll(jpeg));
    }

    boolean hasTooManyScans() {
        return scans > MAX_SCANS;
    }

    private static int countAll(byte[] jpeg) {
        int scans = 0;
        for (int at = next(jpeg, 0); at + 1 < jpeg.length; at = next(jpeg, at + 1)) {
            if ((jpeg[at + 1] & 0xFF) == SOS) {
                scans++;
            }
        }
        return scans;
    }

    /// How many scans there are up to the end of the image, or -1 if the markers are not as a decoder expects them.
    private static int scansUpToEnd(byte[] jpeg) {
        int at = 2;
        int scans = 0;
        while (at + 3 < jpeg.length && jpeg[at] == (byte) 0xFF) {
            int marker = jpeg[at + 1] & 0xFF;
            if (marker == 0xFF) { // fill byte
                at++;
                continue;
            }
            if (!opensSegment(marker)) {
                return -1;
            }
            at += 2 + ((jpeg[at + 2] & 0xFF) << 8 | (jpeg[at + 3] & 0xFF));
            if (marker == SOS) {
                scans++;
                at = endOfScan(jpeg, at);
                if (at + 1 < jpeg.length && (jpeg[at + 1] & 0xFF) == EOI) {
                    return scans;
                }
            }
        }
        return -1;
    }

    /// DHT, DQT, DRI, DNL, SOS, SOFn, APPn, COM and the like; neither reserved ones nor those without a length.
    private static boolean opensSegment(int marker) {
        return marker >= 0xC0 && (marker < 0xD0 || marker >= SOS);
    }

    /// The position of the marker that ends the coded data, or the length of the file.
    private static int endOfScan(byte[] jpeg, int from) {
        for (int at = next(jpeg, from); at + 1 < jpeg.length; at = next(jpeg, at + 1)) {
            int marker = jpeg[at + 1] & 0xFF;
            boolean restart = (marker & 0xF8) == 0xD0;
            if (marker != 0 && marker != 0xFF && !restart) {
                return at;
            }
        }
        return jpeg.length;
    }

    /// The position of the next 0xFF, or the length of the file. Looks at eight bytes at a time.
    private static int next(byte[] jpeg, int from) {
        int at = Math.min(from, jpeg.length);
        for (; at + Long.BYTES <= jpeg.length; at += Long.BYTES) {
            long inverted = ~(long) LONG.get(jpeg, at);
            long zeros = (inverted - 0x0101010101010101L) & ~inverted & 0x8080808080808080L;
            if (zeros != 0) {
                return at + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
            }
        }
        while (at < jpeg.length && jpeg[at] != (byte) 0xFF) {
            at++;
        }
        return at;
    }
}
