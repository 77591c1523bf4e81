package dev.minilab.worker.codec;

/// That a function of libvips failed, in its own words. These are for the log: they may hold bytes of the input and,
/// as libvips has one error buffer for all threads, words about another image.
final class VipsException extends Exception {

    private static final long serialVersionUID = 1L;

    VipsException(String message) {
        super(message);
    }

    /// Never null.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
