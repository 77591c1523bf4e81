package dev.minilab.worker.image;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobError;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.Placeholder;
import dev.minilab.json.Json;
import dev.minilab.worker.codec.Codec.Need;
import dev.minilab.worker.codec.Codecs;
import dev.minilab.worker.codec.Picture;
import dev.minilab.worker.codec.RenderException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Renders one original: decode once, as small as will do, then each output, the largest first: crop and resize, turn
/// upright, convert to sRGB, finish, encode. Safe for use by many threads.
public final class Pipeline {

    private final Codecs codecs;
    private final Resampler resampler = new Resampler(Kernel.best());

    public Pipeline(Codecs codecs) {
        this.codecs = codecs;
    }

    /// Renders all outputs of a request. An output that fails does not spoil the others.
    ///
    /// @throws RenderException if the original cannot be decoded
    public Rendering render(RenderRequest request) throws RenderException {
        long start = System.nanoTime();
        List<Plan> plans = Plan.all(request);
        try (Picture picture = decode(request, Plan.need(plans, request.inspection()))) {
            Scaler scaler = new Scaler(resampler, request.inspection(), picture);
            Finisher finisher = new Finisher(codecs, resampler, request, picture);
            Map<String, Rendering.Output> rendered = new HashMap<>();
            long pixels = 0;
            for (Plan plan : plans) {
                pixels += plan.pixels(picture);
                rendered.put(plan.name(), render(plan, pixels, picture, scaler, finisher));
            }
            Placeholder placeholder = Placeholders.of(finisher.toSrgb(scaler.thumbnail()));
            return new Rendering(inOrder(request, rendered), Json.millis(System.nanoTime() - start), 1, placeholder);
        }
    }

    /// Where nobody can decode all frames, the first one has to do, and only animated outputs fail.
    private Picture decode(RenderRequest request, Need need) throws RenderException {
        try {
            return codecs.decode(request.original(), request.inspection(), need);
        } catch (RenderException e) {
            if (need.animated() && e.code() == ErrorCode.CODEC_UNAVAILABLE) {
                Need first = new Need(need.width(), need.height(), false);
                return codecs.decode(request.original(), request.inspection(), first);
            }
            throw e;
        }
    }

    /// @param pixels of this output and all before it
    private static Rendering.Output render(Plan plan, long pixels, Picture picture, Scaler scaler, Finisher finisher) {
        try {
            plan.requireSize();
            if (pixels > OutputSpec.MAX_RESULT_PIXELS) {
                throw new RenderException(
                        ErrorCode.TOO_MANY_PIXELS,
                        "with this output the job would have more than " + OutputSpec.MAX_RESULT_PIXELS + " pixels");
            }
            if (plan.animated() && !picture.animated()) {
                throw new RenderException(
                        ErrorCode.CODEC_UNAVAILABLE, "no codec of this installation reads all frames of the image");
            }
            return finisher.finish(plan, scaler.resize(plan));
        } catch (RenderException e) {
            return new Rendering.Failed(JobError.of(e.code(), e.getMessage()));
        } catch (RuntimeException e) {
            e.printStackTrace(); // A mistake of ours, which the worker logs; the other outputs need not suffer.
            return new Rendering.Failed(JobError.of(ErrorCode.INTERNAL, "something went wrong on our side"));
        }
    }

    private static Map<String, Rendering.Output> inOrder(RenderRequest request, Map<String, Rendering.Output> outputs) {
        Map<String, Rendering.Output> ordered = new LinkedHashMap<>();
        for (String name : request.outputs().keySet()) {
            Rendering.Output output = outputs.get(name);
            if (output != null) {
                ordered.put(name, output);
            }
        }
        return ordered;
    }
}
