package dev.minilab.api;

import dev.minilab.job.JobStatus;
import dev.minilab.json.Json;
import dev.minilab.record.JobSnapshot;
import dev.minilab.record.JobView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// `GET /v1/jobs/{id}/events`: what happens to a job, as server-sent events
/// (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
///
/// The id of an event follows from the job: 1 for queued, 2 for processing, then one for each output in the order of
/// the request, then one for the end. So `Last-Event-ID` resumes at any API, and nothing is said twice or left out.
final class EventRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(EventRoutes.class);
    /// How often a stream of which there is nothing to tell says that it lives: proxies cut off what is silent.
    static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);

    private static final int FIRST_OUTPUT = 3;

    private final JobAnswers jobs;
    private final JobView view;
    private final JobWatch watch;
    private final Duration signOfLife;

    EventRoutes(JobAnswers jobs, JobView view, JobWatch watch, Duration signOfLife) {
        this.jobs = jobs;
        this.view = view;
        this.watch = watch;
        this.signOfLife = signOfLife;
    }

    void register(RoutesConfig routes) {
        routes.get("/v1/jobs/{id}/events", this::stream, Access.READ);
    }

    private void stream(Context ctx) throws ProblemException {
        JobSnapshot job = jobs.findToWait(ctx, Gate.caller(ctx).tenant());
        int told = lastEventId(ctx.header("Last-Event-ID"));
        if (job.status().terminal() && told >= lastId(job)) {
            ctx.status(204); // What tells an EventSource to stop asking.
            return;
        }
        if (ctx.method().equals(HandlerType.HEAD)) {
            begin(ctx.res());
            return;
        }
        try (JobWatch.Watch following = watch.open(job)) {
            follow(ctx.res(), following, job, told);
        } catch (IOException e) {
            LOG.debug("A client of events went away: {}", e.getMessage());
        }
    }

    private void follow(HttpServletResponse response, JobWatch.Watch following, JobSnapshot job, int alreadyTold)
            throws IOException {
        begin(response);
        int told = alreadyTold;
        JobSnapshot seen = job;
        while (true) {
            for (Event event : events(seen)) {
                if (event.id() > told) {
                    write(response, event.text(view.show(seen)));
                    told = event.id();
                }
            }
            if (seen.status().terminal() || following.over()) {
                return;
            }
            JobSnapshot next = following.next(seen, signOfLife);
            if (next.equals(seen)) {
                write(response, ":\n\n");
            }
            seen = next;
        }
    }

    private static void begin(HttpServletResponse response) {
        response.setContentType("text/event-stream");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
    }

    private static void write(HttpServletResponse response, String text) throws IOException {
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        response.flushBuffer();
    }

    /// Everything that has happened, in order. A job that was short passed through processing unseen, but it did.
    static List<Event> events(JobSnapshot job) {
        if (job.deleted()) {
            return List.of(new Event(lastId(job), "job.deleted", null));
        }
        List<Event> events = new ArrayList<>();
        events.add(new Event(1, "job." + JobStatus.QUEUED.wireName(), null));
        if (job.startedAt() != null) {
            events.add(new Event(2, "job." + JobStatus.PROCESSING.wireName(), null));
        }
        if (job.result() != null) {
            int id = FIRST_OUTPUT;
            for (String name : job.accepted().outputs().keySet()) {
                var output = job.result().outputs().get(name);
                if (output != null) {
                    events.add(new Event(id, output.stored() != null ? "output.succeeded" : "output.failed", name));
                }
                id++;
            }
            events.add(new Event(lastId(job), job.status().event(), null));
        }
        return events;
    }

    private static int lastId(JobSnapshot job) {
        return FIRST_OUTPUT + job.accepted().outputs().size();
    }

    private static int lastEventId(@Nullable String header) {
        return header != null && header.matches("\\d{1,6}") ? Integer.parseInt(header) : 0;
    }

    /// One event; `output` names the one that it is about.
    record Event(int id, String name, @Nullable String output) {
        String text(ObjectNode job) {
            if (output != null) {
                job.put("output", output);
            }
            return "id: " + id + "\nevent: " + name + "\ndata: " + new String(Json.write(job), StandardCharsets.UTF_8)
                    + "\n\n";
        }
    }
}
