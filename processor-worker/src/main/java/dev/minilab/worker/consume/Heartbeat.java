package dev.minilab.worker.consume;

import dev.minilab.queue.Message;
import dev.minilab.queue.MessageQueue;
import dev.minilab.worker.consume.Consumer.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a message hidden from others until closed, for its greatest age at the most.
final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private final MessageQueue queue;
    private final Message message;
    private final Settings settings;
    private final Thread thread;
    private volatile long end;

    private Heartbeat(MessageQueue queue, Message message, Settings settings) {
        this.queue = queue;
        this.message = message;
        this.settings = settings;
        thread = Thread.ofVirtual().name("heartbeat-" + message.id()).unstarted(this::beatUntilClosed);
        countFromNow();
    }

    static Heartbeat start(MessageQueue queue, Message message, Settings settings) {
        Heartbeat heartbeat = new Heartbeat(queue, message, settings);
        heartbeat.thread.start();
        return heartbeat;
    }

    /// Lets the age count from now on.
    void countFromNow() {
        end = System.nanoTime() + settings.maxAge().toNanos();
    }

    private void beatUntilClosed() {
        try {
            while (end - System.nanoTime() > 0) {
                Thread.sleep(settings.heartbeat());
                beat();
            }
            LOG.warn("Message {} of {} is taking too long: others may have it", message.id(), queue.name());
        } catch (InterruptedException _) {
            return; // The work is over.
        }
    }

    private void beat() {
        try {
            queue.changeVisibility(message, settings.visibility());
        } catch (RuntimeException e) { // The next beat may come through.
            LOG.warn("Heartbeat of message {} of {} failed: {}", message.id(), queue.name(), e.getMessage());
        }
    }

    /// Returns after the last beat, so that none undoes what the message is settled with.
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = Thread.interrupted();
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
