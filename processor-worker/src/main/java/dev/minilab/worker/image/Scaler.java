package dev.minilab.worker.image;

import dev.minilab.inspect.Inspection;
import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.worker.codec.Picture;
import dev.minilab.worker.codec.Pixels;
import dev.minilab.worker.image.Geometry.Box;
import dev.minilab.worker.image.Resampler.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Crops and resizes one decoded original to its outputs, each from the smallest image there is that still gives full
/// quality: the decoded one, or an earlier output. For one render and one thread.
final class Scaler {

    /// How many times as large as an output an earlier one must be to be made it from. From twice on, nobody sees
    /// that it was resampled twice; a little less allows for rounding.
    private static final double ENOUGH = 1.95;

    /// ThumbHash keeps 7 by 7 waves at most: a few dozen pixels hold them.
    private static final int THUMBNAIL = 48;

    private final Resampler resampler;
    private final Inspection source;
    private final Picture picture;
    /// Images of the whole original, as stored, the smallest last.
    private final List<Pixels> whole = new ArrayList<>();

    private @Nullable Interest interest;

    Scaler(Resampler resampler, Inspection source, Picture picture) {
        this.resampler = resampler;
        this.source = source;
        this.picture = picture;
        whole.add(picture.first());
    }

    /// The frames of an output, upright. They may be shared with later outputs: nobody may write into them.
    List<Pixels> resize(Plan plan) {
        Geometry geometry = placed(plan);
        if (!plan.animated()) {
            return List.of(resize(smallestFor(plan), geometry, plan.showsAll(source)));
        }
        return picture.frames().stream()
                .map(frame -> resize(frame, geometry, false))
                .toList();
    }

    /// The whole image, upright and small.
    Pixels thumbnail() {
        return small(THUMBNAIL);
    }

    private Pixels small(int side) {
        Geometry geometry = Geometry.of(source.width(), source.height(), OutputSpec.inside(side));
        return resize(smallestOf(geometry.width(), geometry.height()), geometry, false);
    }

    private Geometry placed(Plan plan) {
        OutputSpec.Interest wanted = plan.spec().position().interest();
        if (wanted == null || plan.showsAll(source)) {
            return plan.geometry();
        }
        if (interest == null) {
            interest = new Interest(small(Interest.SIDE));
        }
        Box crop = plan.geometry().crop();
        Position found =
                interest.find(wanted, (double) crop.width() / source.width(), (double) crop.height() / source.height());
        return plan.geometry().cropAround(found, source.width(), source.height());
    }

    private Pixels smallestFor(Plan plan) {
        return smallestOf(source.width() * plan.scaleX() * ENOUGH, source.height() * plan.scaleY() * ENOUGH);
    }

    /// The smallest image of the whole that is at least so large, upright.
    private Pixels smallestOf(double width, double height) {
        boolean swaps = Upright.swaps(source.orientation());
        Optional<Pixels> enough = whole.reversed().stream()
                .filter(image ->
                        image.width() >= (swaps ? height : width) && image.height() >= (swaps ? width : height))
                .findFirst();
        return enough.orElse(whole.getFirst());
    }

    private Pixels resize(Pixels from, Geometry geometry, boolean keep) {
        Box crop = geometry.crop();
        Region stored = Upright.toStored(
                new Region(
                        (double) crop.x() / source.width(),
                        (double) crop.y() / source.height(),
                        (double) crop.width() / source.width(),
                        (double) crop.height() / source.height()),
                source.orientation());
        Region region = new Region(
                stored.x() * from.width(),
                stored.y() * from.height(),
                stored.width() * from.width(),
                stored.height() * from.height());
        boolean swaps = Upright.swaps(source.orientation());
        Pixels resized = resampler.resize(
                from,
                region,
                swaps ? geometry.height() : geometry.width(),
                swaps ? geometry.width() : geometry.height());
        if (keep && resized.width() < whole.getLast().width()) {
            whole.add(resized);
        }
        return Upright.turn(resized, source.orientation());
    }
}
