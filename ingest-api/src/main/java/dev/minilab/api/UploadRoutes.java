package dev.minilab.api;

import dev.minilab.job.Keys;
import dev.minilab.job.UploadId;
import dev.minilab.json.Json;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.UploadRequest;
import dev.minilab.store.ObjectStore;
import dev.minilab.store.ObjectStore.SignedPut;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import tools.jackson.databind.node.ObjectNode;

/// `POST /v1/uploads`: a link with which a client sends one image straight to the bucket. Nothing is written before
/// it
/// does; the job starts when it is asked for.
final class UploadRoutes {

    private static final Duration TTL = Duration.ofHours(1);

    private final ObjectStore store;
    private final long maxUploadBytes;
    private final InstantSource clock;

    UploadRoutes(ObjectStore store, long maxUploadBytes, InstantSource clock) {
        this.store = store;
        this.maxUploadBytes = maxUploadBytes;
        this.clock = clock;
    }

    void register(RoutesConfig routes) {
        routes.post("/v1/uploads", this::create, Access.WRITE);
    }

    private void create(Context ctx) throws IOException, ProblemException, InvalidRequestException {
        Caller caller = Gate.caller(ctx);
        UploadRequest request = UploadRequest.read(JobBody.json(ctx.req()));
        JobBody.requireImageType(request.contentType());
        if (request.contentLength() > maxUploadBytes) {
            throw Upload.tooLarge(maxUploadBytes);
        }
        UploadId id = UploadId.create(clock.instant());
        SignedPut put =
                store.putLink(Keys.upload(caller.tenant(), id), request.contentType(), request.contentLength(), TTL);
        ObjectNode json = Json.object()
                .put("id", id.value())
                .put("method", "PUT")
                .put("url", put.url().toString());
        ObjectNode headers = json.putObject("headers");
        put.headers().forEach(headers::put);
        json.put("expires_at", put.expiresAt().toString());
        ctx.status(201)
                .header("Cache-Control", "private, no-store")
                .contentType("application/json")
                .result(Json.write(json));
    }
}
