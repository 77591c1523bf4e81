package dev.minilab.worker;

import dev.minilab.config.Config;
import dev.minilab.inspect.Limits;
import dev.minilab.job.Capabilities;
import dev.minilab.job.Capabilities.Codec;
import dev.minilab.job.ImageFormat;
import dev.minilab.job.WorkerId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a worker of this installation can do: the one place that says so.
final class WorkerCapabilities {

    private WorkerCapabilities() {}

    /// What a worker that starts now will report.
    static Capabilities of(Config config, Instant now) {
        Limits limits = Limits.defaults().withMaxPixels(config.limits().maxPixels());
        return new Capabilities(
                WorkerId.create(now),
                now,
                version(),
                "thread",
                codecs(),
                config.worker().renderThreads(),
                new Capabilities.Limits(limits.maxPixels(), limits.maxSide(), limits.maxInterlacedPixels()));
    }

    private static List<Codec> codecs() {
        return List.of(
                new Codec("opencv", "4.13.0", Set.of(), Set.of(ImageFormat.WEBP)),
                new Codec(
                        "imageio",
                        Runtime.version().toString(),
                        Set.of(ImageFormat.JPEG, ImageFormat.PNG),
                        Set.of(ImageFormat.JPEG, ImageFormat.PNG)));
    }

    private static String version() {
        return Optional.ofNullable(WorkerCapabilities.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
