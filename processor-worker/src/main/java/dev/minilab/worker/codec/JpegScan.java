package dev.minilab.worker.codec;

/// A quick look at the coded data of a JPEG (ITU-T T.81, annex B), without decoding it.
///
/// In whole data every 0xFF is followed by a stuffed zero, a restart marker, or the marker of the next segment, and
/// there is an end. That finds missing ends, most damage, and files with an absurd number of scans.
final class JpegScan {

    /// Encoders write about ten; the decoder goes over the whole image for each.
    static final int MAX_SCANS = 100;

    private JpegScan() {}

    /// Whether the markers are as a decoder expects them, from the first segment to the end of the image.
    static boolean looksWhole(byte[] jpeg) {
        int at = 2;
        int scans = 0;
        while (at + 3 < jpeg.length && jpeg[at] == (byte) 0xFF) {
            int marker = jpeg[at + 1] & 0xFF;
            if (marker == 0xFF) { // fill byte
                at++;
                continue;
            }
            if (!opensSegment(marker)) {
                return false;
            }
            int length = (jpeg[at + 2] & 0xFF) << 8 | (jpeg[at + 3] & 0xFF);
            at += 2 + length;
            if (marker == 0xDA) {
                at = endOfScan(jpeg, at);
                if (++scans > MAX_SCANS) {
                    return false;
                }
                if (at + 1 < jpeg.length && jpeg[at + 1] == (byte) 0xD9) {
                    return true;
                }
            }
        }
        return false;
    }

    /// DHT, DQT, DRI, DNL, SOS, SOFn, APPn, COM and the like; neither reserved ones nor those without a length.
    private static boolean opensSegment(int marker) {
        return marker >= 0xC0 && (marker < 0xD0 || marker >= 0xDA);
    }

    /// The position of the marker that ends the coded data, or the length of the file.
    private static int endOfScan(byte[] jpeg, int from) {
        for (int at = from; at + 1 < jpeg.length; at++) {
            if (jpeg[at] == (byte) 0xFF) {
                int next = jpeg[at + 1] & 0xFF;
                if (next != 0 && (next & 0xF8) != 0xD0 && next != 0xFF) {
                    return at;
                }
            }
        }
        return jpeg.length;
    }
}
