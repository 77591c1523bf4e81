package dev.minilab.worker.sweep;

import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.QueueException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How the dead-letter queues are gone through.
public final class LetterBox {

    private static final Logger LOG = LoggerFactory.getLogger(LetterBox.class);
    private static final int MOST_PER_RECEIVE = 10;
    private static final int MOST_PER_SWEEP = 1000;
    private static final Duration HIDDEN = Duration.ofMinutes(1);

    private LetterBox() {}

    /// Opens the letters of one queue, a thousand at most, deletes those that are settled, and leaves the others
    /// for anyone to see.
    ///
    /// @param settle says whether a letter is settled
    public static void empty(MessageQueue box, Predicate<Message> settle) {
        List<Message> kept = new ArrayList<>();
        int taken = 0;
        List<Message> letters;
        do {
            letters = receive(box);
            taken += letters.size();
            for (Message letter : letters) {
                if (settle.test(letter)) {
                    box.delete(letter);
                } else {
                    kept.add(letter);
                }
            }
        } while (!letters.isEmpty() && taken < MOST_PER_SWEEP);
        kept.forEach(letter -> box.changeVisibility(letter, Duration.ZERO));
    }

    /// A queue without a dead-letter queue is an installation's own choice.
    private static List<Message> receive(MessageQueue box) {
        try {
            return box.receive(MOST_PER_RECEIVE, Duration.ZERO, HIDDEN);
        } catch (QueueException e) {
            if (e.retryable()) {
                throw e;
            }
            LOG.debug("No dead letters: {}", e.getMessage());
            return List.of();
        }
    }
}
