package dev.minilab.worker.codec;

import static dev.minilab.worker.codec.Vips.call;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A reference to a `VipsImage`: lazily computed pixels and their metadata. [#close] gives the reference back; each
/// method that returns an image returns a reference of its own. Used by one thread.
final class VipsImage implements AutoCloseable {

    static final int FORMAT_UCHAR = 0;
    static final int INTERPRETATION_RGB = 17;
    static final int INTERPRETATION_SRGB = 22;

    private static final String PROFILE = "icc-profile-data";

    private final Vips vips;
    private final MemorySegment pointer;

    VipsImage(Vips vips, MemorySegment pointer) {
        this.vips = vips;
        this.pointer = pointer;
    }

    int width() throws VipsException {
        return number("width").orElseThrow();
    }

    /// Of all frames together: they lie below each other.
    int height() throws VipsException {
        return number("height").orElseThrow();
    }

    /// Of one frame.
    int pageHeight() throws VipsException {
        int height = height();
        int page = number("page-height").orElse(height);
        return page > 0 && height % page == 0 ? page : height;
    }

    int bands() throws VipsException {
        return number("bands").orElseThrow();
    }

    int format() {
        return (int) call(vips.format, pointer);
    }

    int interpretation() {
        return (int) call(vips.interpretation, pointer);
    }

    boolean hasProfile() {
        return has(PROFILE);
    }

    /// A number of the metadata, or empty if there is none of this name.
    OptionalInt number(String name) throws VipsException {
        if (!has(name)) {
            return OptionalInt.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            vips.check((int) call(vips.getInt, pointer, arena.allocateFrom(name), value));
            return OptionalInt.of(value.get(JAVA_INT, 0));
        }
    }

    /// Numbers of the metadata, none if there are none of this name.
    int[] numbers(String name) throws VipsException {
        if (!has(name)) {
            return new int[0];
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(ADDRESS);
            MemorySegment count = arena.allocate(JAVA_INT);
            vips.check((int) call(vips.getInts, pointer, arena.allocateFrom(name), values, count));
            return at(values, 4L * count.get(JAVA_INT, 0)).toArray(JAVA_INT);
        }
    }

    /// The ICC profile in the file, or null.
    byte @Nullable [] profile() throws VipsException {
        if (!hasProfile()) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(ADDRESS);
            MemorySegment size = arena.allocate(JAVA_LONG);
            vips.check((int) call(vips.getBlob, pointer, arena.allocateFrom(PROFILE), bytes, size));
            return at(bytes, size.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
        }
    }

    void put(String name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            call(vips.setInt, pointer, arena.allocateFrom(name), value);
        }
    }

    void put(String name, int[] values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment array = arena.allocateFrom(JAVA_INT, values);
            call(vips.setInts, pointer, arena.allocateFrom(name), array, values.length);
        }
    }

    /// The same image once more.
    VipsImage again() throws VipsException {
        return vips.image((MemorySegment) call(vips.ref, pointer));
    }

    /// The same samples, taken for other colours.
    VipsImage as(int interpretation) throws VipsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            MemorySegment name = arena.allocateFrom("interpretation");
            vips.check((int) call(vips.copy, pointer, out, name, interpretation, MemorySegment.NULL));
            return vips.image(out.get(ADDRESS, 0));
        }
    }

    /// Converted by what libvips knows of colour spaces; profiles have no say.
    VipsImage to(int interpretation) throws VipsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            vips.check((int) call(vips.colourspace, pointer, out, interpretation, MemorySegment.NULL));
            return vips.image(out.get(ADDRESS, 0));
        }
    }

    /// Converted from the profile in the file to sRGB, 8 bits.
    VipsImage toSrgbByProfile() throws VipsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            MemorySegment srgb = arena.allocateFrom("srgb");
            MemorySegment embedded = arena.allocateFrom("embedded");
            vips.check((int) call(vips.iccTransform, pointer, out, srgb, embedded, 1, MemorySegment.NULL));
            return vips.image(out.get(ADDRESS, 0));
        }
    }

    /// Without the bands after the first `count`.
    VipsImage bands(int count) throws VipsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            MemorySegment n = arena.allocateFrom("n");
            vips.check((int) call(vips.extractBand, pointer, out, 0, n, count, MemorySegment.NULL));
            return vips.image(out.get(ADDRESS, 0));
        }
    }

    /// Computes the pixels into memory that closing the arena gives back.
    @SuppressWarnings("restricted")
    MemorySegment pixels(Arena arena) throws VipsException {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment size = local.allocate(JAVA_LONG);
            MemorySegment data = (MemorySegment) call(vips.toMemory, pointer, size);
            if (Vips.isNull(data)) {
                throw vips.error();
            }
            return data.reinterpret(size.get(JAVA_LONG, 0), arena, vips::free);
        }
    }

    /// Computes the pixels into a file.
    ///
    /// @param suffix the kind of file and its options, as `.png[name=value,…]`
    byte[] file(String suffix) throws VipsException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(ADDRESS);
            MemorySegment size = arena.allocate(JAVA_LONG);
            vips.check(
                    (int) call(vips.toBuffer, pointer, arena.allocateFrom(suffix), buffer, size, MemorySegment.NULL));
            MemorySegment bytes = at(buffer, size.get(JAVA_LONG, 0));
            try {
                return bytes.toArray(JAVA_BYTE);
            } finally {
                vips.free(bytes);
            }
        }
    }

    @Override
    public void close() {
        call(vips.unref, pointer);
    }

    private boolean has(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) call(vips.typeOf, pointer, arena.allocateFrom(name)) != 0;
        }
    }

    @SuppressWarnings("restricted")
    private static MemorySegment at(MemorySegment address, long size) {
        return address.get(ADDRESS, 0).reinterpret(size);
    }
}
