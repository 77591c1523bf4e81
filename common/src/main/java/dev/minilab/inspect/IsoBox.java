package dev.minilab.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;

/// The header of a box of an ISO base media file (ISO/IEC 14496-12, 4.2).
///
/// @param size the bytes that follow the header; [Long#MAX_VALUE] for a box that goes on to the end of the file
record IsoBox(String type, long size) {
    private static final int SHORT_HEADER = 8;
    private static final int LONG_HEADER = 16;

    static IsoBox read(HeadReader head) throws IOException, InspectException {
        long size = head.u32();
        String type = new String(head.bytes(4), ISO_8859_1);
        int header = SHORT_HEADER;
        if (size == 0) {
            return new IsoBox(type, Long.MAX_VALUE);
        }
        if (size == 1) {
            size = head.u32() << 32 | head.u32();
            header = LONG_HEADER;
        }
        if (size < header) {
            throw impossible();
        }
        return new IsoBox(type, size - header);
    }

    static InspectException impossible() {
        return InspectException.badHeader("The image has a box of impossible size");
    }
}
