package dev.minilab.worker.image;

import dev.minilab.worker.codec.Pixels;
import dev.minilab.worker.image.Resampler.Region;

/// Turns images the way their EXIF orientation says (Exif 2.3, tag 0x0112), after they were resized: there are fewer
/// pixels then.
final class Upright {

    private Upright() {}

    /// Whether width and height change places.
    static boolean swaps(int orientation) {
        return orientation >= 5;
    }

    /// Where a region of the upright image lies in the image as stored, both of the size 1 by 1.
    static Region toStored(Region upright, int orientation) {
        double x = upright.x();
        double y = upright.y();
        double w = upright.width();
        double h = upright.height();
        double right = 1 - x - w;
        double below = 1 - y - h;
        return switch (orientation) {
            case 2 -> new Region(right, y, w, h);
            case 3 -> new Region(right, below, w, h);
            case 4 -> new Region(x, below, w, h);
            case 5 -> new Region(y, x, h, w);
            case 6 -> new Region(y, right, h, w);
            case 7 -> new Region(below, right, h, w);
            case 8 -> new Region(below, x, h, w);
            default -> upright;
        };
    }

    /// The image upright: itself if it is already, else a copy.
    static Pixels turn(Pixels stored, int orientation) {
        if (orientation == 1) {
            return stored;
        }
        int width = swaps(orientation) ? stored.height() : stored.width();
        int height = swaps(orientation) ? stored.width() : stored.height();
        Pixels upright = Pixels.blank(width, height, stored.channels());
        int column = stored.channels();
        int row = stored.width() * column;
        int lastColumn = row - column;
        int lastRow = (stored.height() - 1) * row;
        // Where the first upright pixel is stored, and the way from one to the next to its right and below it.
        switch (orientation) {
            case 2 -> copy(stored, upright, lastColumn, -column, row);
            case 3 -> copy(stored, upright, lastRow + lastColumn, -column, -row);
            case 4 -> copy(stored, upright, lastRow, column, -row);
            case 5 -> copy(stored, upright, 0, row, column);
            case 6 -> copy(stored, upright, lastRow, -row, column);
            case 7 -> copy(stored, upright, lastRow + lastColumn, -row, -column);
            case 8 -> copy(stored, upright, lastColumn, row, -column);
            default -> throw new IllegalArgumentException("orientation " + orientation);
        }
        return upright;
    }

    private static void copy(Pixels stored, Pixels upright, int first, int right, int below) {
        byte[] from = stored.array();
        byte[] to = upright.array();
        int channels = stored.channels();
        int at = 0;
        for (int y = 0; y < upright.height(); y++) {
            int source = first + y * below;
            for (int x = 0; x < upright.width(); x++) {
                to[at] = from[source];
                to[at + 1] = from[source + 1];
                to[at + 2] = from[source + 2];
                if (channels == 4) {
                    to[at + 3] = from[source + 3];
                }
                at += channels;
                source += right;
            }
        }
    }
}
