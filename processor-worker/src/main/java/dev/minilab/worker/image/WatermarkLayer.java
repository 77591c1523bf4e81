package dev.minilab.worker.image;

import dev.minilab.inspect.InspectException;
import dev.minilab.inspect.Inspection;
import dev.minilab.inspect.Inspector;
import dev.minilab.inspect.Limits;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.worker.codec.BufferedPixels;
import dev.minilab.worker.codec.Codec.Need;
import dev.minilab.worker.codec.Codecs;
import dev.minilab.worker.codec.Picture;
import dev.minilab.worker.codec.Pixels;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.Resampler.Region;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Point;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.HashMap;
import java.util.Map;

/// Lays watermarks over outputs, with Thumbnailator.
///
/// A text is white with a dark rim, at most half as wide as the output and a twelfth as high. An image keeps its
/// size, unless it is larger than half the output either way: then it is shrunk to that. Both keep off the edge by a
/// fiftieth of the shorter side.
final class WatermarkLayer {

    private static final Limits LIMITS = Limits.defaults().withMaxPixels(16_000_000);

    private final Codecs codecs;
    private final Resampler resampler;
    private final Map<String, byte[]> images;
    /// Every frame of an animation bears the same.
    private final Map<Size, BufferedImage> marks = new HashMap<>();

    private record Size(Watermark watermark, int width, int height) {}

    WatermarkLayer(Codecs codecs, Resampler resampler, Map<String, byte[]> images) {
        this.codecs = codecs;
        this.resampler = resampler;
        this.images = images;
    }

    Pixels lay(Pixels output, Watermark watermark) throws RenderException {
        String text = watermark.text();
        Size size = new Size(watermark, output.width(), output.height());
        BufferedImage mark = marks.get(size);
        if (mark == null) {
            mark = text != null
                    ? text(text, output.width() / 2, Math.max(8, output.height() / 12))
                    : image(watermark, output.width() / 2, output.height() / 2);
            marks.put(size, mark);
        }
        int margin = Math.min(output.width(), output.height()) / 50;
        BufferedImage marked = new net.coobird.thumbnailator.filters.Watermark(
                        (width, height, markWidth, markHeight, left, right, top, bottom) -> new Point(
                                place(width, markWidth, watermark.position().x(), margin),
                                place(height, markHeight, watermark.position().y(), margin)),
                        mark,
                        (float) watermark.opacity())
                .apply(BufferedPixels.toImage(output));
        return BufferedPixels.ofImage(marked);
    }

    private static int place(int whole, int part, double fraction, int margin) {
        return (int) Math.round(margin + (whole - 2 * margin - part) * fraction);
    }

    /// @throws RenderException if there is no font to write with
    private static BufferedImage text(String text, int width, int height) throws RenderException {
        Shape glyphs;
        try {
            var context = new FontRenderContext(null, true, true);
            Font font = new Font(Font.SANS_SERIF, Font.BOLD, 100);
            glyphs = font.createGlyphVector(context, text).getOutline();
        } catch (RuntimeException | LinkageError | InternalError e) {
            // A JDK without fontconfig, or a system without any font: each release has its own way to say it.
            throw new RenderException(ErrorCode.CODEC_UNAVAILABLE, "no font is installed to write a watermark with", e);
        }
        Rectangle2D bounds = glyphs.getBounds2D();
        if (bounds.isEmpty()) {
            return new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        }
        double scale = Math.min(width / (bounds.getWidth() + 8), height / (bounds.getHeight() + 8));
        BufferedImage image = new BufferedImage(
                (int) Math.max(1, Math.ceil((bounds.getWidth() + 8) * scale)),
                (int) Math.max(1, Math.ceil((bounds.getHeight() + 8) * scale)),
                BufferedImage.TYPE_INT_ARGB);
        var graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.transform(AffineTransform.getScaleInstance(scale, scale));
        graphics.translate(4 - bounds.getX(), 4 - bounds.getY());
        graphics.setColor(new Color(0, 0, 0, 160));
        graphics.setStroke(new BasicStroke(6, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(glyphs);
        graphics.setColor(Color.WHITE);
        graphics.fill(glyphs);
        graphics.dispose();
        return image;
    }

    private BufferedImage image(Watermark watermark, int width, int height) throws RenderException {
        byte[] file = images.get(String.valueOf(watermark.imageKey()));
        if (file == null) {
            throw new RenderException(ErrorCode.SOURCE_NOT_FOUND, "the image of the watermark is not there");
        }
        try {
            Inspection inspection = new Inspector(LIMITS).inspectWhole(file);
            Need all = new Need(inspection.storedWidth(), inspection.storedHeight(), false);
            try (Picture picture = codecs.decode(file, inspection, all)) {
                return BufferedPixels.toImage(fit(picture.first(), inspection.orientation(), width, height));
            }
        } catch (InspectException e) {
            throw new RenderException(ErrorCode.DECODE_FAILED, "the image of the watermark: " + e.getMessage(), e);
        }
    }

    private Pixels fit(Pixels mark, int orientation, int width, int height) {
        boolean swaps = Upright.swaps(orientation);
        double x = (swaps ? height : width) / (double) mark.width();
        double y = (swaps ? width : height) / (double) mark.height();
        double scale = Math.min(1, Math.min(x, y));
        Pixels fitting =
                resampler.resize(mark, Region.all(mark), (int) Math.max(1, Math.round(mark.width() * scale)), (int)
                        Math.max(1, Math.round(mark.height() * scale)));
        return Upright.turn(fitting, orientation);
    }
}
