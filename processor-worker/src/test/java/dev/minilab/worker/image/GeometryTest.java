package dev.minilab.worker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.minilab.job.OutputSpec;
import dev.minilab.job.OutputSpec.Fit;
import dev.minilab.job.OutputSpec.Position;
import dev.minilab.worker.image.Geometry.Box;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Geometry")
class GeometryTest {
    private static final int SAMPLES = 5_000;
    private static final long SEED = 20_260_101;

    @ParameterizedTest
    @CsvFileSource(resources = "sharp.csv")
    @DisplayName("gives results the size that sharp gives them")
    void sharp(
            int sourceWidth,
            int sourceHeight,
            Fit fit,
            @Nullable Integer width,
            @Nullable Integer height,
            boolean withoutEnlargement,
            int resultWidth,
            int resultHeight) {
        OutputSpec spec = spec(width, height, fit, Position.CENTRE, withoutEnlargement);
        Geometry geometry = Geometry.of(sourceWidth, sourceHeight, spec);

        assertThat(geometry.canvasWidth() + " x " + geometry.canvasHeight())
                .isEqualTo(resultWidth + " x " + resultHeight);
    }

    @ParameterizedTest
    @CsvSource({
        // Wide source, square result: half of it is cut away, and where is the position's choice.
        "1000, 500, centre,       250, 0",
        "1000, 500, left,           0, 0",
        "1000, 500, right,        500, 0",
        "1000, 500, top,          250, 0",
        "1000, 500, left bottom,    0, 0",
        "1000, 500, right top,    500, 0",
        "500, 1000, centre,       0, 250",
        "500, 1000, left,         0, 250",
        "500, 1000, top,            0, 0",
        "500, 1000, bottom,       0, 500",
        "500, 1000, right bottom, 0, 500",
    })
    @DisplayName("of cover keeps the part at its position")
    void coverPosition(int sourceWidth, int sourceHeight, String position, int x, int y) {
        OutputSpec spec = spec(100, 100, Fit.COVER, position(position), true);

        assertThat(Geometry.of(sourceWidth, sourceHeight, spec))
                .isEqualTo(new Geometry(new Box(x, y, 500, 500), 100, 100, 100, 100, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "0.00,   0",
        "0.25,   0",
        "0.30,  50",
        "0.50, 250",
        "0.60, 350",
        "0.75, 500",
        "1.00, 500",
    })
    @DisplayName("of cover has the focal point in the middle, as far as the source reaches")
    void focalPoint(double focal, int x) {
        OutputSpec spec = spec(100, 100, Fit.COVER, new Position(focal, focal), true);

        assertThat(Geometry.of(1000, 500, spec).crop()).isEqualTo(new Box(x, 0, 500, 500));
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 500, centre, 100, 50, 0, 25",
        "1000, 500, top,    100, 50, 0,  0",
        "1000, 500, bottom, 100, 50, 0, 50",
        "1000, 500, left,   100, 50, 0, 25",
        "500, 1000, left,   50, 100, 0,  0",
        "500, 1000, right,  50, 100, 50, 0",
        "500, 1000, top,    50, 100, 25, 0",
        "40, 20,    centre, 40, 20, 30, 40",
        "40, 20, right top, 40, 20, 60,  0",
    })
    @DisplayName("of contain lays the whole image on a canvas of the size asked for")
    void contain(int sourceWidth, int sourceHeight, String position, int width, int height, int offsetX, int offsetY) {
        OutputSpec spec = spec(100, 100, Fit.CONTAIN, position(position), true);

        assertThat(Geometry.of(sourceWidth, sourceHeight, spec))
                .isEqualTo(new Geometry(
                        new Box(0, 0, sourceWidth, sourceHeight), width, height, 100, 100, offsetX, offsetY));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("never has a side of zero, a crop outside the source or an image outside its canvas")
    void withinBounds(Fit fit) {
        forEachSample(fit, (sample, g) -> {
            Box crop = g.crop();
            assertThat(List.of(crop.width(), crop.height(), g.width(), g.height(), g.canvasWidth(), g.canvasHeight()))
                    .as(sample.toString())
                    .allMatch(side -> side >= 1);
            assertThat(List.of(crop.x(), crop.y(), g.offsetX(), g.offsetY()))
                    .as(sample.toString())
                    .allMatch(offset -> offset >= 0);
            assertThat(crop.x() + crop.width()).as(sample.toString()).isLessThanOrEqualTo(sample.sourceWidth);
            assertThat(crop.y() + crop.height()).as(sample.toString()).isLessThanOrEqualTo(sample.sourceHeight);
            assertThat(g.offsetX() + g.width()).as(sample.toString()).isLessThanOrEqualTo(g.canvasWidth());
            assertThat(g.offsetY() + g.height()).as(sample.toString()).isLessThanOrEqualTo(g.canvasHeight());
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"COVER", "CONTAIN", "INSIDE", "FILL"})
    @DisplayName("never gives a result larger than asked for")
    void notLargerThanAskedFor(Fit fit) {
        forEachSample(fit, (sample, g) -> {
            Integer width = sample.spec.width();
            Integer height = sample.spec.height();
            assertThat(g.canvasWidth())
                    .as(sample.toString())
                    .isLessThanOrEqualTo(width == null ? Integer.MAX_VALUE : width);
            assertThat(g.canvasHeight())
                    .as(sample.toString())
                    .isLessThanOrEqualTo(height == null ? Integer.MAX_VALUE : height);
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"OUTSIDE", "COVER", "FILL"})
    @DisplayName("reaches the size asked for where enlarging is allowed")
    void reachesWhatIsAskedFor(Fit fit) {
        forEachSample(fit, (sample, g) -> {
            if (!sample.spec.withoutEnlargement()) {
                Integer width = sample.spec.width();
                Integer height = sample.spec.height();
                assertThat(g.width()).as(sample.toString()).isGreaterThanOrEqualTo(width == null ? 1 : width);
                assertThat(g.height()).as(sample.toString()).isGreaterThanOrEqualTo(height == null ? 1 : height);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("never enlarges unless that is allowed")
    void noEnlargement(Fit fit) {
        forEachSample(fit, (sample, g) -> {
            if (sample.spec.withoutEnlargement()) {
                assertThat(g.width())
                        .as(sample.toString())
                        .isLessThanOrEqualTo(g.crop().width());
                assertThat(g.height())
                        .as(sample.toString())
                        .isLessThanOrEqualTo(g.crop().height());
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"CONTAIN", "INSIDE", "OUTSIDE"})
    @DisplayName("keeps the whole source and its ratio, within one pixel of the result")
    void ratio(Fit fit) {
        forEachSample(fit, (sample, g) -> {
            assertThat(g.crop())
                    .as(sample.toString())
                    .isEqualTo(new Box(0, 0, sample.sourceWidth, sample.sourceHeight));
            double widthByRatio = (double) g.height() * sample.sourceWidth / sample.sourceHeight;
            double heightByRatio = (double) g.width() * sample.sourceHeight / sample.sourceWidth;
            double error = Math.min(Math.abs(widthByRatio - g.width()), Math.abs(heightByRatio - g.height()));
            assertThat(error).as(sample.toString()).isLessThanOrEqualTo(1);
        });
    }

    @ParameterizedTest
    @EnumSource(names = "COVER")
    @DisplayName("of cover distorts by no more than one pixel of source and one of result")
    void coverRatio(Fit fit) {
        forEachSample(fit, (sample, g) -> {
            double scale = Math.max(
                    (double) g.crop().width() / g.width(), (double) g.crop().height() / g.height());
            double error = Math.abs(
                    (double) g.crop().width() * g.height() - (double) g.crop().height() * g.width());
            double onePixel = (1 + scale) * Math.max(g.width(), g.height());
            assertThat(error).as(sample.toString()).isLessThanOrEqualTo(onePixel);
        });
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("keeps the focal point inside the crop")
    void focalPointInside(Fit fit) {
        forEachSample(fit, (sample, g) -> {
            Position focal = sample.spec.position();
            assertThat(focal.x() * sample.sourceWidth)
                    .as(sample.toString())
                    .isBetween(
                            (double) g.crop().x(),
                            (double) g.crop().x() + g.crop().width());
            assertThat(focal.y() * sample.sourceHeight)
                    .as(sample.toString())
                    .isBetween(
                            (double) g.crop().y(),
                            (double) g.crop().y() + g.crop().height());
        });
    }

    /// A source and what is asked for.
    private record Sample(int sourceWidth, int sourceHeight, OutputSpec spec) {}

    private interface Check {
        void accept(Sample sample, Geometry geometry);
    }

    private static void forEachSample(Fit fit, Check check) {
        Random random = new Random(SEED);
        for (int i = 0; i < SAMPLES; i++) {
            Sample sample = sample(random, fit);
            check.accept(sample, Geometry.of(sample.sourceWidth, sample.sourceHeight, sample.spec));
        }
    }

    private static Sample sample(Random random, Fit fit) {
        int sides = random.nextInt(4);
        Integer width = sides == 0 ? null : side(random, OutputSpec.MAX_SIDE);
        Integer height = sides == 1 ? null : side(random, OutputSpec.MAX_SIDE);
        Position position = new Position(random.nextInt(5) / 4.0, random.nextDouble());
        OutputSpec spec = spec(width, height, fit, position, random.nextBoolean());
        return new Sample(side(random, 16_384), side(random, 16_384), spec);
    }

    /// Small sides as often as large ones.
    private static int side(Random random, int max) {
        return Math.clamp(Math.round(Math.pow(max, random.nextDouble())), 1, max);
    }

    private static OutputSpec spec(
            @Nullable Integer width, @Nullable Integer height, Fit fit, Position position, boolean withoutEnlargement) {
        return new OutputSpec(width, height, fit, position, withoutEnlargement, null, null, null);
    }

    private static Position position(String name) {
        return Position.ofName(name).orElseThrow();
    }
}
