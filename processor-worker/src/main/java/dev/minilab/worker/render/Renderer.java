package dev.minilab.worker.render;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.JobError;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Color;
import dev.minilab.json.Json;
import java.awt.AlphaComposite;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.coobird.thumbnailator.Thumbnails;

/// Renders originals: decode once, then for each output crop, resize, finish and encode.
///
/// Decoding happens on a few platform threads, so that it takes no more cores and memory than it was given and holds
/// no virtual thread's carrier. Thread-safe.
public final class Renderer implements AutoCloseable {

    /// sharp's default.
    private static final int DEFAULT_QUALITY = 80;

    private static final long MAX_OUTPUT_PIXELS = (long) OutputSpec.MAX_SIDE * OutputSpec.MAX_SIDE;

    private final ExecutorService threads;
    private final Semaphore slots;
    private final Duration limit;

    /// @param renderThreads how many originals are rendered at once
    /// @param limit how long one may wait for a thread, and how long one may then take
    public Renderer(int renderThreads, Duration limit) {
        threads = Executors.newFixedThreadPool(
                renderThreads, Thread.ofPlatform().daemon().name("render-", 0).factory());
        slots = new Semaphore(renderThreads);
        this.limit = limit;
    }

    /// Renders all outputs of one original; waits for a thread and for the work.
    ///
    /// @throws RenderException if the original cannot be decoded, or not in time
    /// @throws RendererBusyException if no thread was free
    public Rendering render(byte[] original, Inspection inspection, Map<String, OutputSpec> specs)
            throws RenderException, InterruptedException {
        if (!slots.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new RendererBusyException("no render thread was free within " + limit.toSeconds() + " s");
        }
        Future<Rendering> rendering = threads.submit(() -> {
            try {
                return renderNow(original, inspection, specs);
            } finally {
                slots.release(); // When the thread is really free: a decode cannot be interrupted.
            }
        });
        try {
            return rendering.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new RenderException(
                    ErrorCode.DECODE_TIMEOUT, "rendering took longer than " + limit.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RenderException known -> throw known;
                case OutOfMemoryError memory ->
                    throw new RenderException(ErrorCode.MEMORY_EXCEEDED, "rendering needs too much memory", memory);
                case StackOverflowError stack ->
                    throw new RenderException(ErrorCode.DECODE_FAILED, "the image is nested too deeply", stack);
                case null, default -> throw new IllegalStateException("rendering failed unexpectedly", e);
            }
        } finally {
            rendering.cancel(false);
        }
    }

    private static Rendering renderNow(byte[] original, Inspection inspection, Map<String, OutputSpec> specs)
            throws RenderException {
        long start = System.nanoTime();
        BufferedImage image = Decoder.decode(original, inspection);
        Map<String, Rendering.Output> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OutputSpec> spec : specs.entrySet()) {
            outputs.put(spec.getKey(), renderOutput(image, spec.getValue()));
        }
        return new Rendering(outputs, Json.millis(System.nanoTime() - start), 1);
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

    /// Lays the image on its canvas where it does not fill it, or where what lies behind transparency is asked for or
    /// needed.
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

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
