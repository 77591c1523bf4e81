package dev.minilab.inspect;

/// Reads bits, the lowest of a byte first, as JPEG XL packs its headers (ISO/IEC 18181-1, annex B).
final class BitReader {
    private final byte[] bytes;
    private long position;

    BitReader(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean flag() throws InspectException {
        return bits(1) == 1;
    }

    /// The next bits, at most 32, as a number.
    long bits(int count) throws InspectException {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (long) bit() << i;
        }
        return value;
    }

    void skip(long count) {
        position += count;
    }

    /// A number in one of four ways, which the next two bits choose: so many bits, and what to add to them.
    long u32(int bits0, int add0, int bits1, int add1, int bits2, int add2, int bits3, int add3)
            throws InspectException {
        return switch ((int) bits(2)) {
            case 0 -> bits(bits0) + add0;
            case 1 -> bits(bits1) + add1;
            case 2 -> bits(bits2) + add2;
            default -> bits(bits3) + add3;
        };
    }

    private int bit() throws InspectException {
        int at = (int) Math.min(position >> 3, Integer.MAX_VALUE);
        if (at >= bytes.length) {
            throw HeadReader.endedWithin();
        }
        return bytes[at] >> (position++ & 7) & 1;
    }
}
