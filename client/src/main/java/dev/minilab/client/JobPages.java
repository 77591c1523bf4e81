package dev.minilab.client;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Jobs page by page, each fetched when its first job is asked for.
record JobPages(Transport transport, JobFilter filter) {

    /// Jobs, and the query of the page after them; without one, nothing comes after.
    private record Page(List<Job> data, @Nullable String next, boolean end) {}

    private record Answer(List<Job> data, @Nullable String nextCursor) {}

    Stream<Job> stream() {
        Page before = new Page(List.of(), filter.query(null), false);
        return Stream.iterate(before, page -> !page.end(), this::after).flatMap(page -> page.data().stream());
    }

    private Page after(Page page) {
        if (page.next() == null) {
            return new Page(List.of(), null, true);
        }
        Call call = Call.get(transport.resolve("/v1/jobs" + page.next()));
        Answer answer = Transport.read(transport.send(call), Answer.class);
        String cursor = answer.nextCursor();
        return new Page(answer.data(), cursor == null ? null : filter.query(cursor), false);
    }
}
