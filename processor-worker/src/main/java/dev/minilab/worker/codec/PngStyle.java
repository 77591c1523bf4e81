package dev.minilab.worker.codec;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;

/// How OpenCV compresses a PNG. Nothing suits all images: what is right for one can make another more than twice as
/// large, and take twice as long.
enum PngStyle {
    /// Predicts pixels from their neighbours and looks for no strings: for photographs and brush strokes.
    PREDICT(opencv_imgcodecs.IMWRITE_PNG_STRATEGY_RLE, opencv_imgcodecs.IMWRITE_PNG_FILTER_PAETH),
    /// Looks for strings that come again: for text, screenshots, patterns.
    REPEAT(opencv_imgcodecs.IMWRITE_PNG_STRATEGY_DEFAULT, opencv_imgcodecs.IMWRITE_PNG_FILTER_NONE);

    /// How hard strings are looked for. Harder gains little.
    private static final int LEVEL = 4;

    private static final int STRIPS = 4;

    /// As high as a line of text.
    private static final int STRIP_ROWS = 16;

    /// How much smaller it must be what takes twice as long.
    private static final double WORTH = 0.9;

    private final int strategy;
    private final int filter;

    PngStyle(int strategy, int filter) {
        this.strategy = strategy;
        this.filter = filter;
    }

    /// The right one for an image: both are tried on a few strips of it.
    static PngStyle of(Mat image) {
        Mat sample = sample(image);
        return REPEAT.encode(sample).limit() < WORTH * PREDICT.encode(sample).limit() ? REPEAT : PREDICT;
    }

    private static Mat sample(Mat image) {
        int step = image.rows() / STRIPS;
        if (step <= STRIP_ROWS) {
            return image;
        }
        MatVector strips = new MatVector();
        for (int i = 0; i < STRIPS; i++) {
            int top = i * step + (step - STRIP_ROWS) / 2;
            strips.push_back(image.rowRange(top, top + STRIP_ROWS));
        }
        Mat sample = new Mat();
        opencv_core.vconcat(strips, sample);
        return sample;
    }

    private BytePointer encode(Mat image) {
        BytePointer encoded = new BytePointer();
        opencv_imgcodecs.imencode(".png", image, encoded, options());
        return encoded;
    }

    IntPointer options() {
        return new IntPointer(
                opencv_imgcodecs.IMWRITE_PNG_COMPRESSION,
                LEVEL,
                opencv_imgcodecs.IMWRITE_PNG_STRATEGY,
                strategy,
                opencv_imgcodecs.IMWRITE_PNG_FILTER,
                filter);
    }
}
