package dev.minilab.api;

import dev.minilab.job.ErrorCode;
import dev.minilab.job.JobId;
import dev.minilab.job.JobStatus;
import dev.minilab.job.Tenant;
import dev.minilab.json.Json;
import dev.minilab.record.JobList;
import dev.minilab.record.JobView;
import dev.minilab.request.InvalidRequestException;
import dev.minilab.request.InvalidRequestException.Mistake;
import dev.minilab.request.JobRequest;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET /v1/jobs`: the jobs of a tenant, newest first, a page at a time.
final class ListRoutes {

    private static final int LIMIT = 20;
    private static final int MOST = 100;
    private static final Set<String> PARAMETERS = Set.of("status", "external_id", "limit", "cursor");
    private static final Set<String> STATUSES =
            Stream.of(JobStatus.values()).map(JobStatus::wireName).collect(Collectors.toUnmodifiableSet());

    private final JobList list;
    private final JobView view;
    private final Cursors cursors;

    ListRoutes(JobList list, JobView view, Cursors cursors) {
        this.list = list;
        this.view = view;
        this.cursors = cursors;
    }

    void register(RoutesConfig routes) {
        routes.get("/v1/jobs", this::list, Access.READ);
    }

    private void list(Context ctx) throws ProblemException, InvalidRequestException {
        Tenant tenant = Gate.caller(ctx).tenant();
        Query query = Query.read(ctx);
        JobId before = query.cursor() == null ? null : cursors.read(query.cursor(), tenant, query.filters());
        JobList.Page page =
                list.page(tenant, JobList.filter(query.status(), query.externalId()), query.limit(), before);
        String cursor = page.next() == null ? null : cursors.write(page.next(), tenant, query.filters());
        ObjectNode json = Json.object();
        ArrayNode data = json.putArray("data");
        page.jobs().forEach(job -> data.add(view.show(job)));
        json.put("next_cursor", cursor);
        if (cursor != null) {
            ctx.header("Link", "<" + query.next(cursor) + ">; rel=\"next\"");
        }
        ctx.header("Cache-Control", "private, no-store")
                .contentType("application/json")
                .result(Json.write(json));
    }

    /// What is asked for: filters, the size of a page, and where it begins.
    private record Query(
            @Nullable String status,
            @Nullable String externalId,
            int limit,
            @Nullable String cursor) {
        static Query read(Context ctx) throws InvalidRequestException {
            List<Mistake> mistakes = new ArrayList<>();
            ctx.queryParamMap().forEach((name, values) -> {
                if (!PARAMETERS.contains(name)) {
                    mistakes.add(new Mistake("/" + name, "is not a parameter of this list"));
                } else if (values.size() > 1) {
                    mistakes.add(new Mistake("/" + name, "is given more than once"));
                }
            });
            String status = ctx.queryParam("status");
            if (status != null && !STATUSES.contains(status)) {
                mistakes.add(new Mistake("/status", "is not a status of jobs"));
            }
            String externalId = ctx.queryParam("external_id");
            if (externalId != null && externalId.length() > JobRequest.MAX_EXTERNAL_ID) {
                mistakes.add(
                        new Mistake("/external_id", "has more than " + JobRequest.MAX_EXTERNAL_ID + " characters"));
            }
            int limit = limit(ctx.queryParam("limit"));
            if (limit == 0) {
                mistakes.add(new Mistake("/limit", "is not a whole number from 1 to " + MOST));
            }
            if (!mistakes.isEmpty()) {
                throw new InvalidRequestException(ErrorCode.INVALID_SPEC, mistakes);
            }
            return new Query(status, externalId, limit, ctx.queryParam("cursor"));
        }

        private static int limit(@Nullable String text) {
            if (text == null) {
                return LIMIT;
            }
            int limit = text.matches("\\d{1,3}") ? Integer.parseInt(text) : 0;
            return limit > MOST ? 0 : limit;
        }

        String next(String cursor) {
            StringBuilder next = new StringBuilder("/v1/jobs?limit=" + limit);
            if (status != null) {
                next.append("&status=").append(status);
            }
            if (externalId != null) {
                next.append("&external_id=").append(URLEncoder.encode(externalId, StandardCharsets.UTF_8));
            }
            return next.append("&cursor=").append(cursor).toString();
        }

        String filters() {
            return status + "\n" + externalId;
        }
    }
}
