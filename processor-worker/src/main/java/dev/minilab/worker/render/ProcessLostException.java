package dev.minilab.worker.render;

/// That a render process ended, or spoke nonsense and was ended, while it rendered: the image may have done it.
final class ProcessLostException extends Exception {

    private static final long serialVersionUID = 1L;

    ProcessLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
