package dev.minilab.worker.render;

/// That there was no room to render in, of threads or of memory: nothing is said about the image, and another time
/// may do.
public final class RendererBusyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RendererBusyException(String message) {
        super(message);
    }
}
