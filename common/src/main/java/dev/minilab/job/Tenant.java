package dev.minilab.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/// Whose jobs these are: 1 to 40 characters of `a-z`, `0-9` and `-`, beginning with a letter or digit. Immutable.
public record Tenant(@JsonValue String value) {

    private static final Pattern GRAMMAR = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    /// The tenant of an installation without API keys.
    public static final Tenant DEFAULT = new Tenant("default");

    /// @throws IllegalArgumentException if `value` is not a tenant name
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Tenant {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new IllegalArgumentException("not a tenant name: 1 to 40 of a-z, 0-9 and -");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
