package dev.minilab.standalone;

import dev.minilab.config.Config;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.queue.QueueException;
import dev.minilab.queue.Queues;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The messages that lie in dead-letter queues and that no worker takes up by itself.
final class StrayMessages {

    private static final Duration HIDDEN = Duration.ofSeconds(30);
    private static final int MOST = 1000;
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
            List<Message> messages = take(box);
            messages.forEach(message -> strays.add(new Stray(box.name(), message)));
            messages.forEach(message -> box.changeVisibility(message, Duration.ZERO));
        }
        return strays;
    }

    /// Sends them to where they came from.
    ///
    /// @return how many there were
    int sendBack() {
        int sent = 0;
        for (String name : names) {
            MessageQueue box = queues.open(Config.Queue.deadLettersOf(name));
            MessageQueue queue = queues.open(name);
            for (Message message : take(box)) {
                queue.send(message.body(), GROUP);
                box.delete(message);
                sent++;
            }
        }
        return sent;
    }

    /// A queue without a dead-letter queue is an installation's own choice.
    private static List<Message> take(MessageQueue box) {
        List<Message> all = new ArrayList<>();
        try {
            List<Message> some;
            do {
                some = box.receive(10, Duration.ZERO, HIDDEN);
                all.addAll(some);
            } while (!some.isEmpty() && all.size() < MOST);
        } catch (QueueException e) {
            if (e.retryable()) {
                throw e;
            }
        }
        return all;
    }
}
