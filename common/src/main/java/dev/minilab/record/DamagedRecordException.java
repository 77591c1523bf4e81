package dev.minilab.record;

/// That an object which we wrote cannot be read any more. Nobody's request is at fault.
public final class DamagedRecordException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    DamagedRecordException(String key, Throwable cause) {
        super("damaged record " + key, cause);
    }
}
