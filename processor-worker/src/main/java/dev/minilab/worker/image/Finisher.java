package dev.minilab.worker.image;

import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Color;
import dev.minilab.job.OutputSpec.Keep;
import dev.minilab.job.OutputSpec.Watermark;
import dev.minilab.worker.codec.Codec.Encoding;
import dev.minilab.worker.codec.Codecs;
import dev.minilab.worker.codec.Metadata;
import dev.minilab.worker.codec.Picture;
import dev.minilab.worker.codec.Pixels;
import dev.minilab.worker.codec.RenderException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What comes between resizing and the file: colours, blur and sharpening, background, watermark, encoding. For one
/// render and one thread.
final class Finisher {

    /// sharp's default for JPEG and WebP.
    private static final int DEFAULT_QUALITY = 80;

    /// AVIF's scale is another: this looks about like 80 there.
    private static final int DEFAULT_AVIF_QUALITY = 50;

    private final Codecs codecs;
    private final Resampler resampler;
    private final WatermarkLayer watermarks;
    private final Picture picture;
    private final RenderRequest request;
    private final @Nullable SrgbConversion conversion;

    Finisher(Codecs codecs, Resampler resampler, RenderRequest request, Picture picture) {
        this.codecs = codecs;
        this.resampler = resampler;
        this.picture = picture;
        watermarks = new WatermarkLayer(codecs, resampler, request.watermarks());
        this.request = request;
        conversion = picture.profile() == null
                ? null
                : SrgbConversion.of(picture.profile()).orElse(null);
    }

    /// The file of an output.
    ///
    /// @param frames upright and of the output's size; not written into
    Rendering.Rendered finish(Plan plan, List<Pixels> frames) throws RenderException {
        List<Pixels> finished = new ArrayList<>();
        for (Pixels frame : frames) {
            finished.add(finish(plan, frame));
        }
        OutputSpec spec = plan.spec();
        Encoding encoding = new Encoding(plan.format(), quality(spec, plan.format()), spec.lossless(), plan.animated());
        List<Integer> delays = plan.animated() ? picture.delays() : List.of();
        byte[] file = codecs.encode(new Picture(finished, delays, picture.loops(), null), encoding);
        Pixels first = finished.getFirst();
        byte[] complete = metadata(spec).write(file, plan.format(), spec.keep());
        return new Rendering.Rendered(plan.format(), first.width(), first.height(), complete);
    }

    /// What of the original may go into an output. A profile only if its pixels are still in it.
    private Metadata metadata(OutputSpec spec) {
        if (spec.keep().isEmpty()) {
            return Metadata.NONE;
        }
        String copyright =
                Metadata.read(request.original(), request.inspection().format()).copyright();
        return new Metadata(keepsProfile(spec) ? picture.profile() : null, copyright);
    }

    private boolean keepsProfile(OutputSpec spec) {
        return spec.keep().contains(Keep.ICC) && new Metadata(picture.profile(), null).isRgb();
    }

    private static int quality(OutputSpec spec, ImageFormat format) {
        if (spec.quality() != null) {
            return spec.quality();
        }
        return format == ImageFormat.AVIF ? DEFAULT_AVIF_QUALITY : DEFAULT_QUALITY;
    }

    private Pixels finish(Plan plan, Pixels resized) throws RenderException {
        OutputSpec spec = plan.spec();
        Pixels image = keepsProfile(spec) ? resized : toSrgb(resized);
        if (spec.blur() != null) {
            image = resampler.blur(image, spec.blur());
        }
        if (spec.sharpen() != null) {
            image = sharpened(image, spec.sharpen());
        }
        image = onBackground(plan, image);
        Watermark watermark = spec.watermark();
        return watermark == null ? image : watermarks.lay(image, watermark);
    }

    /// The same image in sRGB: itself where nothing is to be converted.
    Pixels toSrgb(Pixels image) {
        if (conversion == null) {
            return image;
        }
        Pixels copy = Pixels.of(image.array().clone(), image.width(), image.height(), image.channels());
        conversion.apply(copy);
        return copy;
    }

    /// Adds to every sample what a blur takes from it (unsharp masking).
    private Pixels sharpened(Pixels image, double sigma) {
        Pixels result = resampler.blur(image, sigma);
        byte[] sharp = image.array();
        byte[] bytes = result.array();
        for (int i = 0; i < bytes.length; i++) {
            int value = sharp[i] & 0xFF;
            boolean alpha = image.hasAlpha() && (i & 3) == 3;
            bytes[i] = alpha ? sharp[i] : (byte) Math.clamp(2 * value - (bytes[i] & 0xFF), 0, 255);
        }
        return result;
    }

    /// Lays the image on its canvas where it does not fill it, or where what lies behind transparency is asked for or
    /// needed.
    private static Pixels onBackground(Plan plan, Pixels image) {
        Geometry geometry = plan.geometry();
        Color wanted = plan.spec().background();
        boolean keepsAlpha = plan.format() != ImageFormat.JPEG;
        boolean fills = image.width() == geometry.canvasWidth() && image.height() == geometry.canvasHeight();
        if (fills && (!image.hasAlpha() || (keepsAlpha && wanted == null))) {
            return image;
        }
        Color background = wanted != null ? wanted : keepsAlpha ? Color.TRANSPARENT : Color.WHITE;
        Color possible = keepsAlpha ? background : background.opaque();
        return Canvas.lay(
                image,
                geometry.canvasWidth(),
                geometry.canvasHeight(),
                geometry.offsetX(),
                geometry.offsetY(),
                possible);
    }
}
