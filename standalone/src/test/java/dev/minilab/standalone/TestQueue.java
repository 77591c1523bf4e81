package dev.minilab.standalone;

import dev.minilab.queue.Depth;
import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A queue that keeps what is sent to it.
public final class TestQueue implements MessageQueue {

    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final List<Duration> delays = new CopyOnWriteArrayList<>();
    private int received;

    public List<String> sent() {
        return sent;
    }

    /// How long each of all messages ever sent was to wait.
    public List<Duration> delays() {
        return delays;
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public void send(String body, String group, Duration delay) {
        sent.add(body);
        delays.add(delay);
    }

    /// Each message once.
    @Override
    public synchronized List<Message> receive(int max, Duration wait, Duration visibility) {
        List<Message> messages = sent.stream()
                .skip(received)
                .limit(max)
                .map(body -> new Message(body, body, body, 1))
                .toList();
        received += messages.size();
        return messages;
    }

    @Override
    public synchronized void delete(Message message) {
        if (sent.remove(message.body())) {
            received--;
        }
    }

    @Override
    public void changeVisibility(Message message, Duration visibility) {
        if (!sent.contains(message.body())) {
            throw new IllegalArgumentException("never sent");
        }
    }

    @Override
    public Depth depth() {
        return new Depth(sent.size(), 0, 0);
    }

    @Override
    public void check() {}
}
