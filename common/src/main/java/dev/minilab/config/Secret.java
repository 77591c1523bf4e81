package dev.minilab.config;

/// A value that is never printed: `toString` shows nothing of it. Immutable.
public record Secret(String value) {
    @Override
    public String toString() {
        return "(secret)";
    }
}
