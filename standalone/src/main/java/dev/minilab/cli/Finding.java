package dev.minilab.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What was found about one thing: `what` in a few words, `detail` in a sentence, and for what is not right `fix`: the
/// command or the setting that mends it.
record Finding(
        State state, String what, String detail, @Nullable String fix) {

    enum State {
        OK,
        /// It works, and less than it could.
        NOTE,
        /// It does not work, or will not.
        WRONG;

        @JsonValue
        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String what, String detail) {
        return new Finding(State.OK, what, detail, null);
    }

    static Finding note(String what, String detail, @Nullable String fix) {
        return new Finding(State.NOTE, what, detail, fix);
    }

    static Finding wrong(String what, String detail, String fix) {
        return new Finding(State.WRONG, what, detail, fix);
    }

    String text() {
        return String.format(Locale.ROOT, "%-6s %s: %s", state.wireName(), what, detail)
                + (fix == null ? "" : "\n       fix: " + fix.replace("\n", "\n            "));
    }
}
