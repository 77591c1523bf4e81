package dev.minilab.api;

import dev.minilab.config.Config;
import dev.minilab.inspect.Limits;
import dev.minilab.job.Capabilities;
import dev.minilab.job.OutputSpec;
import dev.minilab.json.Json;
import dev.minilab.record.CapabilitiesView;
import dev.minilab.record.WorkerReports;
import dev.minilab.request.JobRequest;
import dev.minilab.request.OutputView;
import dev.minilab.request.Preset;
import dev.minilab.request.Presets;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/presets` and `/v1/capabilities`: what this installation can do.
final class InstallationRoutes {

    /// Three times what a worker lets pass between two reports.
    private static final Duration HEARD_WITHIN = Duration.ofMinutes(30);

    private static final Duration KEPT = Duration.ofSeconds(15);
    private static final String JSON = "application/json";

    private final byte[] presets;
    private final WorkerReports workers;
    private final Capabilities.Limits originals;
    private final long maxUploadBytes;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private byte @Nullable [] capabilities;
    private long capabilitiesAt;

    InstallationRoutes(Presets presets, WorkerReports workers, Config.Limits limits, InstantSource clock) {
        this.presets = show(presets);
        this.workers = workers;
        this.clock = clock;
        maxUploadBytes = limits.maxUploadBytes();
        Limits inspected = Limits.defaults().withMaxPixels(limits.maxPixels());
        originals =
                new Capabilities.Limits(inspected.maxPixels(), inspected.maxSide(), inspected.maxInterlacedPixels());
    }

    void register(RoutesConfig routes) {
        routes.get("/v1/presets", ctx -> answer(ctx, () -> presets), Access.READ);
        routes.get("/v1/capabilities", ctx -> answer(ctx, this::capabilities), Access.READ);
    }

    private void answer(Context ctx, Supplier<byte[]> json) {
        ctx.contentType(JSON).result(json.get());
    }

    private static byte[] show(Presets presets) {
        ObjectNode json = Json.object();
        ArrayNode data = json.putArray("data");
        for (Preset preset : presets.all()) {
            data.addObject()
                    .put("name", preset.name())
                    .put("version", preset.version())
                    .set("outputs", OutputView.show(preset.outputs()));
        }
        return Json.write(json);
    }

    /// Kept for a while: each answer takes a listing, and a read for each worker.
    private byte[] capabilities() {
        lock.lock();
        try {
            byte[] known = capabilities;
            if (known == null || System.nanoTime() - capabilitiesAt > KEPT.toNanos()) {
                known = Json.write(showCapabilities());
                capabilities = known;
                capabilitiesAt = System.nanoTime();
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private ObjectNode showCapabilities() {
        ObjectNode json = CapabilitiesView.show(workers.since(clock.instant().minus(HEARD_WITHIN)), originals);
        json.withObject("limits")
                .put("max_upload_bytes", maxUploadBytes)
                .put("max_outputs", JobRequest.MAX_OUTPUTS)
                .put("max_output_side", OutputSpec.MAX_SIDE)
                .put("max_result_pixels", OutputSpec.MAX_RESULT_PIXELS);
        return json;
    }
}
