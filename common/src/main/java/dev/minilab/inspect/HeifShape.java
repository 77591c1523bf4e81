package dev.minilab.inspect;

import static dev.minilab.inspect.HeifProperty.u32;

import java.nio.ByteBuffer;

/// What its properties make of an item, applied one after the other as the file orders them.
final class HeifShape {
    private static final int MOST_BITS = 16;

    private long width;
    private long height;
    private int pixelDepth;
    private int codecDepth = 8;
    private boolean grey;

    /// 0 if no property told it.
    long width() {
        return width;
    }

    long height() {
        return height;
    }

    /// As the item says, or else its codec.
    int depth() {
        return pixelDepth > 0 ? pixelDepth : codecDepth;
    }

    boolean grey() {
        return grey;
    }

    void apply(HeifProperty property) {
        switch (property.type()) {
            case "ispe" -> size(property.fullFields());
            case "clap" -> crop(property.fields());
            case "irot" -> turn(property.byteAt(0) & 3);
            case "pixi" -> pixels(property.fullFields());
            case "av1C" -> av1(property.byteAt(2));
            case "hvcC" -> hevc(property.byteAt(16), property.byteAt(17));
            default -> {}
        }
    }

    private void size(ByteBuffer in) {
        width = u32(in);
        height = u32(in);
    }

    /// The clean aperture is given by two fractions; one that is nonsense is left to the decoder.
    private void crop(ByteBuffer in) {
        width = cropped(width, u32(in), u32(in));
        height = cropped(height, u32(in), u32(in));
    }

    private static long cropped(long side, long numerator, long denominator) {
        long kept = denominator == 0 ? 0 : numerator / denominator;
        return kept >= 1 && kept <= side ? kept : side;
    }

    private void turn(int quarters) {
        if (quarters % 2 == 1) {
            long swap = width;
            width = height;
            height = swap;
        }
    }

    private void pixels(ByteBuffer in) {
        int channels = in.get();
        if (channels > 0) {
            pixelDepth = Math.min(Byte.toUnsignedInt(in.get()), MOST_BITS);
        }
        grey |= channels == 1;
    }

    private void av1(int flags) {
        boolean high = (flags & 0x40) != 0;
        boolean twelve = (flags & 0x20) != 0;
        codecDepth = high ? twelve ? 12 : 10 : 8;
        grey |= (flags & 0x10) != 0;
    }

    private void hevc(int chroma, int depthAbove8) {
        codecDepth = 8 + (depthAbove8 & 7);
        grey |= (chroma & 3) == 0;
    }
}
