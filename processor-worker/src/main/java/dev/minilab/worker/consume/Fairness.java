package dev.minilab.worker.consume;

import dev.minilab.queue.Message;
import java.util.function.Function;

/// How the messages of one queue share its permits.
///
/// @param group which messages belong together: those of one tenant
/// @param perGroup how many of a group are worked on at once
/// @param parked how many messages beyond that are held, without a permit, while others are looked for
public record Fairness(Function<Message, String> group, int perGroup, int parked) {

    /// Whoever comes first.
    public static final Fairness NONE = new Fairness(_ -> "", Integer.MAX_VALUE, 0);

    public Fairness {
        if (perGroup < 1 || parked < 0) {
            throw new IllegalArgumentException("a group has at least one turn");
        }
    }
}
