package dev.minilab.worker.render;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The messages between worker and render process: a magic number, how many frames, the length of each (32 bits, big
/// endian), then their bytes, but for those that lie in the memory that both share.
///
/// A reader believes nothing: more frames or bytes than it allows, or another beginning, are refused before any
/// memory is taken for them.
final class Frames {

    private static final int MAGIC = 0x4D4C5231; // MLR1
    static final int MAX_FRAMES = 1000;

    /// What is taken on trust: most originals and outputs, in one piece.
    private static final int AT_ONCE = 4 << 20;

    private Frames() {}

    static void write(DataOutputStream out, SharedMemory shared, List<byte[]> frames) throws IOException {
        List<byte[]> rest = shared.put(frames);
        out.writeInt(MAGIC);
        out.writeInt(frames.size());
        for (byte[] frame : frames) {
            out.writeInt(frame.length);
        }
        for (byte[] frame : rest) {
            out.write(frame);
        }
        out.flush();
    }

    /// The next message.
    ///
    /// @param maxBytes of all frames together
    /// @throws EOFException if the other side has closed the channel
    /// @throws MalformedMessageException if that is no message, or too large a one
    static List<byte[]> read(DataInputStream in, SharedMemory shared, long maxBytes) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new MalformedMessageException("what arrived is no message");
        }
        int[] lengths = new int[bounded(in.readInt(), MAX_FRAMES)];
        long total = 0;
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = bounded(in.readInt(), maxBytes - total);
            total += lengths[i];
        }
        List<byte[]> frames = new ArrayList<>(lengths.length);
        long used = 0;
        for (int length : lengths) {
            if (shared.holds(used, length)) {
                frames.add(shared.get(used, length));
                used += length;
            } else {
                frames.add(frame(in, length));
            }
        }
        return frames;
    }

    private static byte[] frame(DataInputStream in, int length) throws IOException {
        if (length <= AT_ONCE) {
            byte[] frame = new byte[length];
            in.readFully(frame);
            return frame;
        }
        byte[] frame = in.readNBytes(length); // Takes memory as bytes arrive, not as they are promised.
        if (frame.length < length) {
            throw new EOFException();
        }
        return frame;
    }

    private static int bounded(int value, long max) throws MalformedMessageException {
        if (value < 0 || value > max) {
            throw new MalformedMessageException("a message may hold " + max + " here, not " + value);
        }
        return value;
    }

    /// That the other side does not keep to the protocol.
    static final class MalformedMessageException extends IOException {
        private static final long serialVersionUID = 1L;

        MalformedMessageException(String message) {
            super(message);
        }

        MalformedMessageException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
