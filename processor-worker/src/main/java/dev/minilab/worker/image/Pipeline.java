package dev.minilab.worker.image;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobError;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Color;
import dev.minilab.json.Json;
import dev.minilab.worker.codec.RenderException;
import java.awt.AlphaComposite;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import net.coobird.thumbnailator.Thumbnails;

/// Renders one original: decode once, then for each output crop, resize, finish and encode. Safe for use by many
/// threads.
public final class Pipeline {

    /// sharp's default.
    private static final int DEFAULT_QUALITY = 80;

    private static final long MAX_OUTPUT_PIXELS = (long) OutputSpec.MAX_SIDE * OutputSpec.MAX_SIDE;

    /// Renders all outputs of a request. An output that fails does not spoil the others.
    ///
    /// @throws RenderException if the original cannot be decoded
    public Rendering render(RenderRequest request) throws RenderException {
        long start = System.nanoTime();
        BufferedImage image = Decoder.decode(request.original(), request.inspection());
        Map<String, Rendering.Output> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OutputSpec> spec : request.outputs().entrySet()) {
            outputs.put(spec.getKey(), renderOutput(image, spec.getValue()));
        }
        return new Rendering(outputs, Json.millis(System.nanoTime() - start), 1, null);
    }

    private static Rendering.Output renderOutput(BufferedImage image, OutputSpec spec) {
        try {
            Geometry geometry = Geometry.of(image.getWidth(), image.getHeight(), spec);
            if (Math.multiplyFull(geometry.canvasWidth(), geometry.canvasHeight()) > MAX_OUTPUT_PIXELS) {
                throw new RenderException(
                        ErrorCode.TOO_MANY_PIXELS, "the output would have more than " + MAX_OUTPUT_PIXELS + " pixels");
            }
            ImageFormat format = spec.format() != null ? spec.format() : bestFor(image);
            BufferedImage finished = finish(resize(image, geometry), geometry, spec, format);
            int quality = spec.quality() == null ? DEFAULT_QUALITY : spec.quality();
            byte[] bytes = Encoder.encode(finished, format, quality);
            return new Rendering.Rendered(format, finished.getWidth(), finished.getHeight(), bytes);
        } catch (RenderException e) {
            return new Rendering.Failed(JobError.of(e.code(), e.getMessage()));
        }
    }

    private static ImageFormat bestFor(BufferedImage image) {
        return image.getColorModel().hasAlpha() ? ImageFormat.WEBP : ImageFormat.JPEG;
    }

    private static BufferedImage resize(BufferedImage image, Geometry geometry) throws RenderException {
        Geometry.Box crop = geometry.crop();
        try {
            return Thumbnails.of(image)
                    .sourceRegion(crop.x(), crop.y(), crop.width(), crop.height())
                    .forceSize(geometry.width(), geometry.height())
                    .asBufferedImage();
        } catch (IOException e) {
            throw new RenderException(ErrorCode.INTERNAL, "the image cannot be resized", e);
        }
    }

    /// Lays the image on its canvas where it does not fill it, or where what lies behind transparency is asked for
    /// or needed.
    private static BufferedImage finish(BufferedImage image, Geometry geometry, OutputSpec spec, ImageFormat format) {
        boolean keepsAlpha = format != ImageFormat.JPEG;
        boolean fills = image.getWidth() == geometry.canvasWidth() && image.getHeight() == geometry.canvasHeight();
        boolean transparent = image.getColorModel().hasAlpha();
        if (fills && (!transparent || (keepsAlpha && spec.background() == null))) {
            return image;
        }
        Color background = spec.background() != null ? spec.background() : keepsAlpha ? Color.TRANSPARENT : Color.WHITE;
        boolean opaque = !keepsAlpha || background.argb() >>> 24 == 255;
        BufferedImage canvas = new BufferedImage(
                geometry.canvasWidth(),
                geometry.canvasHeight(),
                opaque ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_INT_ARGB);
        var graphics = canvas.createGraphics();
        graphics.setComposite(AlphaComposite.Src);
        graphics.setColor(new java.awt.Color(background.argb(), true));
        graphics.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
        graphics.setComposite(AlphaComposite.SrcOver);
        graphics.drawImage(image, geometry.offsetX(), geometry.offsetY(), null);
        graphics.dispose();
        return canvas;
    }
}
