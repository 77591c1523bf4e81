package dev.minilab.standalone;

import dev.minilab.config.Config;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.Queues;
import dev.minilab.worker.sweep.LetterBox;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// The messages that lie in dead-letter queues and that no worker takes up by itself.
final class StrayMessages {

    private static final String GROUP = "redrive";

    private final Queues queues;
    private final List<String> names;

    StrayMessages(Queues queues, Config.Queue config) {
        this.queues = queues;
        names = List.of(config.jobs(), config.bulk(), config.webhooks());
    }

    /// A message, and the dead-letter queue that it is in.
    record Stray(String box, Message message) {}

    /// Those there are, at most a thousand a queue, for anyone to have again at once.
    List<Stray> look() {
        List<Stray> strays = new ArrayList<>();
        for (String name : names) {
            MessageQueue box = queues.open(Config.Queue.deadLettersOf(name));
            LetterBox.empty(box, message -> {
                strays.add(new Stray(box.name(), message));
                return false;
            });
        }
        return strays;
    }

    /// Sends them to where they came from.
    ///
    /// @return how many there were
    int sendBack() {
        AtomicInteger sent = new AtomicInteger();
        for (String name : names) {
            MessageQueue queue = queues.open(name);
            LetterBox.empty(queues.open(Config.Queue.deadLettersOf(name)), message -> {
                queue.send(message.body(), GROUP);
                sent.incrementAndGet();
                return true;
            });
        }
        return sent.get();
    }
}
