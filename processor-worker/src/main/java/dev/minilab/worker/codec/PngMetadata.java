package dev.minilab.worker.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.minilab.worker.codec.Metadata.Blocks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/// Metadata in the chunks of a PNG (W3C Portable Network Graphics, third edition): the profile compressed in iCCP,
/// EXIF in eXIf. A chunk whose checksum is wrong is not there.
final class PngMetadata {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    /// Length, type and checksum.
    private static final int FRAME = 12;

    /// The place of the colour type in the header chunk, and the bit in it that is missing in grey images.
    private static final int COLOUR_TYPE = 8 + 9;

    private static final int COLOUR = 2;

    /// What says in other ways what an iCCP says.
    private static final Set<String> COLOUR_SPACES = Set.of("iCCP", "sRGB", "gAMA", "cHRM", "cICP");

    private PngMetadata() {}

    /// Where a chunk lies: its frame begins at `start` and ends before `end`.
    private record Chunk(String type, int start, int end) {

        byte[] data(byte[] png) {
            return Arrays.copyOfRange(png, start + 8, end - 4);
        }

        boolean isSound(byte[] png) {
            CRC32 crc = new CRC32();
            crc.update(png, start + 4, end - start - 8);
            return (int) crc.getValue() == ByteBuffer.wrap(png).getInt(end - 4);
        }
    }

    static Blocks read(byte[] png) {
        byte[] icc = null;
        byte[] exif = null;
        for (Chunk chunk = next(png, SIGNATURE.length); chunk != null; chunk = next(png, chunk.end())) {
            if (icc == null && chunk.type().equals("iCCP") && chunk.isSound(png)) {
                icc = inflate(chunk.data(png));
            } else if (exif == null && chunk.type().equals("eXIf") && chunk.isSound(png)) {
                exif = chunk.data(png);
            }
        }
        return new Blocks(icc, exif);
    }

    /// The chunk at this place, if it lies in the file as a whole.
    private static @Nullable Chunk next(byte[] png, int at) {
        if (png.length - at < FRAME) {
            return null;
        }
        long end = at + FRAME + Integer.toUnsignedLong(ByteBuffer.wrap(png).getInt(at));
        return end > png.length ? null : new Chunk(new String(png, at + 4, 4, ISO_8859_1), at, (int) end);
    }

    /// A name of 1 to 79 bytes, NUL, compression method 0, a zlib stream.
    private static byte @Nullable [] inflate(byte[] iccp) {
        int name = 0;
        while (name < iccp.length && iccp[name] != 0) {
            name++;
        }
        if (name > iccp.length - 2 || iccp[name + 1] != 0) {
            return null;
        }
        try (var in = new InflaterInputStream(new ByteArrayInputStream(iccp, name + 2, iccp.length - name - 2))) {
            byte[] profile = in.readNBytes(Metadata.MAX_PROFILE + 1);
            return profile.length > Metadata.MAX_PROFILE ? null : profile;
        } catch (IOException e) {
            return null; // A broken stream is no profile.
        }
    }

    /// Behind the header chunk. No profile into grey images: it is not for them.
    static byte[] write(byte[] png, Blocks blocks) {
        Chunk header = next(png, SIGNATURE.length);
        if (Arrays.mismatch(png, SIGNATURE) != SIGNATURE.length
                || header == null
                || !header.type().equals("IHDR")) {
            throw new IllegalArgumentException("not a PNG");
        }
        byte[] icc = (png[header.start() + COLOUR_TYPE] & COLOUR) != 0 ? blocks.icc() : null;
        ByteArrayOutputStream out = new ByteArrayOutputStream(png.length + (1 << 12));
        out.write(png, 0, header.end());
        if (icc != null) {
            chunk(out, "iCCP", deflate(icc));
        }
        if (blocks.exif() != null) {
            chunk(out, "eXIf", blocks.exif());
        }
        for (Chunk chunk = next(png, header.end()); chunk != null; chunk = next(png, chunk.end())) {
            boolean replaced = (icc != null && COLOUR_SPACES.contains(chunk.type()))
                    || (blocks.exif() != null && chunk.type().equals("eXIf"));
            if (!replaced) {
                out.write(png, chunk.start(), chunk.end() - chunk.start());
            }
        }
        return out.toByteArray();
    }

    private static byte[] deflate(byte[] icc) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("icc\0\0".getBytes(ISO_8859_1));
        try (var zlib = new DeflaterOutputStream(out)) {
            zlib.write(icc);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(FRAME + data.length);
        chunk.putInt(data.length).put(type.getBytes(ISO_8859_1)).put(data);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + data.length);
        out.writeBytes(chunk.putInt((int) crc.getValue()).array());
    }
}
