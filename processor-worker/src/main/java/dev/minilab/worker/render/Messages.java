package dev.minilab.worker.render;

import dev.minilab.job.Capabilities;
import dev.minilab.job.ErrorCode;
import dev.minilab.json.Json;
import dev.minilab.json.Json.UnreadableJsonException;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import dev.minilab.worker.render.Frames.MalformedMessageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Requests and replies as messages: a first frame of JSON, the record itself with its files left empty, and a frame
/// for each file in the order in which the record names them.
final class Messages {

    private static final byte[] EMPTY = {};

    private Messages() {}

    static List<byte[]> of(Greeting greeting) {
        return List.of(Json.write(greeting));
    }

    /// @throws MalformedMessageException if that is no greeting
    static Greeting greeting(List<byte[]> greeting) throws MalformedMessageException {
        return new Files(greeting).header(Greeting.class);
    }

    static List<byte[]> of(RenderRequest request) {
        Map<String, byte[]> names = new LinkedHashMap<>(request.watermarks());
        names.replaceAll((_, _) -> EMPTY);
        List<byte[]> frames = new ArrayList<>();
        frames.add(Json.write(request.withFiles(EMPTY, names)));
        frames.add(request.original());
        frames.addAll(request.watermarks().values());
        return frames;
    }

    static RenderRequest request(List<byte[]> frames) throws MalformedMessageException {
        Files files = new Files(frames);
        RenderRequest request = files.header(RenderRequest.class);
        byte[] original = files.next();
        Map<String, byte[]> watermarks = new LinkedHashMap<>();
        for (String name : request.watermarks().keySet()) {
            watermarks.put(name, files.next());
        }
        return request.withFiles(original, watermarks);
    }

    static List<byte[]> of(Rendering rendering) {
        Map<String, Rendering.Output> headers = new LinkedHashMap<>();
        List<byte[]> frames = new ArrayList<>();
        rendering
                .outputs()
                .forEach((name, output) -> headers.put(
                        name,
                        switch (output) {
                            case Rendering.Rendered rendered -> {
                                frames.add(rendered.bytes());
                                yield rendered.withBytes(EMPTY);
                            }
                            case Rendering.Failed failed -> failed;
                        }));
        frames.addFirst(Json.write(new Reply(rendering.withOutputs(headers), null, null)));
        return frames;
    }

    static List<byte[]> of(RenderException refused) {
        return List.of(Json.write(new Reply(null, refused.code(), refused.getMessage())));
    }

    /// That rendering failed by a mistake of ours.
    static List<byte[]> broken(Throwable mistake) {
        return List.of(Json.write(new Reply(null, null, mistake.toString())));
    }

    /// What a process has replied.
    ///
    /// @param request what it was asked for
    /// @throws RenderException if that is its answer
    /// @throws IllegalStateException if rendering failed by a mistake of ours
    /// @throws MalformedMessageException if that is no answer to the request
    static Rendering rendering(List<byte[]> frames, RenderRequest request)
            throws MalformedMessageException, RenderException {
        Files files = new Files(frames);
        Reply reply = files.header(Reply.class);
        if (reply.code != null) {
            throw new RenderException(reply.code, String.valueOf(reply.message));
        }
        if (reply.rendering == null) {
            throw new IllegalStateException("rendering failed unexpectedly: " + reply.message);
        }
        if (!reply.rendering.outputs().keySet().equals(request.outputs().keySet())) {
            throw new MalformedMessageException("the outputs are not those that were asked for");
        }
        Map<String, Rendering.Output> outputs = new LinkedHashMap<>();
        for (var output : reply.rendering.outputs().entrySet()) {
            outputs.put(
                    output.getKey(),
                    switch (output.getValue()) {
                        case Rendering.Rendered rendered -> rendered.withBytes(files.next());
                        case Rendering.Failed failed -> failed;
                    });
        }
        return reply.rendering.withOutputs(Collections.unmodifiableMap(outputs));
    }

    /// What both say first: the codecs they know, and those they have; and the token of the
    /// memory they share, empty for none.
    record Greeting(List<Capabilities.Codec> codecs, String memory) {}

    /// Either a rendering, or why there is none: with a code for the client, without one for our log.
    record Reply(
            @Nullable Rendering rendering,
            @Nullable ErrorCode code,
            @Nullable String message) {}

    /// The frames of a message, one after the other.
    private static final class Files {
        private final Iterator<byte[]> frames;

        Files(List<byte[]> frames) {
            this.frames = frames.iterator();
        }

        <T> T header(Class<T> type) throws MalformedMessageException {
            try {
                return Json.read(next(), type);
            } catch (UnreadableJsonException e) {
                throw new MalformedMessageException("the header cannot be read", e);
            }
        }

        byte[] next() throws MalformedMessageException {
            try {
                return frames.next();
            } catch (NoSuchElementException e) {
                throw new MalformedMessageException("a file is missing", e);
            }
        }
    }
}
