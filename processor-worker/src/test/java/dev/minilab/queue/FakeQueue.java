package dev.minilab.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A queue in memory that behaves as SQS does: visibility, receive counts, old receipt handles, and failures on
/// demand. Remembers what was asked of it. Thread-safe.
///
/// Lives in this package because only it can make a [QueueException].
public final class FakeQueue implements MessageQueue {

    /// What a consumer asked for: `RECEIVE` has the number asked for, `HIDE` the visibility.
    public record Call(Kind kind, String id, long number) {}

    public enum Kind {
        RECEIVE,
        DELETE,
        HIDE,
        OLD_HANDLE
    }

    private static final class Entry {
        private final String body;
        private int receiveCount;
        private long visibleAt = System.nanoTime();

        Entry(String body) {
            this.body = body;
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final Map<Kind, List<RuntimeException>> failures = new LinkedHashMap<>();
    private int sent;
    private int inWork;
    private int mostInWork;
    private int receiving;

    public static QueueException unreachable() {
        return new QueueException(true, "the queue is not reachable", new IllegalStateException("made for a test"));
    }

    /// Makes the next call of a kind fail.
    public synchronized void failNext(Kind kind, RuntimeException failure) {
        failures.computeIfAbsent(kind, _ -> new ArrayList<>()).add(failure);
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public synchronized void send(String body, String group, Duration delay) {
        Entry entry = new Entry(body);
        entry.visibleAt += delay.toNanos();
        entries.put("m" + ++sent, entry);
        notifyAll();
    }

    @Override
    public synchronized List<Message> receive(int max, Duration wait, Duration visibility) {
        note(new Call(Kind.RECEIVE, "", max));
        mostInWork = Math.max(mostInWork, inWork + max);
        receiving++;
        notifyAll();
        try {
            long end = System.nanoTime() + wait.toNanos();
            List<Message> messages = take(max, visibility);
            while (messages.isEmpty() && System.nanoTime() < end) {
                TimeUnit.NANOSECONDS.timedWait(
                        this, Math.max(1_000_000, Math.min(end, nextVisible()) - System.nanoTime()));
                messages = take(max, visibility);
            }
            return messages;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueueException(true, "interrupted", e);
        } finally {
            receiving--;
        }
    }

    private List<Message> take(int max, Duration visibility) {
        List<Message> messages = new ArrayList<>();
        entries.forEach((id, entry) -> {
            if (messages.size() < max && entry.visibleAt - System.nanoTime() <= 0) {
                entry.visibleAt = System.nanoTime() + visibility.toNanos();
                entry.receiveCount++;
                inWork++;
                notifyAll();
                messages.add(new Message(id, entry.body, id + "#" + entry.receiveCount, entry.receiveCount));
            }
        });
        return messages;
    }

    private long nextVisible() {
        return entries.values().stream()
                .mapToLong(e -> e.visibleAt)
                .min()
                .orElse(System.nanoTime() + Long.MAX_VALUE / 4);
    }

    @Override
    public synchronized void delete(Message message) {
        note(new Call(Kind.DELETE, message.id(), 0));
        inWork--;
        if (holds(message)) {
            entries.remove(message.id());
        }
    }

    @Override
    public synchronized void changeVisibility(Message message, Duration visibility) {
        note(new Call(Kind.HIDE, message.id(), visibility.toMillis()));
        Entry entry = entries.get(message.id());
        if (entry != null && holds(message)) {
            entry.visibleAt = System.nanoTime() + visibility.toNanos();
        }
        notifyAll();
    }

    private boolean holds(Message message) {
        Entry entry = entries.get(message.id());
        boolean holds = entry != null && message.receiptHandle().equals(message.id() + "#" + entry.receiveCount);
        if (!holds) {
            calls.add(new Call(Kind.OLD_HANDLE, message.id(), 0));
        }
        return holds;
    }

    private void note(Call call) {
        calls.add(call);
        notifyAll();
        List<RuntimeException> failing = failures.getOrDefault(call.kind(), List.of());
        if (!failing.isEmpty()) {
            throw failing.removeFirst();
        }
    }

    @Override
    public synchronized Depth depth() {
        return new Depth(entries.size() - inWork, inWork, 0);
    }

    @Override
    public void check() {}

    /// The ids of the messages that are still in the queue, hidden ones among them.
    public synchronized List<String> ids() {
        return List.copyOf(entries.keySet());
    }

    /// All calls but receives, in order.
    public synchronized List<Call> settlements() {
        return calls.stream().filter(c -> c.kind() != Kind.RECEIVE).toList();
    }

    public synchronized List<Call> receives() {
        return calls.stream().filter(c -> c.kind() == Kind.RECEIVE).toList();
    }

    /// The most messages that a consumer would have had at once, if every receive had brought all it asked for.
    public synchronized int mostInWork() {
        return mostInWork;
    }

    /// Waits until a receive is open.
    public synchronized void awaitReceiving() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (receiving == 0) {
            waitUntil(end);
        }
    }

    /// How many messages are with consumers.
    public synchronized int taken() {
        return inWork;
    }

    /// Waits until so many messages are with consumers.
    public synchronized void awaitTaken(int count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (inWork < count) {
            waitUntil(end);
        }
    }

    /// Waits until so many calls of a sort were made.
    public synchronized void awaitCalls(int count, Predicate<Call> sort) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (calls.stream().filter(sort).count() < count) {
            waitUntil(end);
        }
    }

    private void waitUntil(long end) throws InterruptedException {
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw new AssertionError("waited in vain; calls so far: " + calls);
        }
        TimeUnit.NANOSECONDS.timedWait(this, left);
    }
}
