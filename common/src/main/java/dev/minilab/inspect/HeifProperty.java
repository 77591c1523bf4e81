package dev.minilab.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A box in memory: a property of an item, or a list of them. Fields are read from views: the body stays as it
/// is.
///
/// Methods throw [BufferUnderflowException] where the box ends before its fields do.
record HeifProperty(String type, ByteBuffer body) {
    private static final int HEADER = 8;

    /// The boxes that fill the rest of these bytes, which are at most `most`.
    static List<HeifProperty> list(ByteBuffer in, int most) throws InspectException {
        List<HeifProperty> boxes = new ArrayList<>();
        while (in.hasRemaining()) {
            int start = in.position();
            long size = u32(in);
            byte[] type = new byte[4];
            in.get(type);
            if (size < HEADER || size > in.limit() - start || boxes.size() == most) {
                throw IsoBox.impossible();
            }
            boxes.add(new HeifProperty(new String(type, ISO_8859_1), in.slice(start + HEADER, (int) size - HEADER)));
            in.position(start + (int) size);
        }
        return boxes;
    }

    static long u32(ByteBuffer in) {
        return Integer.toUnsignedLong(in.getInt());
    }

    /// All fields.
    ByteBuffer fields() {
        return body.duplicate();
    }

    /// The fields after version and flags.
    ByteBuffer fullFields() {
        ByteBuffer fields = body.duplicate();
        fields.getInt();
        return fields.slice();
    }

    int byteAt(int index) {
        if (index >= body.limit()) {
            throw new BufferUnderflowException();
        }
        return Byte.toUnsignedInt(body.get(index));
    }
}
