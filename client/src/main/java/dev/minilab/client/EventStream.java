package dev.minilab.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/// Server-sent events of one job (WHATWG HTML, 9.2), resumed by `Last-Event-ID` when the connection breaks. For one
/// thread.
final class EventStream {

    private final Transport transport;
    private final URI uri;
    private String lastId = "";
    private boolean ended;

    EventStream(Transport transport, URI uri) {
        this.transport = transport;
        this.uri = uri;
    }

    /// Returns after the terminal event. A connection that brought nothing new counts as a try.
    void follow(Consumer<JobEvent> consumer) {
        int fruitless = 0;
        while (!ended) {
            String before = lastId;
            IOException broken = connect(consumer);
            if (ended) {
                return;
            }
            fruitless = lastId.equals(before) ? fruitless + 1 : 0;
            transport.pauseOrThrow(Math.max(1, fruitless), Call.get(uri), broken);
        }
    }

    private IOException connect(Consumer<JobEvent> consumer) {
        Call call = transport.authorized(Call.get(uri)).header("Accept", "text/event-stream");
        if (!lastId.isEmpty()) {
            call = call.header("Last-Event-ID", lastId);
        }
        try {
            HttpResponse<Stream<String>> answer = transport.exchange(call, BodyHandlers.ofLines());
            if (answer.statusCode() == 204) { // Nothing is left to tell.
                ended = true;
            } else if (answer.statusCode() != 200) {
                throw new MinilabException.Refused(problem(answer), false);
            }
            read(answer.body(), consumer);
            return new IOException("the stream ended before the job");
        } catch (UncheckedIOException e) {
            return new IOException(e);
        } catch (IOException e) {
            return e;
        }
    }

    private static Problem problem(HttpResponse<Stream<String>> answer) {
        try (Stream<String> lines = answer.body()) {
            byte[] body = lines.collect(Collectors.joining("\n")).getBytes(StandardCharsets.UTF_8);
            return Transport.problem(answer.statusCode(), answer.headers(), body);
        }
    }

    private void read(Stream<String> stream, Consumer<JobEvent> consumer) {
        String type = "";
        String id = lastId;
        StringBuilder data = new StringBuilder();
        try (stream) {
            for (Iterator<String> lines = stream.iterator(); lines.hasNext() && !ended; ) {
                String line = lines.next();
                int colon = line.indexOf(':');
                String field = colon < 0 ? line : line.substring(0, colon);
                String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
                switch (field) {
                    case "event" -> type = value;
                    case "id" -> id = value;
                    case "data" -> data.append(value).append('\n');
                    default -> {} // A comment, or nothing we know.
                }
                if (line.isEmpty() && !data.isEmpty()) {
                    dispatch(new JobEvent(id, type, job(data)), consumer);
                    data.setLength(0);
                    type = "";
                }
            }
        }
    }

    private static Job job(StringBuilder data) {
        try {
            return Json.read(data.toString().getBytes(StandardCharsets.UTF_8), Job.class);
        } catch (JacksonException e) {
            throw new MinilabException.Unreachable("an event that cannot be understood", e);
        }
    }

    private void dispatch(JobEvent event, Consumer<JobEvent> consumer) {
        lastId = event.id();
        consumer.accept(event);
        ended = isLast(event.type());
    }

    /// Goes by the event alone: its job is as it stands now, which may be at its end while earlier events are told.
    private static boolean isLast(String type) {
        return type.equals("job.deleted")
                || Stream.of(JobStatus.values())
                        .anyMatch(status -> status.terminal() && type.equals("job." + status.wireName()));
    }
}
