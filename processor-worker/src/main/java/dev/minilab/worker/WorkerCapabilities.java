package dev.minilab.worker;

import dev.minilab.config.Config;
import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.inspect.Limits;
import dev.minilab.job.Capabilities;
import dev.minilab.job.WorkerId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a worker of this installation can do: the one place that says so.
final class WorkerCapabilities {

    private WorkerCapabilities() {}

    /// What a worker that starts now will report.
    static Capabilities of(Config config, Isolation isolation, List<Capabilities.Codec> codecs, Instant now) {
        Limits limits = Limits.defaults().withMaxPixels(config.limits().maxPixels());
        return new Capabilities(
                WorkerId.create(now),
                now,
                version(),
                isolation.wireName(),
                codecs,
                config.worker().render().processes(),
                new Capabilities.Limits(limits.maxPixels(), limits.maxSide(), limits.maxInterlacedPixels()));
    }

    private static String version() {
        return Optional.ofNullable(WorkerCapabilities.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
