package dev.minilab.config;

import java.util.List;

/// That a configuration cannot work, with every mistake in it: each names its variable and says what to do, and shows
/// no secret.
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> mistakes;

    public ConfigException(List<String> mistakes) {
        super(String.join("; ", mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    public ConfigException(List<String> mistakes, Throwable cause) {
        this(mistakes);
        initCause(cause);
    }

    public List<String> mistakes() {
        return mistakes;
    }
}
