package dev.minilab.api;

import dev.minilab.inspect.InspectException;
import dev.minilab.job.ErrorCode;
import dev.minilab.json.Json;
import dev.minilab.json.Json.UnreadableJsonException;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.InvalidRequestException.Mistake;
import dev.minilab.store.StoreException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Turns everything that goes wrong with a request into `application/problem+json` (RFC 9457), in one place.
final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String TYPE = "https://minilab.dev/problems/";
    private static final String PROBLEM_JSON = "application/problem+json";
    private static final String RETRY_AFTER_SECONDS = "5";
    private static final String OUR_SIDE = "something went wrong on our side";

    private Problems() {}

    static void register(RoutesConfig routes) {
        routes.exception(ProblemException.class, (e, ctx) -> {
            e.retryAfter().ifPresent(wait -> ctx.header("Retry-After", Long.toString(seconds(wait))));
            write(ctx, e.code(), e.getMessage(), e.mistakes());
        });
        routes.exception(InspectException.class, (e, ctx) -> write(ctx, e.code(), e.getMessage(), List.of()));
        routes.exception(InvalidRequestException.class, (e, ctx) -> write(ctx, e.code(), e.getMessage(), e.mistakes()));
        routes.exception(
                UnreadableJsonException.class, (e, ctx) -> write(ctx, ErrorCode.BAD_JSON, e.getMessage(), List.of()));
        routes.exception(StoreException.class, Problems::storeFailed);
        routes.exception(HttpResponseException.class, Problems::refusedByServer);
        routes.exception(Exception.class, (e, ctx) -> {
            LOG.error("Request {} failed unexpectedly", RequestLog.id(ctx), e);
            write(ctx, ErrorCode.INTERNAL, OUR_SIDE, List.of());
        });
    }

    private static void storeFailed(StoreException e, Context ctx) {
        LOG.warn("Request {}: {}", RequestLog.id(ctx), e.getMessage());
        switch (e.reason()) {
            case FULL -> write(ctx, ErrorCode.STORAGE_FULL, "the object store has no room left", List.of());
            case BODY_BROKEN -> write(ctx, ErrorCode.BAD_REQUEST, "the body ended before its stated length", List.of());
            case UNAVAILABLE, DENIED, NO_BUCKET, REFUSED ->
                write(ctx, ErrorCode.UNAVAILABLE, "the object store does not answer", List.of());
        }
    }

    private static void refusedByServer(HttpResponseException e, Context ctx) {
        String methods = e.getDetails().get("availableMethods");
        switch (e.getStatus()) {
            case 404 -> write(ctx, ErrorCode.NOT_FOUND, "no such resource", List.of());
            case 405 -> {
                if (methods != null) {
                    ctx.header("Allow", methods);
                }
                write(ctx, ErrorCode.METHOD_NOT_ALLOWED, "this resource does not know that method", List.of());
            }
            case 413 -> write(ctx, ErrorCode.TOO_LARGE, "the body is too large", List.of());
            default -> {
                ErrorCode code = e.getStatus() < 500 ? ErrorCode.BAD_REQUEST : ErrorCode.INTERNAL;
                LOG.warn("Request {}: {}", RequestLog.id(ctx), e.getMessage());
                write(ctx, code, code.title(), List.of());
            }
        }
    }

    /// What reads a body does not know why it broke off.
    private static void write(Context ctx, ErrorCode code, String detail, List<Mistake> mistakes) {
        if (SlowClients.cutOff(ctx.req())) {
            writeAsIs(ctx, ErrorCode.TIMEOUT, "the body came too slowly", List.of());
        } else {
            writeAsIs(ctx, code, detail, mistakes);
        }
    }

    private static void writeAsIs(Context ctx, ErrorCode code, String detail, List<Mistake> mistakes) {
        ObjectNode json =
                problem(code, detail).put("instance", ctx.req().getRequestURI()).put("request_id", RequestLog.id(ctx));
        if (!mistakes.isEmpty()) {
            ArrayNode errors = json.putArray("errors");
            mistakes.forEach(m -> errors.addObject().put("pointer", m.pointer()).put("detail", m.detail()));
        }
        if (mayComeAgain(code) && !ctx.res().containsHeader("Retry-After")) {
            ctx.header("Retry-After", RETRY_AFTER_SECONDS);
        }
        if (code == ErrorCode.UNAUTHORIZED) {
            ctx.header("WWW-Authenticate", "Bearer realm=\"minilab\"");
        }
        if (refusesBody(code)) {
            ctx.header("Connection", "close");
        }
        ctx.status(code.status()).contentType(PROBLEM_JSON).result(Json.write(json));
    }

    /// Whether the same request is worth sending again soon.
    private static boolean mayComeAgain(ErrorCode code) {
        return code.status() == 503 || code.status() == 429 || code == ErrorCode.IDEMPOTENCY_IN_PROGRESS;
    }

    private static ObjectNode problem(ErrorCode code, String detail) {
        return Json.object()
                .put("type", TYPE + code.wireName())
                .put("title", code.title())
                .put("status", code.status())
                .put("detail", detail)
                .put("code", code.wireName())
                .put("retryable", code.retryable());
    }

    /// Answers a request during which the JVM, or an assertion, failed.
    static void crashed(HttpServletResponse response, Error error) {
        String id = String.valueOf(response.getHeader("X-Request-Id"));
        LOG.error("Request {} failed unexpectedly", id, error);
        if (response.isCommitted()) {
            return; // Nothing more can be said.
        }
        byte[] json = Json.write(
                problem(ErrorCode.INTERNAL, OUR_SIDE).put("instance", "").put("request_id", id));
        response.setStatus(ErrorCode.INTERNAL.status());
        response.setContentType(PROBLEM_JSON);
        response.setContentLength(json.length);
        try {
            response.getOutputStream().write(json);
        } catch (IOException e) {
            LOG.debug("The client of request {} went away: {}", id, e.getMessage());
        }
    }

    /// Answers what never becomes a request of ours: what the server cannot parse, or no longer takes. One that has not
    /// become whole when its connection is closed came too slowly ([SlowClients]).
    static boolean answerUnparsed(Request request, Response response, Callback callback) {
        Throwable failure = (Throwable) request.getAttribute(ErrorHandler.ERROR_EXCEPTION);
        ErrorCode code = failure instanceof EofException ? ErrorCode.TIMEOUT : ofStatus(response.getStatus());
        String id = RequestLog.newId();
        ObjectNode json = problem(code, code.title()).put("instance", "").put("request_id", id);
        HttpFields.Mutable headers = response.getHeaders();
        headers.put("X-Request-Id", id);
        headers.put(HttpHeader.CONTENT_TYPE, PROBLEM_JSON);
        if (code == ErrorCode.UNAVAILABLE) {
            headers.put(HttpHeader.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (code == ErrorCode.INTERNAL) {
            LOG.error("Request {} failed in the server", id, failure);
        }
        response.setStatus(code.status());
        response.write(true, ByteBuffer.wrap(Json.write(json)), callback);
        return true;
    }

    private static ErrorCode ofStatus(int status) {
        return switch (status) {
            case 404 -> ErrorCode.NOT_FOUND;
            case 405, 501 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 408 -> ErrorCode.TIMEOUT;
            case 413 -> ErrorCode.TOO_LARGE;
            case 431 -> ErrorCode.HEADERS_TOO_LARGE;
            case 503 -> ErrorCode.UNAVAILABLE;
            case 505 -> ErrorCode.BAD_REQUEST; // What is no HTTP at all.
            default -> status < 500 ? ErrorCode.BAD_REQUEST : ErrorCode.INTERNAL;
        };
    }

    private static long seconds(Duration wait) {
        return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
    }

    /// Answers after which a body may still be under way that nobody will read.
    private static boolean refusesBody(ErrorCode code) {
        return switch (code) {
            case TOO_LARGE, BAD_REQUEST, BAD_MULTIPART, TIMEOUT, LENGTH_REQUIRED, STORAGE_FULL -> true;
            default -> false;
        };
    }
}
