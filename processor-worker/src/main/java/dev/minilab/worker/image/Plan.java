package dev.minilab.worker.image;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.ErrorCode;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.OutputSpec;
import dev.minilab.worker.codec.Codec.Need;
import dev.minilab.worker.codec.Picture;
import dev.minilab.worker.codec.RenderException;
import java.util.Comparator;
import java.util.List;

/// One output before it is rendered: its sizes, and what kind of file it becomes.
///
/// @param animated whether all frames of the original go into it
record Plan(String name, OutputSpec spec, Geometry geometry, ImageFormat format, boolean animated) {

    /// The outputs of a request, those that need most of the original first.
    static List<Plan> all(RenderRequest request) {
        Inspection source = request.inspection();
        return request.outputs().entrySet().stream()
                .map(output -> of(output.getKey(), output.getValue(), source))
                .sorted(Comparator.comparingDouble((Plan plan) -> plan.scaleX() * plan.scaleY())
                        .reversed())
                .toList();
    }

    private static Plan of(String name, OutputSpec spec, Inspection source) {
        Geometry geometry = Geometry.of(source.width(), source.height(), spec);
        boolean moves = spec.animated() && source.frames() > 1;
        ImageFormat format = spec.format();
        if (format == null) {
            format = source.alpha() || moves ? ImageFormat.WEBP : ImageFormat.JPEG;
        }
        return new Plan(name, spec, geometry, format, moves && format.canAnimate());
    }

    /// How large the output shows the original, in either direction: 0.5 is half.
    double scaleX() {
        return (double) geometry.width() / geometry.crop().width();
    }

    double scaleY() {
        return (double) geometry.height() / geometry.crop().height();
    }

    boolean showsAll(Inspection source) {
        return geometry.crop().width() == source.width() && geometry.crop().height() == source.height();
    }

    /// The smallest size of the original, as stored, that serves all plans.
    static Need need(List<Plan> plans, Inspection source) {
        double x = plans.stream().mapToDouble(Plan::scaleX).max().orElse(1);
        double y = plans.stream().mapToDouble(Plan::scaleY).max().orElse(1);
        int width = (int) Math.min(source.width(), Math.ceil(source.width() * x));
        int height = (int) Math.min(source.height(), Math.ceil(source.height() * y));
        boolean swaps = Upright.swaps(source.orientation());
        return new Need(
                swaps ? height : width, swaps ? width : height, plans.stream().anyMatch(Plan::animated));
    }

    /// The pixels of the output, all frames together.
    long pixels(Picture picture) {
        long canvas = Math.multiplyFull(geometry.canvasWidth(), geometry.canvasHeight());
        return animated ? canvas * picture.frames().size() : canvas;
    }

    /// @throws RenderException if the output would be larger than any may be
    void requireSize() throws RenderException {
        int longest = Math.max(geometry.canvasWidth(), geometry.canvasHeight());
        if (longest > OutputSpec.MAX_SIDE) {
            throw new RenderException(
                    ErrorCode.BAD_DIMENSIONS,
                    "the output would be %d x %d pixels; the limit for a side is %d"
                            .formatted(geometry.canvasWidth(), geometry.canvasHeight(), OutputSpec.MAX_SIDE));
        }
    }
}
