package dev.minilab.inspect;

import dev.minilab.inspect.Inspection.Model;
import dev.minilab.job.ImageFormat;
import java.io.IOException;

/// Walks the blocks of a GIF (87a and 89a) and counts its frames: those in the head, or all of a whole file.
///
/// A canvas smaller than the first frame grows to hold it, as decoders have it. A file that ends or turns to
/// nonsense after a frame has the frames before. Depth is the bits of an index into the first colour table. There
/// may be transparent pixels where a frame says so, where the first one doesn't cover the canvas, and where one
/// is wiped before the next.
final class GifHeader {
    private static final int SIGNATURE_LENGTH = 6;
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xF9;
    private static final int IMAGE = 0x2C;
    private static final int WIPE = 2;
    private static final int DEPTH_WITHOUT_TABLE = 8;

    private final HeadReader head;
    private final Limits limits;
    private int width;
    private int height;
    private int frames;
    private int depth;
    private boolean alpha;
    private boolean transparent;
    private boolean wipes;

    GifHeader(HeadReader head, Limits limits) {
        this.head = head;
        this.limits = limits;
    }

    Inspection read() throws IOException, InspectException {
        head.skip(SIGNATURE_LENGTH);
        width = head.u16le();
        height = head.u16le();
        if (width > 0 && height > 0) {
            limits.check(width, height, false);
        }
        int flags = head.u8();
        head.skip(2); // background and aspect ratio
        skipColourTable(flags);
        countFrames();
        int bits = depth == 0 ? DEPTH_WITHOUT_TABLE : depth;
        return new Inspection(ImageFormat.GIF, width, height, 1, frames, Model.PALETTE, bits, alpha, false);
    }

    private void skipColourTable(int flags) throws IOException, InspectException {
        if ((flags & 0x80) != 0) {
            int bits = (flags & 7) + 1;
            head.skip(3L << bits);
            depth = depth == 0 ? bits : depth;
        }
    }

    private void countFrames() throws IOException, InspectException {
        try {
            walk();
        } catch (InspectException e) {
            if (frames == 0 || !head.exhausted()) {
                throw e;
            }
        }
    }

    /// Up to the trailer, or whatever else is no block.
    private void walk() throws IOException, InspectException {
        for (int block = head.u8(); block == EXTENSION || block == IMAGE; block = head.u8()) {
            if (block == EXTENSION) {
                extension();
            } else {
                image();
            }
        }
        if (frames == 0) {
            throw InspectException.badHeader("The GIF has no image");
        }
    }

    private void extension() throws IOException, InspectException {
        int label = head.u8();
        int size = head.u8();
        if (label == GRAPHIC_CONTROL && size > 0) {
            int flags = head.u8();
            transparent = (flags & 1) != 0;
            alpha |= wipes;
            wipes = (flags >> 2 & 7) == WIPE;
            size--;
            head.skip(size);
            size = head.u8();
        }
        skipSubBlocks(size);
    }

    private void image() throws IOException, InspectException {
        int x = head.u16le();
        int y = head.u16le();
        int right = x + head.u16le();
        int bottom = y + head.u16le();
        frames++;
        if (frames == 1) {
            width = Math.max(width, right);
            height = Math.max(height, bottom);
        }
        limits.check(Math.max(width, right), Math.max(height, bottom), false); // of a later frame alone
        limits.checkFrames(width, height, frames);
        boolean covers = x == 0 && y == 0 && right >= width && bottom >= height;
        alpha |= transparent || (frames == 1 && !covers);
        skipColourTable(head.u8());
        head.u8(); // the size of codes
        skipSubBlocks(head.u8());
    }

    private void skipSubBlocks(int first) throws IOException, InspectException {
        for (int size = first; size > 0; size = head.u8()) {
            head.skip(size);
        }
    }
}
